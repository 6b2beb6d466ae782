// `souk serve`: a node until SIGTERM or SIGINT; a second one ends it at once.
#include "app/commands/commands.hpp"
#include "app/node.hpp"
#include "base/log.hpp"
#include "http/pages/texts.hpp"
#include "persistence/migrations.hpp"
#include "persistence/pg_fence.hpp"

#include <csignal>
#include <cstdlib>
#include <thread>

namespace souk::app {

namespace {

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  return set;
}

int wait_for_signal(const sigset_t& set) {
  int number = 0;
  sigwait(&set, &number);
  return number;
}

result<void> check(const config& c) {
  if (c.node.secret.empty())
    return fail(errc::invalid,
                "node.secret is not set: at least 32 characters that only this shop knows");
  if (c.payments.url.empty())
    return fail(errc::invalid, "payments.url is not set: the base of the Stripe API");
  if (!http::is_time_zone(c.shop.time_zone))
    return fail(errc::invalid, "shop.time_zone is " + c.shop.time_zone +
                                   ": no time zone such as Europe/Berlin or UTC");
  return {};
}

/// A node on an older schema would answer, and fail here and there.
result<uint64_t> next_generation(const config& c) {
  const auto options = runtime::postgres_options(c, "souk/start");
  auto connection = persistence::pg_connection::open(options);
  for (auto waited = 0s; !connection && waited < start_patience; waited += 1s) {
    std::this_thread::sleep_for(1s);
    connection = persistence::pg_connection::open(options);
  }
  if (!connection)
    return connection.error();
  if (auto fits = persistence::check_schema(**connection); !fits)
    return fits.error();
  return persistence::next_generation(**connection);
}

} // namespace

int serve(const config& c) {
  if (auto right = check(c); !right) {
    complain(right.error());
    return exit_usage;
  }
  // Before any thread starts, so that all inherit the mask and only this one hears the signals.
  const auto signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const auto generation = next_generation(c);
  if (!generation)
    return complain(generation.error());
  system_entropy random;
  node running(c, *generation, random);
  if (auto started = running.start(); !started)
    return complain(started.error());
  const int number = wait_for_signal(signals);
  log::info("node.leaving", {{"signal", number}});
  std::jthread([signals] {
    wait_for_signal(signals);
    std::_Exit(exit_failed);
  }).detach();
  running.stop();
  return exit_ok;
}

} // namespace souk::app
