# A private shop under var/: `up` starts its processes, watches them, stops them in reverse order.
#
#   postgres ► redis ► psp ► migrate ► nodes ► demo catalogue (when empty) ► ready ► watching
#
# One ./dev supervises; --detach only puts it into the background. It holds the lock var/run/lock
# and has its pid there; `down` asks it to stop. What concerns single nodes is in nodes.sh.

config=var/souk.toml
process_order=()
declare -A pid_of started_at pause_before due_at

is_running() { mkdir -p var/run && ! flock -n var/run/lock true; }

dev_up() {
  local detach= wanted_port= count=1
  while [ $# -gt 0 ]; do
    case $1 in
      --detach) detach=1 ;;
      --port) wanted_port=${2-} && shift ;;
      --nodes) count=${2-} && shift ;;
      *) fail "up: unknown option $1" 2 ;;
    esac
    shift || fail "up: an option lacks its value" 2
  done
  [[ $count =~ ^([1-9]|1[0-6])$ ]] || fail "--nodes takes 1 to 16, not \"$count\"" 2
  [[ -z $wanted_port || $wanted_port =~ ^[1-9][0-9]{0,4}$ ]] ||
    fail "--port takes a port, not \"$wanted_port\"" 2
  if is_running; then
    echo "This checkout's shop is running already (./dev down stops it):"
    cat var/run/summary 2>/dev/null || echo "it is still starting: ./dev logs dev"
    return
  fi
  need_program
  mkdir -p var/log
  if [ -n "$detach" ]; then
    up_detached "$wanted_port" "$count"
  else
    up_attached "$wanted_port" "$count"
  fi
}

up_detached() {
  local supervisor
  rm -f var/run/summary
  : >var/log/dev.log # the follower below must find it
  SOUK_PROGRAM=$program setsid "$root/dev" up ${1:+--port "$1"} --nodes "$2" \
    >>var/log/dev.log 2>&1 </dev/null &
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
  name_nodes "$2"
  process_order=(postgres redis psp "${nodes[@]}")
  echo "${process_order[*]}" >var/run/processes
  rm -f var/run/*.held
  choose_ports "$1"
  start postgres
  start redis
  write_config
  start psp
  "$program" migrate --config $config >>var/log/migrate.log 2>&1 ||
    { tail -n 5 var/log/migrate.log >&2; fail "souk migrate (var/log/migrate.log)"; }
  say "database migrated"
  start_nodes
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
  choose_node_ports $file
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
name = "${nodes[0]}"
secret = "$(secret var/secrets node_secret)"
data = "$root/var/souk"
[http]
address = "127.0.0.1"
port = $http_port
public_url = "$url"
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
    *)
      # The program may be newer than the one that died; a node refuses an older schema.
      "$program" migrate --config $config >>var/log/migrate.log 2>&1 || true
      node_settings "$name"
      child $log "$program" serve --config $config "${settings[@]}"
      pid_of[$name]=$!
      say "$name starting"
      ;;
  esac
  started_at[$name]=$SECONDS
  echo "${pid_of[$name]}" >"var/run/$name.pid"
}

fill_catalogue() {
  local products
  products=$(curl -fsS -m 10 "$url/v1/products?limit=1" | jq '.items | length') ||
    fail "the node does not list products (var/log/${nodes[0]}.log)"
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

  shop        $url$(other_urls)
  API         $url/openapi.json
  admin key   $key
  logs        var/log/   ./dev logs ${nodes[0]}
  config      $config    for every subcommand: $program audit --config $config

Buy something (scripts/buy.sh, ten lines):

$(sed -e '/^#/d' -e '/^$/d' -e "s|^shop=.*|shop=$url|" -e 's/^/  /' scripts/buy.sh)

TXT
}

# Starts again what ends, at first at once, then after doubling pauses up to 5 s; who lived half a
# minute begins at the start again. A node that waits for its turn holds up nobody else.
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
  local name=$1 milliseconds=${pause_before[$1]:-0} now=$((${EPOCHREALTIME/./} / 1000))
  if is_held "$name"; then
    pid_of[$name]='' due_at[$name]=0 pause_before[$name]=0
  elif [ -z "${due_at[$name]-}" ]; then
    [ $((SECONDS - started_at[$name])) -lt 30 ] || milliseconds=0
    say "$name (pid ${pid_of[$name]}) ended; starting again in $milliseconds ms (var/log/$name.log)"
    pause_before[$name]=$((milliseconds == 0 ? 250 : milliseconds < 2500 ? milliseconds * 2 : 5000))
    due_at[$name]=$((now + milliseconds))
  elif [ "$now" -ge "${due_at[$name]}" ]; then
    unset "due_at[$name]"
    start "$name"
  fi
}

# Who uses another stops before it.
stop_shop() {
  local code=$? i name seconds
  trap '' INT TERM HUP
  stop_nodes
  for ((i = ${#process_order[@]} - 1; i >= 0; --i)); do
    name=${process_order[i]}
    [ -n "${pid_of[$name]-}" ] || continue
    is_alive "${pid_of[$name]}" && say "stopping $name"
    seconds=20
    [ "$name" != postgres ] || seconds=60
    stop_child "${pid_of[$name]}" "$([ "$name" = postgres ] && echo INT || echo TERM)" $seconds
    rm -f "var/run/$name.pid"
  done
  rm -f var/run/summary var/run/summary.new var/run/*.held
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
  local file name code=0 state
  if ! is_running; then
    echo "not running"
    return 3
  fi
  read_processes
  for name in "${process_order[@]}"; do
    file=var/run/$name.pid
    if [ -e "$file" ] && is_alive "$(cat "$file")"; then
      printf '%-10s up    pid %-8s for %s s\n' "$name" "$(cat "$file")" \
        $(($(date +%s) - $(stat -c %Y "$file")))
    else
      state=down
      if is_held "$name"; then state="stopped (./dev start $name)"; else code=1; fi
      printf '%-10s %s\n' "$name" "$state"
    fi
  done
  for name in "${nodes[@]}"; do
    url=$(url_of "$name")
    if node_is_ready "$name" >/dev/null 2>&1; then
      echo "ready: $url"
    else
      echo "not ready: $url"
      is_held "$name" || code=1
    fi
  done
  return $code
}

dev_logs() {
  local name=${1-}
  [ -z "$name" ] || [ -e "var/log/$name.log" ] ||
    fail "there is no log of \"$name\"; there are: $(names var/log .log)" 2
  if [ -n "$name" ]; then exec tail -n 50 -F "var/log/$name.log"; fi
  exec tail -n 10 -F var/log/*.log
}
