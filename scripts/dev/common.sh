# Progress lines, failures, secrets and ports: what every part of ./dev uses.

began=$EPOCHREALTIME

# One line with the seconds since ./dev began.
say() {
  local micros=$((${EPOCHREALTIME/./} - ${began/./}))
  printf '%4d.%ds  %s\n' $((micros / 1000000)) $((micros / 100000 % 10)) "$*"
}

fail() {
  say "FAILED: $1" >&2
  exit "${2:-1}"
}

# wait_until SECONDS WHAT COMMAND…: until COMMAND succeeds; fails with the name of what was awaited.
wait_until() {
  local seconds=$1 what=$2 tries
  shift 2
  for ((tries = seconds * 10; tries > 0; --tries)); do
    if "$@" >/dev/null 2>&1; then return 0; fi
    sleep 0.1
  done
  say "waited $seconds s in vain for $what" >&2
  return 1
}

is_alive() { [ -n "${1-}" ] && kill -0 "$1" 2>/dev/null; }

random_hex() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

# secret FILE NAME: a random word made once and kept in FILE (mode 600), printed.
secret() {
  local file=$1 name=$2
  [ -e "$file" ] || (umask 077 && : >"$file")
  grep -q "^$name=" "$file" || echo "$name=$(random_hex 24)" >>"$file"
  sed -n "s/^$name=//p" "$file"
}

# names FOLDER SUFFIX: the files of FOLDER that end so, without it, on one line.
names() {
  local file
  for file in "$1"/*"$2"; do printf '%s ' "$(basename "$file" "$2")"; done
}

is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

is_taken() { ! is_free "$1"; }

# port FILE NAME FIRST: the port NAME had last time when it is still free, else the first free one
# from FIRST on that no other name in FILE has; kept in FILE, printed.
port() {
  local file=$1 name=$2 candidate
  touch "$file"
  candidate=$(sed -n "s/^$name=//p" "$file")
  if [ -z "$candidate" ] || ! is_free "$candidate"; then
    candidate=$3
    while grep -q "=$candidate\$" "$file" || ! is_free "$candidate"; do
      candidate=$((candidate + 1))
    done
    remember_port "$file" "$name" "$candidate"
  fi
  echo "$candidate"
}

remember_port() {
  sed -i "/^$2=/d" "$1"
  echo "$2=$3" >>"$1"
}
