#!/bin/sh
# Undoes what a script here has done: tidy.sh WORK, or when a process has ended: tidy.sh --watch PID WORK, or when
# nothing is mounted at a place any more: tidy.sh --mounted PLACE WORK
set -u
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
trap '' HUP INT TERM
cd / || exit 1

# within SECONDS CONDITION...: waits until it holds; whether it does
within() {
  left=$(($1 * 10))
  shift
  until "$@"; do
    [ $left -gt 0 ] || return 1
    left=$((left - 1))
    sleep 0.1
  done
}

# The programs that the script has started and that still run.
programs() {
  grep -lszxF "EKKOFS_WORK=$work" /proc/[0-9]*/environ | sed 's,^/proc/\([0-9]*\)/environ$,\1,'
}

no_programs() {
  [ -z "$(programs)" ]
}

stop_programs() {
  no_programs && return
  # The numbers are to be split.
  # shellcheck disable=SC2046
  kill -TERM $(programs) 2> /dev/null
  # shellcheck disable=SC2046
  within 5 no_programs || kill -KILL $(programs) 2> /dev/null
  within 5 no_programs
}

is_gone() {
  ! kill -0 "$1" 2> /dev/null || grep -qs '^State:.*Z' "/proc/$1/status"
}

# stop_server FILE: with the number of its process
stop_server() {
  [ -s "$1" ] || return 0
  pid=$(cat "$1")
  is_gone "$pid" && return
  kill -TERM "$pid" 2> /dev/null
  within 15 is_gone "$pid" || kill -KILL "$pid" 2> /dev/null
  within 5 is_gone "$pid"
}

# mounts PLACE: whether something is mounted there, even if nobody serves it
mounts() {
  place=$(printf '%s' "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/\t/\\011/g' | sed ':a; N; $!ba; s/\n/\\012/g') \
    awk '$5 == ENVIRON["place"] { found = 1 } END { exit !found }' /proc/self/mountinfo
}

is_not_mounted() {
  ! mounts "$1"
}

try_unmount() {
  is_not_mounted "$1" || umount "$1" 2> /dev/null || fusermount3 -u "$1" 2> /dev/null \
    || fusermount -u "$1" 2> /dev/null || is_not_mounted "$1"
}

# unmount PLACE: what is in use a little longer goes when it no longer is
unmount() {
  within 5 try_unmount "$1" || umount -l "$1" 2> /dev/null || fusermount3 -u -z "$1" 2> /dev/null \
    || fusermount -u -z "$1"
}

# detach FILE: its loop devices
detach() {
  losetup -n -O NAME -j "$1" 2> /dev/null | while read -r device; do
    losetup -d "$device"
  done
}

undo() {
  for file in $(find "$work/undo" -name '[0-9]*' | sort -r); do
    eval "$(cat "$file")" && rm -f "$file"
  done
}

# Nothing is removed while something may be mounted below.
remove() {
  if grep -qF " $work/" /proc/self/mountinfo || [ -n "$(ls -A "$work/undo")" ]; then
    printf '%s\n' "ekkofs: something is left in $work; \"sh $0 $work\" tries again" >&2
    return 1
  fi
  rm -rf --one-file-system "$work"
}

tidy() {
  [ -d "$work/undo" ] || return 0
  exec 8< "$work"
  flock 8
  [ -d "$work/undo" ] || return 0
  # What was about to start when the script was killed is there only now.
  stop_programs
  undo
  stop_programs
  remove
}

case $1 in
  --watch)
    work=$3
    tail --pid="$2" -s 0.2 -f /dev/null
    # It may have handed its work over.
    [ -e "$work/handed-over" ] || tidy
    ;;
  --mounted)
    work=$3
    while mounts "$2"; do
      sleep 1
    done
    tidy
    ;;
  *)
    work=$1
    tidy
    ;;
esac
