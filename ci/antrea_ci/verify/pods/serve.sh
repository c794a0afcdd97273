# Offers $PARTS rows of $FILLING bytes and a number at $ADDRESS, by what every agent's image has: Open vSwitch's database.
set -eu
cd "$ROOM"
export OVS_RUNDIR="$ROOM" OVS_LOGDIR="$ROOM" OVS_DBDIR="$ROOM" OVS_SYSCONFDIR="$ROOM"
printf '{"name":"probe","version":"1.0.0","tables":{"part":{"columns":{"data":{"type":"string"}}}}}' >schema
ovsdb-tool create database schema
filling=$(head -c "$FILLING" /dev/zero | tr '\0' x)
for number in $(seq 1001 $((1000 + PARTS))); do
  ovsdb-tool transact database '["probe",{"op":"insert","table":"part","row":{"data":"'"$number$filling"'"}}]' >/dev/null
done
case $ADDRESS in *:*) host="[$ADDRESS]" ;; *) host=$ADDRESS ;; esac
exec ovsdb-server database --remote="ptcp:$PORT:$host" --unixctl="$ROOM/control" -vfile:off -vsyslog:off
