# Building with a CMake preset under build/, one build of a directory at a time.

# build PRESET [TARGET…]
build() {
  local preset=$1 started=$SECONDS
  shift
  need_build_packages
  mkdir -p build var/log
  local log=var/log/build-$preset.log
  say "building ($preset)"
  (
    flock 8
    cmake --preset "$preset" >"$log" 2>&1 || {
      tail -n 30 "$log" >&2
      exit 1
    }
    # On a terminal ninja shows its progress in one line; elsewhere only what goes wrong matters.
    if [ -t 1 ]; then
      ninja -C "build/$preset" "$@"
    else
      ninja -C "build/$preset" --quiet "$@"
    fi
  ) 8>"build/$preset.lock" || fail "the $preset build (configure: $log)"
  say "built in $((SECONDS - started)) s"
}

# Sets `program`: $SOUK_PROGRAM, or the release build.
need_program() {
  program=${SOUK_PROGRAM-}
  if [ -n "$program" ]; then
    need_build_packages
  else
    build release souk
    program=$root/build/release/app/souk
  fi
}
