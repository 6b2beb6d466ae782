// The subcommands of `souk`: each takes the validated configuration and answers the exit code.
#pragma once

#include "base/config.hpp"

#include <string>

namespace souk::app {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

int serve(const config& c);
int migrate(const config& c);

struct import_choice {
  std::string format = "auto";      ///< or "jsonl", "dummyjson"
  std::string warehouse = "berlin"; ///< takes the stock of files that name none
  std::vector<std::string> currencies = {"USD", "EUR", "GBP"}; ///< of files that name none
};
int import_file(const config& c, const std::string& file, const import_choice& how);
struct demo_choice {
  size_t products = 200;
  uint64_t seed = 1;
  bool stock = true; ///< without it every shelf is empty
};
int demo(const config& c, const demo_choice& how);
/// Makes an admin API key and prints it, alone on the last line.
int admin_key(const config& c, const std::string& name);

/// Says what went wrong on stderr; answers exit_failed.
int complain(const failure& why);

} // namespace souk::app
