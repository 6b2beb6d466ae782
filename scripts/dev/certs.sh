# Certificates for the links between nodes: a private authority that signs nodes and nothing else.

# certs DIR NODE[=HOST,…]…: DIR/ca.pem, and NODE.pem and NODE.key for each. The authority that lies
# in DIR already is used again; a node's certificate is made anew.
dev_certs() {
  [ $# -ge 2 ] || fail "certs takes a directory and nodes: ./dev certs certs n1 n2=shop2,10.0.0.2" 2
  command -v openssl >/dev/null || fail "openssl is not installed (apt install openssl)"
  local dir=$1 node
  shift
  for node in "$@"; do
    [[ ${node%%=*} =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
      fail "letters, digits, dots, dashes and underscores make a node's name, not ${node%%=*}" 2
  done
  mkdir -p "$dir"
  [ -e "$dir/ca.key" ] || make_authority "$dir"
  for node in "$@"; do
    certify_node "$dir" "${node%%=*}" "$(alternative_names "$node")"
  done
}

# Keys are made under a mask, so that they are private from their first byte on.
make_key() { (umask 077 && openssl ecparam -name prime256v1 -genkey -noout -out "$1"); }

make_authority() {
  make_key "$1/ca.key"
  openssl req -x509 -new -key "$1/ca.key" -days 3650 -subj "/CN=souk nodes" \
    -addext basicConstraints=critical,CA:TRUE,pathlen:0 \
    -addext keyUsage=critical,keyCertSign -out "$1/ca.pem"
  say "authority $1/ca.pem; keep $1/ca.key off the nodes"
}

# A node goes by its name; hosts and addresses are for people and other tools.
alternative_names() {
  local node=${1%%=*} hosts=localhost,127.0.0.1 host names
  [[ $1 != *=* ]] || hosts=${1#*=}
  names=DNS:$node
  for host in ${hosts//,/ }; do
    if [[ $host =~ ^[0-9.]+$ || $host == *:* ]]; then names+=,IP:$host; else names+=,DNS:$host; fi
  done
  echo "$names"
}

certify_node() {
  local dir=$1 node=$2 names=$3
  make_key "$dir/$node.key.new"
  openssl req -new -key "$dir/$node.key.new" -subj "/CN=$node" |
    openssl x509 -req -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -days 825 \
      -set_serial "0x$(random_hex 16)" -out "$dir/$node.pem" -extfile <(
        echo "subjectAltName=$names"
        echo "basicConstraints=critical,CA:FALSE"
        echo "keyUsage=critical,digitalSignature"
        echo "extendedKeyUsage=serverAuth,clientAuth"
      ) 2>/dev/null || fail "certifying $node for $names"
  mv "$dir/$node.key.new" "$dir/$node.key"
  say "$dir/$node.pem for $names, 825 days"
}
