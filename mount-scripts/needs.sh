# shellcheck shell=sh
# Read by the scripts here: says what is going on, and installs what is missing.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
missing=''

say() {
  printf '%s\n' "== $*"
}

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# need COMMAND PACKAGE
need() {
  command -v "$1" > /dev/null 2>&1 || missing="$missing $2"
}

# need_file FILE PACKAGE
need_file() {
  [ -e "$1" ] || missing="$missing $2"
}

# The server; its client alone has a folder there as well.
need_postgresql() {
  for server in /usr/lib/postgresql/*/bin/postgres; do
    [ ! -x "$server" ] || return 0
  done
  missing="$missing postgresql"
}

# need_library NAME PACKAGE...: the first of the packages that there is
need_library() {
  library=$1
  shift
  if ldconfig -p 2> /dev/null | grep -q "$library"; then
    return
  fi
  for package in "$@"; do
    if apt-cache show "$package" > /dev/null 2>&1; then
      missing="$missing $package"
      return
    fi
  done
  missing="$missing $1"
}

need_build() {
  need javac default-jdk-headless
  need mvn maven
}

# install_missing LOG
install_missing() {
  [ -n "$missing" ] || return 0
  command -v apt-get > /dev/null 2>&1 || fail "please install first:$missing"
  if [ "$(id -u)" -ne 0 ]; then
    fail "something is missing; please run: sudo apt-get install -y --no-install-recommends$missing"
  fi
  say "installing$missing"
  policy=''
  # Packages of servers would start them for the whole machine.
  if [ ! -e /usr/sbin/policy-rc.d ]; then
    policy=/usr/sbin/policy-rc.d
    printf '#!/bin/sh\nexit 101\n' > $policy
    chmod 755 $policy
  fi
  # And that of PostgreSQL would make a cluster.
  clusters=/etc/postgresql-common/createcluster.d
  case $missing in
    *postgresql*)
      mkdir -p $clusters
      printf 'create_main_cluster = false\n' > $clusters/no-main-cluster.conf
      ;;
  esac
  installed=yes
  # The names are to be split.
  # shellcheck disable=SC2086
  { apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } \
    < /dev/null > "$1" 2>&1 || installed=no
  [ -z "$policy" ] || rm -f "$policy"
  if [ $installed = no ]; then
    cat "$1" >&2
    fail "could not install$missing"
  fi
}

require_java_17() {
  java_version=$("${JAVA_HOME:+$JAVA_HOME/bin/}javac" -version 2>&1)
  java_version=${java_version#javac }
  [ "${java_version%%[!0-9]*}" -ge 17 ] 2> /dev/null \
    || fail "this is Java ${java_version}; 17 or later is needed: set JAVA_HOME to one"
}

# count_tests REPORT...: says how many tests the reports tell of, and fails if there are none
count_tests() {
  awk '
    /<testsuite / {
      for (word = 1; word <= NF; word++) {
        if (match($word, /^(tests|errors|failures|skipped)="[0-9]+"/)) {
          split($word, part, "\"")
          sum[substr(part[1], 1, length(part[1]) - 1)] += part[2]
        }
      }
    }
    END {
      bad = sum["errors"] + sum["failures"]
      printf "%d passed, %d failed, %d skipped\n", \
        sum["tests"] - bad - sum["skipped"], bad, sum["skipped"]
      exit sum["tests"] == 0 || bad > 0
    }' "$@"
}
