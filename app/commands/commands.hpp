// The subcommands of `souk`: each takes the validated configuration and answers the exit code.
#pragma once

#include "base/config.hpp"

#include <chrono>
#include <string>

namespace souk::app {

inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_usage = 2;

int serve(const config& c);
int migrate(const config& c);

struct import_choice {
  std::string format = "auto";      ///< or "jsonl", "shopify", "dummyjson"
  std::string warehouse = "berlin"; ///< takes the stock of files that name none
  std::vector<std::string> currencies = {"USD", "EUR", "GBP"}; ///< of files that name none
  std::string currency = "EUR";                                ///< of every price of a Shopify file
  std::string report = {}; ///< where errors go; empty: beside the file
  bool dry_run = false;
  bool from_start = false; ///< not on from where an interrupted import of the file was
};
struct export_choice {
  std::string format = "jsonl";     ///< or "shopify"
  std::string currency = "EUR";     ///< of the prices of a Shopify file
  std::string warehouse = "berlin"; ///< whose stock a Shopify file has
};
/// "-": standard output.
int export_file(const config& c, const std::string& file, const export_choice& how);
int import_file(const config& c, const std::string& file, const import_choice& how);
struct demo_choice {
  size_t products = 200;
  uint64_t seed = 1;
  bool stock = true; ///< without it every shelf is empty
};
int demo(const config& c, const demo_choice& how);
/// Makes an admin API key and prints it, alone on the last line.
int admin_key(const config& c, const std::string& name);

/// Prints who belongs to the cluster.
int members(const config& c, bool long_dead);
/// Asks a node to hand over what it has and end, and waits until it has.
int drain(const config& c, const std::string& node, std::chrono::seconds patience);

/// Says what went wrong on stderr; answers exit_failed.
int complain(const failure& why);

} // namespace souk::app
