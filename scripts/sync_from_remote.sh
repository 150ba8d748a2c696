#!/usr/bin/env bash
# Fetches adapters from the GPU machine; a file that is newer here stays.
#
# Usage:
#   scripts/sync_from_remote.sh [--dry-run] [USER@HOST PATH]
#
# Examples:
#   scripts/sync_from_remote.sh --dry-run
#   scripts/sync_from_remote.sh ubuntu@gpu.example.org /home/ubuntu/just-lora
#   REMOTE_PORT=2222 scripts/sync_from_remote.sh gpu just-lora
#
# For machines without Node; `npx just sync:pull` does the same with a plan, retries and verification.
# An interrupted run goes on where it was: run the same command again. Nothing is deleted.
set -euo pipefail

# TODO: fill in your GPU machine: user@host, or a name of ~/.ssh/config
REMOTE_HOST="${REMOTE_HOST:-TODO_USER@TODO_HOST}"
# TODO: fill in the project's folder there, without blanks
REMOTE_PATH="${REMOTE_PATH:-/TODO/path/of/the/project}"
# Optional: port, private key and configuration file of ssh
REMOTE_PORT="${REMOTE_PORT:-}"
REMOTE_KEY="${REMOTE_KEY:-}"
REMOTE_SSH_CONFIG="${REMOTE_SSH_CONFIG:-}"

usage() { sed -n '2,/^set -/{/^set -/d;s/^# \{0,1\}//;p;}' "$0"; }
fail() {
  printf '%s\n\nfix: %s\n' "$1" "$2" >&2
  exit 2
}

dry_run=()
words=()
for word in "$@"; do
  case "$word" in
    -h | --help) usage; exit 0 ;;
    --dry-run) dry_run=(--dry-run --itemize-changes) ;;
    -*) fail "unknown option $word" "scripts/sync_from_remote.sh --help shows them" ;;
    *) words+=("$word") ;;
  esac
done
case ${#words[@]} in
  0) ;;
  2) REMOTE_HOST=${words[0]} REMOTE_PATH=${words[1]} ;;
  *) fail 'both USER@HOST and PATH are needed, or none' "scripts/sync_from_remote.sh --help shows examples" ;;
esac

case "$REMOTE_HOST $REMOTE_PATH" in
  *TODO*) fail 'REMOTE_HOST and REMOTE_PATH are not filled in' "edit the TODO lines at the top of scripts/sync_from_remote.sh, or name them: scripts/sync_from_remote.sh USER@HOST PATH" ;;
esac
# Anything else could be an option of ssh, or a command for the shell there.
[[ $REMOTE_HOST =~ ^([A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] || fail "$REMOTE_HOST is no host" 'letters, digits, . _ and - only'
[[ $REMOTE_PATH =~ ^~?[A-Za-z0-9_./@%+=:,-]+$ && $REMOTE_PATH != -* ]] || fail "$REMOTE_PATH is no path" 'letters, digits and . / _ - @ % + = : , only'
case "/$REMOTE_PATH/" in
  */../*) fail "$REMOTE_PATH leads elsewhere" 'name the folder without ..' ;;
esac
[[ $REMOTE_PATH =~ [^/.] ]] || fail "$REMOTE_PATH is the whole machine" "name the project's folder there"
command -v rsync >/dev/null || fail 'this machine has no rsync' 'sudo apt-get install -y rsync, or brew install rsync'

ssh_command=(ssh -T -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 -o StrictHostKeyChecking=accept-new)
[ -z "$REMOTE_SSH_CONFIG" ] || ssh_command+=(-F "$REMOTE_SSH_CONFIG")
[ -z "$REMOTE_KEY" ] || ssh_command+=(-i "$REMOTE_KEY" -o IdentitiesOnly=yes)
[ -z "$REMOTE_PORT" ] || ssh_command+=(-p "$REMOTE_PORT")
# rsync splits its remote shell at blanks and understands quotes.
remote_shell=$(printf "'%s' " "${ssh_command[@]}")
if [ -n "${RSYNC_RSH:-}" ]; then
  remote_shell=$RSYNC_RSH
  read -r -a ssh_command <<<"$RSYNC_RSH"
fi

cd "$(dirname "$0")/.."
# Never -a: owners cannot be set on rented machines. Never --append: it skips changed files. --partial-dir keeps
# what has arrived aside until a file is whole.
flags=(-rlt --no-owner --no-group --partial-dir=.rsync-partial --timeout=30 --stats --progress
  --exclude=.gitkeep --exclude=.DS_Store '--exclude=._*' --exclude=Thumbs.db --exclude=desktop.ini --exclude=.rsync-partial)

# shellcheck disable=SC2029 # the path is meant to be read here, and holds nothing that a shell would act on
is_there=$("${ssh_command[@]}" -- "$REMOTE_HOST" "test -d $REMOTE_PATH/adapters && echo yes || echo no") || fail "$REMOTE_HOST is not reached" "ssh $REMOTE_HOST, and look what it says"
[ "${is_there##*$'\n'}" = yes ] || fail "$REMOTE_HOST has no $REMOTE_PATH/adapters" 'train there first, or correct REMOTE_PATH'
mkdir -p adapters
printf '== %s:%s/adapters -> adapters\n' "$REMOTE_HOST" "$REMOTE_PATH"
# --update: a file that is newer here is not replaced.
rsync "${flags[@]}" --update ${dry_run[@]+"${dry_run[@]}"} -e "$remote_shell" \
  -- "$REMOTE_HOST:$REMOTE_PATH/adapters/" ./adapters/
