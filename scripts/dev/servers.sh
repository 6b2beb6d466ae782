# A private Postgres and Redis in a directory, as children of this shell. Should ./dev be killed,
# the kernel stops them (pdeathsig); a terminal's Ctrl-C reaches only ./dev (setsid), which then
# stops them in order.

postgres_options=(
  -c fsync=on -c synchronous_commit=on -c wal_level=logical -c max_replication_slots=8
  -c max_wal_senders=8 -c max_connections=200 -c shared_buffers=256MB -c max_wal_size=4GB
  -c wal_buffers=64MB # else imports write the log themselves, page by page
  -c listen_addresses=127.0.0.1 -c password_encryption=scram-sha-256
)

# child LOG COMMAND…: starts it in the background; its pid is $!. Disowned, so that bash does not
# report its death in words of its own.
child() {
  local log=$1
  shift
  setsid setpriv --pdeathsig TERM -- "$@" >>"$log" 2>&1 </dev/null 8>&- 9>&- &
  disown
}

# stop_child PID SIGNAL SECONDS: asks, waits, and kills at the end of its patience.
stop_child() {
  is_alive "$1" || return 0
  kill -"$2" "$1" 2>/dev/null || return 0
  local tries
  for ((tries = $3 * 20; tries > 0; --tries)); do
    is_alive "$1" || return 0
    sleep 0.05
  done
  say "pid $1 did not stop within $3 s and is killed"
  kill -KILL "$1" 2>/dev/null || true
}

# initdb and postgres refuse to run as root: there they run as user `postgres` of Debian's package.
as_postgres() { setpriv "${postgres_user[@]}" -- "$@"; }
postgres_user=()
if [ "$(id -u)" = 0 ]; then postgres_user=(--reuid postgres --regid postgres --init-groups); fi

# The directory of Postgres' programs: of the version that made the data, else the newest.
postgres_programs() {
  local data=$1 version='*' found
  [ ! -e "$data/PG_VERSION" ] || version=$(cat "$data/PG_VERSION")
  # shellcheck disable=SC2086
  found=$(ls -d /usr/lib/postgresql/$version/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] ||
    fail "$data needs Postgres $version: install postgresql-$version or remove the directory"
  echo "$found"
}

# postgres_home WANTED: where Postgres' files go. WANTED itself, or, when the user it runs as cannot
# reach that, a directory below /var/tmp with a link to it from WANTED.
postgres_home() {
  local wanted=$1 home
  if [ -L "$wanted" ] && [ ! -d "$wanted" ]; then rm "$wanted"; fi
  if [ ! -e "$wanted" ]; then
    mkdir -p "$wanted"
    if ! as_postgres test -x "$wanted" 2>/dev/null; then
      home=/var/tmp/souk-$(printf %s "$wanted" | sha256sum | cut -c1-10)
      rmdir "$wanted"
      mkdir -p "$home"
      ln -s "$home" "$wanted"
      say "user postgres cannot reach $wanted: its data lies in $home" >&2
    fi
    [ "$(id -u)" != 0 ] || chown postgres "$wanted/."
    chmod 700 "$wanted/."
  fi
  readlink -f "$wanted"
}

# start_postgres HOME PORT PASSWORD LOG: HOME/data is made when there is none. Sets postgres_pid,
# postgres_url (TCP) and postgres_socket_url; the superuser and the database are called souk.
start_postgres() {
  local home=$1 number=$2 password=$3 log=$4 bin socket
  bin=$(postgres_programs "$home/data")
  socket=$home/socket
  # A socket's path holds 107 bytes, and in a URL the plain ones need no escaping.
  if [ ${#socket} -gt 80 ] || [[ $socket == *[!A-Za-z0-9/._-]* ]]; then
    socket=/var/tmp/souk-socket-$(printf %s "$home" | sha256sum | cut -c1-10)
    mkdir -p "$socket"
    [ "$(id -u)" != 0 ] || chown postgres "$socket"
  else
    as_postgres mkdir -p "$socket"
  fi
  if [ ! -e "$home/data/PG_VERSION" ]; then
    initialise_postgres "$bin" "$home" "$password" >>"$log" 2>&1 || fail "initdb (see $log)"
  fi
  child "$log" setpriv "${postgres_user[@]}" --pdeathsig INT -- "$bin/postgres" -D "$home/data" \
    -p "$number" -k "$socket" "${postgres_options[@]}"
  postgres_pid=$!
  postgres_url="postgresql://souk:$password@127.0.0.1:$number/souk"
  postgres_socket_url="postgresql://souk:$password@/souk?host=$socket&port=$number"
  if ! wait_until 60 "Postgres on port $number" "$bin/pg_isready" -q -h 127.0.0.1 -p "$number"; then
    fail "Postgres (see $log)"
  fi
  psql -qAt "${postgres_url%/souk}/postgres" -c "select 1 from pg_database where datname = 'souk'" |
    grep -q 1 || psql -q "${postgres_url%/souk}/postgres" -c 'create database souk'
}

initialise_postgres() {
  local bin=$1 home=$2 password=$3 word
  word=$home/password
  (umask 077 && echo "$password" >"$word")
  [ "$(id -u)" != 0 ] || chown postgres "$word"
  (cd "$home" && as_postgres "$bin/initdb" -D "$home/data" -U souk -E UTF8 \
    --locale=C.UTF-8 --data-checksums --auth=scram-sha-256 --pwfile="$word") || return 1
  rm "$word"
}

# start_redis HOME PORT LOG: sets redis_pid and redis_url. It may forget everything at a
# restart; when full it drops cache entries, which have a TTL, and keeps streams.
start_redis() {
  mkdir -p "$1"
  child "$3" redis-server --bind 127.0.0.1 --port "$2" --dir "$1" --save '' --appendonly no \
    --daemonize no --maxmemory 256mb --maxmemory-policy volatile-lru
  redis_pid=$!
  redis_url=redis://127.0.0.1:$2
  wait_until 20 "Redis on port $2" redis-cli -p "$2" ping || fail "Redis (see $3)"
}

stop_postgres() { stop_child "${postgres_pid-}" INT 60; }
stop_redis() { stop_child "${redis_pid-}" TERM 10; }
