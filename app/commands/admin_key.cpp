#include "actors/user/service.hpp"
#include "app/commands/commands.hpp"
#include "app/runtime.hpp"

#include <cstdio>

namespace souk::app {

int admin_key(const config& c, const std::string& name) {
  auto connection =
      persistence::pg_connection::open(runtime::postgres_options(c, "souk/admin-key"));
  if (!connection)
    return complain(connection.error());
  system_entropy random;
  const database_clock time;
  const auto made =
      user::make_api_key(**connection, c.node.secret, {.name = name, .roles = {user::role::admin}},
                         {}, time.now(), random);
  if (!made)
    return complain(made.error());
  std::printf("%s\n", made->secret.c_str());
  return exit_ok;
}

} // namespace souk::app
