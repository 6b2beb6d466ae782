#include "app/commands/commands.hpp"
#include "app/runtime.hpp"
#include "persistence/migrations.hpp"

#include <cstdio>

namespace souk::app {

int complain(const failure& why) {
  std::fprintf(stderr, "souk: %s\n", why.detail.c_str());
  for (const auto& p : why.problems)
    std::fprintf(stderr, "  %s: %s\n", p.field.c_str(), p.detail.c_str());
  return exit_failed;
}

int migrate(const config& c) {
  auto connection = persistence::pg_connection::open(runtime::postgres_options(c, "souk/migrate"));
  if (!connection)
    return complain(connection.error());
  const auto applied = persistence::migrate(**connection);
  if (!applied)
    return complain(applied.error());
  std::printf("%d migrations applied\n", *applied);
  return exit_ok;
}

} // namespace souk::app
