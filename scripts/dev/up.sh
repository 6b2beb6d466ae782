# A private shop under var/: `up` starts its processes, watches them, stops them in reverse order.
#
#   postgres ► redis ► psp ► migrate ► node ► demo catalogue (when empty) ► ready ► watching
#
# One ./dev supervises; --detach only puts it into the background. It holds the lock var/run/lock
# and has its pid there; `down` asks it to stop.

config=var/souk.toml
process_order=(postgres redis psp node-1)
declare -A pid_of started_at pause_before

is_running() { mkdir -p var/run && ! flock -n var/run/lock true; }

dev_up() {
  local detach= wanted_port= nodes=1
  while [ $# -gt 0 ]; do
    case $1 in
      --detach) detach=1 ;;
      --port) wanted_port=${2-} && shift ;;
      --nodes) nodes=${2-} && shift ;;
      *) fail "up: unknown option $1" 2 ;;
    esac
    shift || fail "up: an option lacks its value" 2
  done
  [[ $nodes =~ ^[1-9][0-9]*$ ]] || fail "--nodes takes a number, not \"$nodes\"" 2
  [ "$nodes" = 1 ] || fail "--nodes $nodes: one node until the cluster lands" 2
  [[ -z $wanted_port || $wanted_port =~ ^[1-9][0-9]{0,4}$ ]] ||
    fail "--port takes a port, not \"$wanted_port\"" 2
  if is_running; then
    echo "This checkout's shop is running already (./dev down stops it):"
    cat var/run/summary 2>/dev/null || echo "it is still starting: ./dev logs dev"
    return
  fi
  need_program
  mkdir -p var/log
  if [ -n "$detach" ]; then up_detached "$wanted_port"; else up_attached "$wanted_port"; fi
}

up_detached() {
  local supervisor
  rm -f var/run/summary
  : >var/log/dev.log # the follower below must find it
  SOUK_PROGRAM=$program setsid "$root/dev" up ${1:+--port "$1"} >>var/log/dev.log 2>&1 </dev/null &
  supervisor=$!
  tail -n +1 -f --pid="$supervisor" var/log/dev.log 2>/dev/null &
  local follower=$!
  trap 'kill -TERM $supervisor 2>/dev/null' INT TERM
  while is_alive $supervisor && [ ! -e var/run/summary ]; do sleep 0.1; done
  sleep 0.3
  kill $follower 2>/dev/null || true
  is_alive $supervisor || fail "the shop did not start (var/log/dev.log)"
}

up_attached() {
  exec 9>>var/run/lock
  flock -n 9 || fail "another ./dev up is starting in this checkout"
  echo $$ >var/run/lock
  trap stop_shop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  choose_ports "$1"
  start postgres
  start redis
  write_config
  start psp
  "$program" migrate --config $config >>var/log/migrate.log 2>&1 ||
    { tail -n 5 var/log/migrate.log >&2; fail "souk migrate (var/log/migrate.log)"; }
  say "database migrated"
  start node-1
  wait_until 60 "the node to be ready" node_is_ready ||
    { tail -n 5 var/log/node-1.log >&2; fail "the node (var/log/node-1.log)"; }
  say "node-1 ready on $url"
  fill_catalogue
  (umask 077 && summary >var/run/summary.new)
  mv var/run/summary.new var/run/summary
  cat var/run/summary
  watch_shop
}

choose_ports() {
  local file=var/ports
  if [ -n "$1" ]; then
    is_free "$1" || fail "port $1 is taken"
    touch $file
    remember_port $file http "$1"
  fi
  http_port=$(port $file http 8080)
  psp_port=$(port $file psp 8090)
  postgres_port=$(port $file postgres 15432)
  redis_port=$(port $file redis 16379)
  url=http://127.0.0.1:$http_port
}

# Tokens and keys are worth as much as the data, so they live and die with it.
write_config() {
  (umask 077 && cat >$config.new) <<TXT
# Written by ./dev up at each start. Flags and SOUK_… variables override it.
[node]
name = "node-1"
secret = "$(secret var/secrets node_secret)"
data = "$root/var/souk"
[http]
address = "127.0.0.1"
port = $http_port
[media]
directory = "$root/var/media"
[postgres]
url = "$postgres_socket_url"
[redis]
url = "$redis_url"
[payments]
url = "http://127.0.0.1:$psp_port"
api_key = "sk_test_$(secret var/secrets payment_key)"
webhook_secret = "whsec_$(secret var/secrets webhook_secret)"
TXT
  mv $config.new $config
}

# start NAME: and wait until it answers, except for a node, which is awaited by who needs it.
start() {
  local name=$1 log=var/log/$1.log
  case $name in
    postgres)
      local home
      home=$(postgres_home "$root/var/postgres")
      [ -e "$home/data/PG_VERSION" ] || rm -f var/secrets
      start_postgres "$home" "$postgres_port" "$(secret var/secrets postgres_password)" $log
      pid_of[postgres]=$postgres_pid
      say "Postgres $(cat "$home/data/PG_VERSION" 2>/dev/null || echo) on 127.0.0.1:$postgres_port"
      ;;
    redis)
      start_redis var/redis "$redis_port" $log
      pid_of[redis]=$redis_pid
      say "Redis on 127.0.0.1:$redis_port"
      ;;
    psp)
      child $log "$program" psp --config $config --port "$psp_port" --data var/psp \
        --webhook-url "$url/v1/webhooks/stripe"
      pid_of[psp]=$!
      wait_until 20 "the payment simulator" is_taken "$psp_port" ||
        fail "the payment simulator (see $log)"
      say "payment simulator on 127.0.0.1:$psp_port"
      ;;
    node-*)
      # The program may be newer than the one that died; a node refuses an older schema.
      "$program" migrate --config $config >>var/log/migrate.log 2>&1 || true
      child $log "$program" serve --config $config
      pid_of[$name]=$!
      say "$name starting"
      ;;
  esac
  started_at[$name]=$SECONDS
  echo "${pid_of[$name]}" >"var/run/$name.pid"
}

node_is_ready() { curl -fsS -m 2 "$url/readyz"; }

fill_catalogue() {
  local products
  products=$(curl -fsS -m 10 "$url/v1/products?limit=1" | jq '.items | length') ||
    fail "the node does not list products (var/log/node-1.log)"
  [ "$products" = 0 ] || return 0
  "$program" demo --config $config >>var/log/demo.log 2>&1 ||
    { tail -n 5 var/log/demo.log >&2; fail "souk demo (var/log/demo.log)"; }
  say "demo catalogue filled"
}

# The key is kept beside the password of the database that knows it.
admin_key() {
  if ! grep -q ^admin_key= var/secrets; then
    local key
    key=$("$program" admin-key --config $config 2>>var/log/admin-key.log | tail -n 1)
    [ -n "$key" ] || fail "souk admin-key (var/log/admin-key.log)"
    echo "admin_key=$key" >>var/secrets
  fi
  sed -n 's/^admin_key=//p' var/secrets
}

summary() {
  local key
  key=$(admin_key)
  cat <<TXT

  shop        $url
  API         $url/openapi.json
  admin key   $key
  logs        var/log/   ./dev logs node-1
  config      $config    for every subcommand: $program audit --config $config

Buy something (scripts/buy.sh, ten lines):

$(sed -e '/^#/d' -e '/^$/d' -e "s|^shop=.*|shop=$url|" -e 's/^/  /' scripts/buy.sh)

TXT
}

# Starts again what ends, at first at once, then after doubling pauses up to 5 s; who lived half a
# minute begins at the start again.
watch_shop() {
  local name
  say "running; Ctrl-C or ./dev down stops it all"
  while sleep 0.2; do
    for name in "${process_order[@]}"; do
      is_alive "${pid_of[$name]}" || revive "$name"
    done
  done
}

revive() {
  local name=$1 milliseconds=${pause_before[$1]:-0}
  [ $((SECONDS - started_at[$name])) -lt 30 ] || milliseconds=0
  say "$name (pid ${pid_of[$name]}) ended; starting again in $milliseconds ms (var/log/$name.log)"
  pause_before[$name]=$((milliseconds == 0 ? 250 : milliseconds < 2500 ? milliseconds * 2 : 5000))
  sleep "$((milliseconds / 1000)).$(printf %03d $((milliseconds % 1000)))"
  start "$name"
}

# Who uses another stops before it.
stop_shop() {
  local code=$? i name seconds
  trap '' INT TERM HUP
  for ((i = ${#process_order[@]} - 1; i >= 0; --i)); do
    name=${process_order[i]}
    [ -n "${pid_of[$name]-}" ] || continue
    is_alive "${pid_of[$name]}" && say "stopping $name"
    seconds=20
    [ "$name" != postgres ] || seconds=60
    stop_child "${pid_of[$name]}" "$([ "$name" = postgres ] && echo INT || echo TERM)" $seconds
    rm -f "var/run/$name.pid"
  done
  rm -f var/run/summary var/run/summary.new
  say "stopped"
  exit $code
}

dev_down() {
  local pid
  if ! is_running; then
    echo "nothing is running in this checkout"
    return
  fi
  pid=$(cat var/run/lock)
  say "asking the shop (pid $pid) to stop"
  kill -TERM "$pid"
  wait_until 130 "the shop to stop" flock -n var/run/lock true ||
    fail "pid $pid does not stop (var/log/dev.log)"
  say "stopped"
}

dev_status() {
  local file name code=0
  if ! is_running; then
    echo "not running"
    return 3
  fi
  for name in "${process_order[@]}"; do
    file=var/run/$name.pid
    if [ -e "$file" ] && is_alive "$(cat "$file")"; then
      printf '%-10s up    pid %-8s for %s s\n' "$name" "$(cat "$file")" \
        $(($(date +%s) - $(stat -c %Y "$file")))
    else
      printf '%-10s down\n' "$name"
      code=1
    fi
  done
  url=http://127.0.0.1:$(sed -n 's/^http=//p' var/ports)
  if node_is_ready >/dev/null 2>&1; then
    echo "ready: $url"
  else
    echo "not ready: $url"
    code=1
  fi
  return $code
}

dev_logs() {
  local name=${1-}
  [ -z "$name" ] || [ -e "var/log/$name.log" ] ||
    fail "there is no log of \"$name\"; there are: $(names var/log .log)" 2
  if [ -n "$name" ]; then exec tail -n 50 -F "var/log/$name.log"; fi
  exec tail -n 10 -F var/log/*.log
}
