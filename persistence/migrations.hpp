// The schema, embedded at build time from persistence/migrations/*.sql and applied in order of
// name.
#pragma once

#include "persistence/sql.hpp"

#include <span>
#include <string_view>

namespace souk::persistence {

struct migration {
  std::string_view name; ///< "0001_journal"
  std::string_view text;
};

/// Everything this build knows, in order.
std::span<const migration> embedded_migrations();

/// Applies what the database lacks, each in a transaction of its own under an advisory lock, so
/// that several nodes may start at once. Returns how many were applied. errc::conflict when a
/// migration that was applied has another text now.
result<int> migrate(sql::connection& c, std::span<const migration> all = embedded_migrations());

/// errc::conflict names the first migration of `all` that the database lacks.
result<void> check_schema(sql::connection& c,
                          std::span<const migration> all = embedded_migrations());

} // namespace souk::persistence
