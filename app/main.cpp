// The program `souk`: picks a subcommand.
int main() { return 0; }
