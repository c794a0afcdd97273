#!/bin/sh
# Gets the antrea-gitops of requirements.txt ready for a pipeline's job, and kustomize with it:
#   sh .ci/setup.sh FOLDER [--require-hashes]
# A runner image that has that version already (.ci/Containerfile) needs nothing; else it is installed into FOLDER.
# PIP_INDEX_URL, PIP_FIND_LINKS and ANTREA_GITOPS_MIRROR say from where; empty, the public ones are asked.
# With --require-hashes a package without its hash in requirements.txt is refused: so do jobs that hold credentials.
set -eu

folder=$1
hashes=${2:-}

wanted=$(sed -n 's/^antrea-gitops==\([^ ;\\]*\).*/\1/p' requirements.txt)
if [ -z "$wanted" ]; then
  echo "setup: requirements.txt has no line antrea-gitops==VERSION; write one, or run: antrea-gitops tools lock" >&2
  exit 1
fi

if [ "$(antrea-gitops --version 2>/dev/null || true)" != "antrea-gitops, version $wanted" ]; then
  if [ -n "$hashes" ] && ! grep -q -e '--hash=sha256:' requirements.txt; then
    echo "setup: this job holds credentials, and requirements.txt has no hashes to check what is installed;" >&2
    echo "setup: run this and commit the file: antrea-gitops tools lock" >&2
    exit 1
  fi
  if ! command -v python3 >/dev/null; then
    echo "setup: this runner has no python3; give it Python 3.11 or later, or run jobs in the image of .ci/Containerfile" >&2
    exit 4
  fi
  python3 -m venv "$folder"
  "$folder/bin/python" -m pip install --quiet --disable-pip-version-check ${hashes:+"$hashes"} --requirement requirements.txt
  PATH="$folder/bin:$PATH"
  # The steps that follow in a job on GitHub; on GitLab the job sets its own PATH.
  if [ -n "${GITHUB_PATH:-}" ]; then
    echo "$folder/bin" >>"$GITHUB_PATH"
  fi
fi

antrea-gitops tools install kustomize
