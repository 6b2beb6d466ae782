// What do links cost? Round trips a second over CAF's BASP as it comes, beside messages through our
// links with the same bytes and window, plain and with many items in each message. Loopback, both
// ends in this process. A table, then one line of JSON.
#include "adapters/basp_links.hpp"
#include "app/system.hpp"
#include "base/log.hpp"
#include "bench/kit/basp_echo.hpp"
#include "bench/kit/scratch.hpp"

#include <boost/json.hpp>

#include <atomic>
#include <cstdio>
#include <thread>

namespace {

using namespace souk;
using namespace souk::bench;
namespace bj = boost::json;
using steady = std::chrono::steady_clock;

constexpr size_t item_bytes = 64;

class end {
public:
  end(const std::string& name, adapters::basp_options options, entropy& random) {
    options.hello.who = {name, 1};
    links = std::make_unique<adapters::basp_links>(options, random);
  }
  void listen(std::function<void(std::string)> received) {
    expect(links->listen(
               {.knows = [](const auto&) { return true; },
                .received = [received](const auto&, std::string m) { received(std::move(m)); },
                .up = [this](const auto&) { up = true; },
                .down = [](const auto&, auto) {}}),
           "listening");
  }
  std::unique_ptr<adapters::basp_links> links;
  std::atomic<bool> up{false};
};

double over_links(int window, size_t bytes, const adapters::basp_options& options) {
  app::system_entropy random;
  end a{"a", options, random}, b{"b", options, random};
  const cluster::node_ref at_a{"a", 1}, at_b{"b", 1};
  std::atomic<uint64_t> done{0};
  a.listen([&](std::string m) {
    ++done;
    a.links->send(at_b, std::move(m));
  });
  b.listen([&](std::string m) { b.links->send(at_a, std::move(m)); });
  a.links->open({at_b, "127.0.0.1", b.links->port()});
  for (const auto until = steady::now() + 5s; !a.up || !b.up;) {
    if (steady::now() > until)
      give_up("no link within 5 s");
    std::this_thread::yield();
  }
  for (int i = 0; i < window; ++i)
    a.links->send(at_b, std::string(bytes, 'x'));
  const auto rate = per_second(done);
  a.links->stop();
  b.links->stop();
  return rate;
}

/// One row: round trips and items a second of both sides.
bj::object compare(int window, size_t items) {
  const auto bytes = items * item_bytes;
  const auto basp = over_basp(window, bytes);
  const auto links = over_links(window, bytes, {});
  const auto whole = [&](double trips) { return trips * static_cast<double>(items); };
  std::printf("%6d %6zu %12.0f %12.0f %8.2f %14.0f %14.0f\n", window, items, basp, links,
              links / basp, whole(basp), whole(links));
  std::fflush(stdout);
  return {{"window", window},
          {"items", items},
          {"basp_trips_per_second", static_cast<int64_t>(basp)},
          {"links_trips_per_second", static_cast<int64_t>(links)},
          {"links_items_per_second", static_cast<int64_t>(whole(links))}};
}

} // namespace

int main() {
  log::start(log::level::error, "text");
  std::printf("%zu bytes an item\n%6s %6s %12s %12s %8s %14s %14s\n", item_bytes, "window", "items",
              "BASP trips/s", "link trips/s", "ratio", "BASP items/s", "link items/s");
  bj::array rows;
  for (const size_t items : {1, 100})
    for (const int window : {1, 64})
      rows.push_back(compare(window, items));
  const auto large = cluster::link_message_max;
  const auto trips = over_links(4, large, {});
  const auto mib = trips * 2 * static_cast<double>(large) / (1 << 20);
  std::printf("messages of %zu MiB, window 4: %.0f MiB/s, both ways together\n", large >> 20, mib);
  std::printf(
      "%s\n",
      bj::serialize(bj::object{{"bench", "links"}, {"rows", rows}, {"largest_mib_per_second", mib}})
          .c_str());
  return 0;
}
