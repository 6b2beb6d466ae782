# Which Debian packages souk is built, run and checked with, and how a missing one is installed.

packages_to_build=(
  g++ cmake ninja-build ccache lld git pkg-config ca-certificates curl jq python3
  libcaf-dev libpq-dev libhiredis-dev libprotobuf-dev protobuf-compiler libssl-dev libsodium-dev
  libspdlog-dev prometheus-cpp-dev libcli11-dev libtomlplusplus-dev libcurl4-openssl-dev
  libjemalloc-dev libctemplate-dev libcsv-dev libxml2-dev libvips-dev libqrencode-dev
  libicu-dev esbuild
  libgtest-dev libgmock-dev libbenchmark-dev postgresql redis-server python3-aiosmtpd
)
packages_to_check=(clang-format clang-tidy prometheus chromium)
# A Node and npm that are there already will do: Debian's npm is four hundred packages.
command -v npm >/dev/null || packages_to_check+=(nodejs npm)
packages_to_measure=(wrk)

# Debian 12's default Boost is 1.74; its 1.81 lies beside it under versioned names.
boost_packages() {
  local VERSION_ID=
  [ ! -r /etc/os-release ] || . /etc/os-release
  if [ "$VERSION_ID" = 12 ]; then
    echo libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  else
    echo libboost-dev libboost-json-dev libboost-url-dev
  fi
}

# need_packages NAME…: installs those of NAME that are missing, and says which.
need_packages() {
  command -v dpkg-query >/dev/null ||
    fail "souk is built from Debian's packages and this is no Debian; it needs: $*"
  local installed missing=() name
  installed=" $(dpkg-query -W -f '${db:Status-Status}=${Package} ' "$@" 2>/dev/null || true)"
  for name in "$@"; do
    [[ $installed == *" installed=$name "* ]] || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "${SOUK_APT-}" != no ] || fail "missing packages: ${missing[*]}"
  say "installing ${#missing[@]} Debian packages souk is built and run with: ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "needs root: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  mkdir -p var/log
  "${as_root[@]}" bash scripts/dev/install.sh "${missing[@]}" >var/log/packages.log 2>&1 || {
    tail -n 20 var/log/packages.log >&2
    fail "apt could not install them (all of it: var/log/packages.log)"
  }
  say "packages installed"
}

need_build_packages() {
  local boost
  read -ra boost < <(boost_packages)
  need_packages "${packages_to_build[@]}" "${boost[@]}"
}
