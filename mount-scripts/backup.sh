# shellcheck shell=sh
# Read by the scripts here: finds the disk of a backup, and has everything undone at the end, however that
# comes: "begin" leaves a watcher behind that tidies up when the script is gone, even if it was killed.
#
# A script has set $here, the folder of the scripts. What it starts is known by $EKKOFS_WORK in its environment.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
script=${0##*/}
here=${here:?}
repository=${EKKOFS_REPOSITORY:-}
work=

# fail MESSAGE...: what is wrong, and what to do
fail() {
  printf '%s: %s\n' "$script" "$*" >&2
  exit 1
}

say() {
  printf '%s: %s\n' "$script" "$*" >&2
}

# need COMMAND PACKAGE
need() {
  command -v "$1" > /dev/null 2>&1 || fail "$1 is missing: install $2"
}

is_root() {
  [ "$(id -u)" -eq 0 ]
}

# begin: makes the folder $work; from here on all is undone at the end
begin() {
  work=$(mktemp -d "${TMPDIR:-/tmp}/ekkofs-work.XXXXXXXXXX") || fail "cannot make a folder in ${TMPDIR:-/tmp}"
  work=$(cd "$work" && pwd -P)
  mkdir "$work/undo" "$work/servers"
  undone=100
  setsid sh "$here/tidy.sh" --watch $$ "$work" < /dev/null > /dev/null 2>&1 &
  trap end EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  EKKOFS_WORK=$work
  export EKKOFS_WORK
  # Programs in the background have no input of their own.
  exec 3<&0
}

end() {
  status=$?
  trap '' HUP INT TERM
  cd /
  env -u EKKOFS_WORK sh "$here/tidy.sh" "$work" || status=1
  exit "$status"
}

# hand_over PLACE: all stays until nothing is mounted at this place
hand_over() {
  env -u EKKOFS_WORK setsid sh "$here/tidy.sh" --mounted "$1" "$work" < /dev/null > /dev/null 2>&1 3<&- &
  : > "$work/handed-over"
  trap - EXIT
}

# quoted WORD...: as a shell reads them
quoted() {
  for word in "$@"; do
    printf "'%s' " "$(printf '%s' "$word" | sed "s/'/'\\\\''/g")"
  done
}

# later COMMAND...: to be run at the end, before what was said earlier. Say it before what it undoes is done: it
# must do no harm where there is nothing to undo.
later() {
  undone=$((undone + 1))
  quoted "$@" > "$work/undo/new"
  mv "$work/undo/new" "$work/undo/$undone"
}

# serve NAME COMMAND...: runs it in the background until all that comes later is undone; its output goes to
# $work/NAME.log
serve() {
  server=$1
  shift
  later stop_server "$work/servers/$server"
  # The signals of a terminal are for those who use it.
  sh -c 'trap "" HUP INT; echo $$ > "$0"; exec env -u EKKOFS_WORK "$@"' "$work/servers/$server" "$@" \
    <&3 3<&- > "$work/$server.log" 2>&1 &
  server_pid=$!
}

# served NAME CONDITION...: waits until it holds, and fails if the server ends before
served() {
  server=$1
  shift
  until "$@"; do
    if ! kill -0 "$server_pid" 2> /dev/null; then
      "$@" && return
      cat "$work/$server.log" >&2
      exit 1
    fi
    sleep 0.1
  done
}

# run COMMAND...: as a command is run, but signals to the script end it at once
run() {
  "$@" <&3 3<&- &
  wait $!
}

# find_disk BACKUP: sets $disk, a raw disk that can be read: a file, or TREE/NAME of the repository $repository
find_disk() {
  if [ -d "$1" ]; then
    fail "$1 is a folder: name a disk in it"
  elif [ -e "$1" ]; then
    disk=$(readlink -f "$1")
    [ -r "$disk" ] || fail "$1 may not be read"
    case $disk in
      *.qcow2 | *.vmdk | *.vhdx | *.vdi) fail "$1 is no raw disk: restore it to one, or take the .raw of the backup" ;;
    esac
    return
  fi
  case $1 in
    /* | .* | */*/* | */) fail "there is no $1" ;;
    */*) ;;
    *) fail "there is no $1: name a disk in a mount, or TREE/NAME" ;;
  esac
  [ -n "$repository" ] || fail "there is no file $1; for a backup of a repository give -r or set EKKOFS_REPOSITORY"
  mount_repository
  disk=$work/mount/$1.raw
  if [ ! -e "$disk" ]; then
    say "there is no backup $1 in $repository"
    exit 3
  fi
  disk=$(readlink -f "$disk")
}

# mount_repository: mounts $repository at $work/mount, for nobody else
mount_repository() {
  mkdir "$work/mount"
  later unmount "$work/mount"
  serve mount "$here/ekkofs" mount --foreground -r "$repository" "$work/mount"
  served mount mountpoint -q "$work/mount"
}
