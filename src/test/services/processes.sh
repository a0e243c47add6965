# shellcheck shell=sh
# Read by the scripts here: servers whose numbers stand in $run/NAME.pid, each leading a session of its own.
# shellcheck disable=SC2154 # $run and $data are those of the script that reads this

say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

# need COMMAND...: what cannot be tried here is told by a status of its own
need() {
  for command in "$@"; do
    command -v "$command" > /dev/null 2>&1 || {
      say "$command is not installed"
      exit 77
    }
  done
}

# launch NAME COMMAND...: what it says goes to $run/NAME.log
launch() {
  name=$1
  shift
  # shellcheck disable=SC2016
  setsid sh -c 'echo $$ > "$0"; exec "$@"' "$run/$name.pid" "$@" \
    < /dev/null >> "$run/$name.log" 2>&1 9>&- &
}

# alive NAME: whether the process of this number still is the one that was started
alive() {
  pid=$(cat "$run/$1.pid" 2> /dev/null) && [ -n "$pid" ] || return 1
  tr '\0' ' ' 2> /dev/null < "/proc/$pid/cmdline" | grep -qF -- "$run/"
}

# gone SESSION: whether its sockets are closed; the first thread of a process may end long before the last
gone() {
  ! pgrep -s "$1" -r R,S,D > /dev/null \
    && [ "$(find "/proc/$1/task" -mindepth 1 -maxdepth 1 2> /dev/null | wc -l)" -le 1 ]
}

# end SIGNAL NAME...: and waits; what does not end by itself within 5 seconds is killed
end() {
  signal=$1
  shift
  sessions=''
  for name in "$@"; do
    if alive "$name"; then
      sessions="$sessions $pid"
      kill -s "$signal" -- "-$pid" 2> /dev/null || :
    fi
    rm -f "$run/$name.pid"
  done
  for session in $sessions; do
    tries=0
    until gone "$session"; do
      [ $tries -lt 50 ] || kill -s KILL -- "-$session" 2> /dev/null || :
      tries=$((tries + 1))
      sleep 0.1
    done
  done
}

# until_healthy SECONDS: fails with the end of the logs
until_healthy() {
  tries=0
  until healthy; do
    if [ $tries -ge $(($1 * 10)) ]; then
      tail -q -n 3 "$run"/*.log "$run/health" >&2 || :
      return 1
    fi
    tries=$((tries + 1))
    sleep 0.1
  done
}
