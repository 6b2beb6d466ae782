#include "bench/kit/basp_echo.hpp"

#include "bench/kit/scratch.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>

#include <thread>

namespace souk::bench {

namespace {
using steady = std::chrono::steady_clock;
constexpr std::chrono::milliseconds warm_up{300};
constexpr std::chrono::seconds measured{2};
} // namespace

double per_second(const std::atomic<uint64_t>& done) {
  std::this_thread::sleep_for(warm_up);
  const auto before = done.load();
  const auto began = steady::now();
  std::this_thread::sleep_for(measured);
  const std::chrono::duration<double> took = steady::now() - began;
  return static_cast<double>(done - before) / took.count();
}

double over_basp(int window, size_t bytes) {
  caf::actor_system_config here, there;
  here.load<caf::io::middleman>();
  there.load<caf::io::middleman>();
  caf::actor_system asking{here}, answering{there};
  const auto echo = answering.spawn(
      [](caf::event_based_actor*) -> caf::behavior { return {[](std::string& m) { return m; }}; });
  const auto port = answering.middleman().publish(echo, 0, "127.0.0.1");
  if (!port)
    give_up("publishing over BASP: " + answering.render(port.error()));
  const auto remote = asking.middleman().remote_actor("127.0.0.1", *port);
  if (!remote)
    give_up("connecting over BASP: " + asking.render(remote.error()));
  std::atomic<uint64_t> done{0};
  const auto asker = asking.spawn([&](caf::event_based_actor* self) -> caf::behavior {
    for (int i = 0; i < window; ++i)
      self->send(*remote, std::string(bytes, 'x'));
    return {[&, self](std::string& m) {
      ++done;
      self->send(*remote, std::move(m));
    }};
  });
  const auto rate = per_second(done);
  caf::anon_send_exit(asker, caf::exit_reason::kill);
  caf::anon_send_exit(echo, caf::exit_reason::kill);
  return rate;
}

} // namespace souk::bench
