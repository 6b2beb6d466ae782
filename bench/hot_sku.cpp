// How many durable reservations a second does one hot SKU take? Inside the process, over HTTP, and
// beside Postgres rows and Redis on the same machine in the same run. A table, then one line of
// JSON.
#include "base/log.hpp"
#include "bench/kit/hot_cell.hpp"
#include "bench/kit/peers.hpp"
#include "bench/kit/scratch.hpp"
#include "http/server.hpp"

#include <boost/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace {

using namespace souk;
using namespace souk::bench;
namespace bj = boost::json;

constexpr auto warm_up = 700ms;
constexpr auto measured = 2000ms;
constexpr int peer_seconds = 2;
constexpr int redis_requests = 150'000;

/// By number of clients.
using series = std::map<int, figures>;

void print(const char* what, const figures& f) {
  std::printf("%-34s %6d %10.0f %8.1f %8.2f %8.2f\n", what, f.clients, f.per_second, f.batch,
              f.p50_ms, f.p99_ms);
  std::fflush(stdout);
}

void print(const char* what, int clients, double per_second) {
  std::printf("%-34s %6d %10.0f\n", what, clients, per_second);
  std::fflush(stdout);
}

series inside_process(shop& in, const std::string& url, bool with_feed) {
  const auto* what = with_feed ? "souk in process, feed on" : "souk in process, feed off";
  series all;
  for (const int clients : {1, 8, 32, 128, 512, 2048}) {
    const auto name = (with_feed ? "FED-" : "HOT-") + std::to_string(clients);
    all[clients] = hammer(in, url, name, clients, warm_up, measured);
    print(what, all[clients]);
  }
  return all;
}

/// The real server and edge before the real cell; only this route is the benchmark's own.
series over_http(shop& in, const std::string& url) {
  series all;
  for (const int connections : {1, 32, 128, 512}) {
    hot_cell cell{in, "WEB-" + std::to_string(connections)};
    std::atomic<int64_t> held{0};
    http::router routes;
    routes.add(
        http::method::post, "/hold", "", [&](const http::request_ptr&, http::responder done) {
          cell.hold_one([&held, done = std::move(done)](const result<stock::held_units>& outcome) {
            if (!outcome)
              return done(http::response::text(503, outcome.error().detail));
            ++held;
            done(http::response::json_text(200, "{\"granted\":" + std::to_string(outcome->granted) +
                                                    "}"));
          });
        });
    http::server server{{}, std::move(routes), {}, in.inside().time, in.random()};
    expect(server.start(), "starting the HTTP server");
    const auto where = "http://127.0.0.1:" + std::to_string(server.port()) + "/hold";
    const auto commits_before = shop::commits();
    const auto seen = post_with_wrk(where, connections, peer_seconds + 1);
    server.stop(2s);
    const auto commits = shop::commits() - commits_before;
    cell.check(url, held);
    all[connections] = {.clients = connections,
                        .per_second = seen.per_second,
                        .batch = static_cast<double>(held) / commits,
                        .p50_ms = seen.p50_ms,
                        .p99_ms = seen.p99_ms};
    print("souk over HTTP, feed on", all[connections]);
  }
  return all;
}

double peak(const series& all) {
  double most = 0;
  for (const auto& [clients, f] : all)
    most = std::max(most, f.per_second);
  return most;
}

double peak(const std::map<int, double>& all) {
  double most = 0;
  for (const auto& [clients, rate] : all)
    most = std::max(most, rate);
  return most;
}

bj::object json_of(const series& all) {
  bj::object out;
  for (const auto& [clients, f] : all)
    out[std::to_string(clients)] = {{"per_second", static_cast<int64_t>(f.per_second)},
                                    {"batch", f.batch},
                                    {"p50_ms", f.p50_ms},
                                    {"p99_ms", f.p99_ms}};
  return out;
}

struct ratio {
  const char* what;
  double is;
  double goal;
  bool at_most = false;
};

void print_and_add(bj::object& to, const ratio& r) {
  const bool met = r.at_most ? r.is <= r.goal : r.is >= r.goal;
  std::printf("%-64s %8.2f  goal %s %.4g  %s\n", r.what, r.is, r.at_most ? "<=" : ">=", r.goal,
              met ? "met" : "missed");
  to[r.what] = {{"is", r.is}, {"goal", r.goal}, {"met", met}};
}

double load_average() {
  double one = 0;
  return getloadavg(&one, 1) == 1 ? one : -1;
}

struct souk_figures {
  series plain, fed, web;
};

souk_figures measure_souk(const std::string& url) {
  souk_figures seen;
  shop running{url};
  seen.plain = inside_process(running, url, false);
  running.start_feed();
  seen.fed = inside_process(running, url, true);
  if (is_installed("wrk"))
    seen.web = over_http(running, url);
  else
    std::printf("HTTP skipped: wrk is not installed (apt install wrk)\n");
  return seen;
}

/// Operations a second, by clients.
struct peer_figures {
  std::map<int, double> updates, units, redis;
};

peer_figures measure_peers(const std::string& url) {
  peer_figures seen;
  const postgres_peer postgres{url};
  for (const int clients : {1, 8, 128})
    print("Postgres UPDATE of a row", clients,
          seen.updates[clients] = postgres.update_row(clients, peer_seconds));
  for (const int clients : {16, 128})
    print("Postgres SKIP LOCKED", clients,
          seen.units[clients] = postgres.take_unit(clients, peer_seconds));
  const redis_peer redis{from_environment("SOUK_TEST_REDIS")};
  for (const int clients : {50, 128, 512})
    print("Redis DECRBY, everysec", clients,
          seen.redis[clients] = redis.decrement(clients, redis_requests));
  return seen;
}

bj::object json_of(const peer_figures& peers) {
  bj::object out;
  const auto add = [&](const std::string& name, const std::map<int, double>& all) {
    for (const auto& [clients, rate] : all)
      out[name + std::to_string(clients)] = static_cast<int64_t>(rate);
  };
  add("update_", peers.updates);
  add("skip_locked_", peers.units);
  add("redis_decrby_", peers.redis);
  return out;
}

bj::object compare(const souk_figures& souk, const peer_figures& peers) {
  // A bare prototype without recovery, dedupe or limits did these on a quiet machine of 2 cores.
  constexpr double bare_fed = 176'000, bare_plain = 223'000, bare_web = 62'000;
  const auto fed = [&](int clients) { return souk.fed.at(clients).per_second; };
  const auto commit_ms = 1'000 / peers.updates.at(1);
  bj::object out;
  print_and_add(out, {"feed on, 512 clients / Redis, 512", fed(512) / peers.redis.at(512), 2.5});
  print_and_add(out, {"feed on, 128 clients / UPDATE, 128", fed(128) / peers.updates.at(128), 80});
  print_and_add(out,
                {"feed on, 128 clients / SKIP LOCKED, 128", fed(128) / peers.units.at(128), 30});
  print_and_add(out, {"feed on, 2,048 clients / its peak", fed(2048) / peak(souk.fed), 0.7});
  print_and_add(out, {"feed on, peak / bare prototype (176 k/s)", peak(souk.fed) / bare_fed, 1});
  print_and_add(out,
                {"feed off, peak / bare prototype (223 k/s)", peak(souk.plain) / bare_plain, 1});
  print_and_add(out, {"one client, p50 / one commit of an UPDATE",
                      souk.fed.at(1).p50_ms / commit_ms, 1.2, true});
  if (souk.web.empty())
    return out;
  print_and_add(out, {"HTTP, peak / Redis, peak", peak(souk.web) / peak(peers.redis), 1});
  print_and_add(out, {"HTTP, 128 connections / bare prototype (62 k/s)",
                      souk.web.at(128).per_second / bare_web, 1});
  return out;
}

} // namespace

int main(int argc, char** argv) {
  log::start(log::level::error, "text");
  const bool only_souk = argc > 1 && std::string_view{argv[1]} == "--only-souk";
  const scratch_database base;
  const auto load = load_average();
  std::printf("load average at start %.2f\n%-34s %6s %10s %8s %8s %8s\n", load, "", "clients",
              "1/s", "batch", "p50 ms", "p99 ms");
  const auto souk = measure_souk(base.url());
  if (only_souk)
    return 0;
  const auto peers = measure_peers(base.url());
  const auto ratios = compare(souk, peers);
  const bj::object line{{"bench", "hot-sku"},
                        {"load", load},
                        {"feed_off", json_of(souk.plain)},
                        {"feed_on", json_of(souk.fed)},
                        {"http", json_of(souk.web)},
                        {"peers", json_of(peers)},
                        {"ratios", ratios}};
  std::printf("%s\n", bj::serialize(line).c_str());
  return 0;
}
