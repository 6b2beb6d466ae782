# The nodes of a shop under var/: their names, ports and settings, and what people do to one of
# them. One with a file var/run/NAME.held stays down until ./dev start NAME.

nodes=()

# name_nodes COUNT: one is node-1, several are n1, n2, …
name_nodes() {
  local i
  nodes=(node-1)
  [ "$1" -gt 1 ] || return 0
  for ((i = 0; i < $1; ++i)); do nodes[i]=n$((i + 1)); done
}

# What ./dev up said it runs, for the other commands.
read_processes() {
  read -ra process_order <var/run/processes || fail "the shop is still starting"
  nodes=("${process_order[@]:3}")
}

# The first node's port is called http; the others follow, and links have ports of their own.
choose_node_ports() {
  local i name number
  for ((i = 0; ${#nodes[@]} > 1 && i < ${#nodes[@]}; ++i)); do
    name=${nodes[i]}
    if [ "$i" -gt 0 ]; then number=$(port "$1" "http-$name" $((http_port + i))); fi
    number=$(port "$1" "link-$name" $((7700 + i)))
  done
}

url_of() {
  local name=http-$1
  [ "$1" != "${nodes[0]}" ] || name=http
  echo "http://127.0.0.1:$(sed -n "s/^$name=//p" var/ports)"
}

# node_settings NAME: sets `settings`, the flags in which a node differs from the common
# configuration: none for a single one.
node_settings() {
  local own
  own=$(url_of "$1")
  settings=()
  [ ${#nodes[@]} -gt 1 ] || return 0
  settings=(--node.name="$1" --node.data="$root/var/souk/$1" --http.port="${own##*:}"
    --cluster.port="$(sed -n "s/^link-$1=//p" var/ports)")
}

other_urls() {
  local name
  for name in "${nodes[@]:1}"; do printf '\n              %s' "$(url_of "$name")"; done
}

node_is_ready() { curl -fsS -m 2 "$(url_of "$1")/readyz"; }

start_nodes() {
  local name
  for name in "${nodes[@]}"; do start "$name"; done
  for name in "${nodes[@]}"; do
    wait_until 60 "the node to be ready" node_is_ready "$name" ||
      { tail -n 5 "var/log/$name.log" >&2; fail "the node (var/log/$name.log)"; }
    say "$name ready on $(url_of "$name")"
  done
}

# All at once are asked to leave, so that the last has not to wait for each of the others.
stop_nodes() {
  local name
  for name in "${nodes[@]}"; do
    [ -z "${pid_of[$name]-}" ] || kill -TERM "${pid_of[$name]}" 2>/dev/null || true
  done
}

is_held() { [ -e "var/run/$1.held" ]; }

# need_node COMMAND NAME: fails unless NAME is a node of the running shop.
need_node() {
  is_running || fail "nothing is running in this checkout"
  read_processes
  [[ " ${nodes[*]} " == *" ${2-} "* ]] ||
    fail "$1 takes a node: ${nodes[*]}" 2
  node_pid=$(cat "var/run/$2.pid")
}

dev_kill() {
  need_node kill "$@"
  kill -KILL "$node_pid" 2>/dev/null || fail "$1 is not running"
  say "$1 (pid $node_pid) killed; ./dev up starts it again"
}

# leave NAME: asks it to, and kills it when it does not.
leave() {
  stop_child "$node_pid" TERM 30
  say "$1 (pid $node_pid) has left"
}

dev_stop() {
  need_node stop "$@"
  touch "var/run/$1.held"
  leave "$1"
}

dev_start() {
  need_node start "$@"
  rm -f "var/run/$1.held"
  wait_until 60 "$1 to be ready" node_is_ready "$1" || fail "$1 (var/log/$1.log)"
  say "$1 ready on $(url_of "$1")"
}

# As one step of a rolling restart: it hands over what it has, and a new process takes its place.
dev_drain() {
  need_node drain "$@"
  [ ! -e "var/run/$1.held" ] || fail "$1 is stopped"
  leave "$1"
  wait_until 60 "$1 to be ready" node_is_ready "$1" || fail "$1 (var/log/$1.log)"
  say "$1 ready on $(url_of "$1"), in a new process"
}
