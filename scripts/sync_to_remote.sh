#!/usr/bin/env bash
# Sends data/processed, configs and scripts to the GPU machine.
#
# Usage:
#   scripts/sync_to_remote.sh [--dry-run] [USER@HOST PATH]
#
# Examples:
#   scripts/sync_to_remote.sh --dry-run
#   scripts/sync_to_remote.sh ubuntu@gpu.example.org /home/ubuntu/just-lora
#   REMOTE_PORT=2222 scripts/sync_to_remote.sh gpu just-lora
#
# For machines without Node; `npx just sync:push` does the same with a plan, retries and verification.
# An interrupted run goes on where it was: run the same command again. Nothing is deleted; a file that is newer there stays.
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
    -*) fail "unknown option $word" "scripts/sync_to_remote.sh --help shows them" ;;
    *) words+=("$word") ;;
  esac
done
case ${#words[@]} in
  0) ;;
  2) REMOTE_HOST=${words[0]} REMOTE_PATH=${words[1]} ;;
  *) fail 'both USER@HOST and PATH are needed, or none' "scripts/sync_to_remote.sh --help shows examples" ;;
esac

case "$REMOTE_HOST $REMOTE_PATH" in
  *TODO*) fail 'REMOTE_HOST and REMOTE_PATH are not filled in' "edit the TODO lines at the top of scripts/sync_to_remote.sh, or name them: scripts/sync_to_remote.sh USER@HOST PATH" ;;
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
# Of a link that leads out of the folder the content travels.
flags=(-rlt --copy-unsafe-links --no-owner --no-group --partial-dir=.rsync-partial --timeout=30 --stats --progress
  --exclude=.gitkeep --exclude=.DS_Store '--exclude=._*' --exclude=Thumbs.db --exclude=desktop.ini --exclude=.rsync-partial)

[ -d data/processed ] || fail 'data/processed does not exist' 'process your data first'
for folder in data/processed configs scripts; do
  [ -d "$folder" ] || continue
  # A machine's own settings stay on it.
  own=(--exclude=.no-such-file)
  [ "$folder" != configs ] || own=('--exclude=/*.local.*' '--exclude=/*.remote.*')
  printf '== %s -> %s:%s/%s\n' "$folder" "$REMOTE_HOST" "$REMOTE_PATH" "$folder"
  # shellcheck disable=SC2029 # the path is meant to be read here, and holds nothing that a shell would act on
  [ ${#dry_run[@]} -gt 0 ] || "${ssh_command[@]}" -- "$REMOTE_HOST" "mkdir -p -- $REMOTE_PATH/$folder"
  # --delay-updates: who reads there sees the old files until all have arrived. --update: a file that is newer there is not replaced.
  rsync "${flags[@]}" --delay-updates --update "${own[@]}" ${dry_run[@]+"${dry_run[@]}"} -e "$remote_shell" \
    -- "./$folder/" "$REMOTE_HOST:$REMOTE_PATH/$folder/"
done
