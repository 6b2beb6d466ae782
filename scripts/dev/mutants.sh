# Does the simulation notice planted bugs? tests/mutants is the program, here it gets what it needs.

dev_mutants() {
  need_build_packages
  exec python3 "$root/tests/mutants" "$@"
}
