// A database of its own on the server that SOUK_TEST_POSTGRES names, with every migration; dropped
// at the end. `./dev bench` starts that server with fsync and synchronous_commit on.
#pragma once

#include "persistence/pg_connection.hpp"

#include <memory>
#include <string>

namespace souk::bench {

/// The variable's value; ends the program with a clear line when it is not set.
std::string from_environment(const char* name);
/// Ends the program with `why`.
[[noreturn]] void give_up(const std::string& why);

template <class T>
void expect(const T& outcome, const std::string& doing) {
  if (!outcome)
    give_up(doing + ": " + outcome.error().detail);
}

class scratch_database {
public:
  scratch_database();
  ~scratch_database();
  scratch_database(const scratch_database&) = delete;
  scratch_database& operator=(const scratch_database&) = delete;

  const std::string& url() const { return url_; }
  std::unique_ptr<persistence::pg_connection> connect() const;

private:
  std::string name_;
  std::string url_;
};

} // namespace souk::bench
