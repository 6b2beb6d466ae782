# A real cluster under faults: tests/chaos is the program, here it gets what it runs on.

dev_chaos() {
  need_program
  exec python3 "$root/tests/chaos" --program "$program" "$@"
}
