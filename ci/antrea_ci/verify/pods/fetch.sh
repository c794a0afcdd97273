# Says line by line how far it comes: `resolved ADDRESS` (DNS), `connected` (a small answer of the server at $ADDRESS), and
# `sum DIGEST` (of all rows, sorted).
set -u
export LC_ALL=C TMPDIR="$ROOM" OVS_RUNDIR="$ROOM"
case $ADDRESS in *:*) server="tcp:[$ADDRESS]:$PORT" ;; *) server="tcp:$ADDRESS:$PORT" ;; esac
for _ in 1 2 3 4 5; do
  if found=$(getent ahosts "$NAME"); then
    echo "$found" | while read -r address _; do echo "resolved $address"; done
    break
  fi
  sleep 1
done
for _ in $(seq "$TRIES"); do
  if ovsdb-client --timeout=5 list-dbs "$server" 2>/dev/null | grep -qx probe; then
    echo connected
    everything='["probe",{"op":"select","table":"part","where":[],"columns":["data"]}]'
    sum=$(ovsdb-client --timeout=60 transact "$server" "$everything" | tr -cs 0-9x '\n' | sort | sha256sum)
    echo "sum ${sum%% *}"
    break
  fi
  sleep 1
done
echo done
