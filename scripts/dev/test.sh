# Tests, checks and benchmarks, against a Postgres and a Redis of their own in a directory that goes
# away with them. On /var/tmp, because /tmp may be memory and a commit must reach a disk.

with_servers() {
  scratch=$(mktemp -d /var/tmp/souk-scratch.XXXXXX)
  chmod 711 "$scratch"
  trap drop_servers EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  local first=$((20000 + RANDOM % 10000)) home postgres_port redis_port
  postgres_port=$(port "$scratch/ports" postgres $first)
  redis_port=$(port "$scratch/ports" redis $((first + 1)))
  home=$(postgres_home "$scratch/postgres")
  # Also for tests that put together a connection string of their own, through a proxy for example.
  PGPASSWORD=$(random_hex 16)
  export PGPASSWORD
  start_postgres "$home" "$postgres_port" "$PGPASSWORD" "$scratch/postgres.log"
  start_redis "$scratch/redis" "$redis_port" "$scratch/redis.log"
  export SOUK_TEST_POSTGRES=$postgres_url SOUK_TEST_REDIS=$redis_url
  export SOUK_TEST_PGDATA=$home/data SOUK_TEST_PGCTL
  SOUK_TEST_PGCTL=$(postgres_programs "$home/data")/pg_ctl
  say "scratch Postgres on port $postgres_port, Redis on $redis_port"
}

# In the background, so that a signal is acted on at once and not when COMMAND ends.
run() {
  "$@" &
  running=$!
  wait $running
}

drop_servers() {
  local code=$?
  trap '' INT TERM HUP
  stop_child "${running-}" TERM 10
  stop_redis
  stop_postgres
  rm -rf "$scratch"
  exit $code
}

dev_test() {
  [ $# -le 1 ] || fail "test takes one label" 2
  build ci
  with_servers
  # Tests that need no server share the cores; the others hold a ctest lock.
  run ctest --test-dir build/ci --output-on-failure --no-tests=error -j "$(nproc)" ${1:+-L "^$1\$"}
}

dev_bench() {
  [ $# -ge 1 ] || fail "bench takes a name: $(names bench .cpp) $(names bench .py)" 2
  local name=${1//-/_}
  shift
  if [ -e "bench/$name.py" ]; then # brings its own servers
    need_program
    exec python3 "bench/$name.py" --program "$program" "$@"
  fi
  [ $# = 0 ] || fail "bench $name takes no options" 2
  [ -e "bench/$name.cpp" ] || fail "there is no bench/$name.cpp" 2
  need_packages "${packages_to_measure[@]}"
  build release "souk_bench_$name"
  with_servers
  run "build/release/bench/souk_bench_$name"
}

dev_sim() {
  need_program
  "$program" sim "$@"
}

dev_check() {
  need_build_packages
  need_packages "${packages_to_check[@]}"
  trust_checkout
  check_format
  python3 scripts/tidy.py || fail "the rules of scripts/tidy.py"
  say "rules kept"
  build ci
  check_tidy
  (dev_test) || fail "tests"
  if "$root/build/ci/app/souk" sim --help >/dev/null 2>&1; then
    "$root/build/ci/app/souk" sim --seeds 20 || fail "simulation"
  fi
  say "all checks passed"
}

# CI may run as another user than the checkout's owner.
trust_checkout() {
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0=$root
}

check_format() {
  local files
  mapfile -t files < <(git ls-files '*.cpp' '*.hpp')
  clang-format --dry-run -Werror "${files[@]}" || fail "clang-format: clang-format -i FILE mends it"
  say "${#files[@]} files formatted"
}

# clang-tidy takes up to a minute a file, so it sees the newest 8 changed ones, without the
# precompiled headers and joined files of the ci build.
check_tidy() {
  command -v clang-tidy >/dev/null || { say "clang-tidy is not installed: skipped" && return 0; }
  local base files
  base=$(git merge-base HEAD origin/HEAD 2>/dev/null ||
    git merge-base HEAD origin/main 2>/dev/null || true)
  if [ -z "$base" ] || [ "$base" = "$(git rev-parse HEAD)" ]; then
    base=$(git rev-list -n 1 --skip=3 HEAD)
  fi
  [ -n "$base" ] || { say "no earlier commit to compare with: clang-tidy skipped" && return 0; }
  mapfile -t files < <(git log --format= --name-only --diff-filter=AMR "$base..HEAD" -- '*.cpp' |
    awk '!seen[$0]++' | while read -r file; do [ ! -e "$file" ] || echo "$file"; done | head -n 8)
  [ ${#files[@]} -gt 0 ] || { say "clang-tidy: no C++ file changed" && return 0; }
  cmake --preset strict -B build/tidy >var/log/build-tidy.log 2>&1 ||
    fail "configuring for clang-tidy (var/log/build-tidy.log)"
  say "clang-tidy on ${#files[@]} changed files"
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" timeout 300 \
    clang-tidy --quiet -p build/tidy --extra-arg="-I$root/build/ci/generated" \
    --extra-arg=-Wno-everything 2>var/log/tidy.log || fail "clang-tidy"
}
