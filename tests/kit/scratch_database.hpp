// A database of its own for a test on the server that SOUK_TEST_POSTGRES names; dropped at the end.
#pragma once

#include "persistence/migrations.hpp"
#include "persistence/pg_connection.hpp"

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>
#include <unistd.h>

namespace souk::persistence {

class scratch_database {
public:
  static constexpr const char* missing =
      "SOUK_TEST_POSTGRES is not set: it is the libpq URL of a superuser on a scratch cluster";
  static bool available() { return std::getenv("SOUK_TEST_POSTGRES") != nullptr; }

  /// Empty, or with every migration applied.
  explicit scratch_database(bool migrated = false) {
    static std::atomic<int> count{0};
    name_ = "souk_test_" + std::to_string(::getpid()) + "_" + std::to_string(++count);
    auto server = session(server_url());
    check(server->script("drop database if exists " + name_ + " with (force)"));
    check(server->script("create database " + name_));
    if (migrated)
      check(migrate(*connect()));
  }
  ~scratch_database() {
    (void)session(server_url())->script("drop database if exists " + name_ + " with (force)");
  }
  scratch_database(const scratch_database&) = delete;
  scratch_database& operator=(const scratch_database&) = delete;

  const std::string& name() const { return name_; }
  std::string url() const {
    const auto server = server_url();
    if (server.find("://") == std::string::npos)
      return server + " dbname=" + name_;
    return server + (server.find('?') == std::string::npos ? "?" : "&") + "dbname=" + name_;
  }
  std::unique_ptr<pg_connection> connect() const { return session(url()); }

private:
  static std::string server_url() { return std::getenv("SOUK_TEST_POSTGRES"); }
  static std::unique_ptr<pg_connection> session(const std::string& url) {
    pg_options options;
    options.url = url;
    options.application_name = "souk-test";
    auto opened = pg_connection::open(options);
    check(opened);
    return std::move(*opened);
  }
  template <class T>
  static void check(const T& outcome) {
    if (!outcome)
      assertion_failed(outcome.error().detail.c_str(), "the scratch server works", __FILE__,
                       __LINE__);
  }

  std::string name_;
};

} // namespace souk::persistence
