// `souk members` shows the membership table; `souk drain` asks a node to leave and waits for it.
#include "app/commands/commands.hpp"
#include "app/runtime.hpp"
#include "cluster/pg_membership.hpp"
#include "cluster/placement.hpp"

#include <algorithm>
#include <cstdio>
#include <future>
#include <thread>

namespace souk::app {

namespace {

constexpr auto ask_again_every = 200ms;
/// Each start of a node leaves the row of its last life; nobody looks for older ones.
constexpr auto dead_shown = 10min;

/// The table, asked as from a plain function.
class table_door {
public:
  explicit table_door(const config& c)
      : rows_(cluster::membership_pool(runtime::postgres_options(c, "souk/members"))),
        table_(rows_, runtime::postgres_options(c, "souk/members"), c.cluster.name) {}

  result<cluster::membership> read() {
    return wait<cluster::membership>([&](auto done) { table_.read(std::move(done)); });
  }
  result<uint64_t> write(uint64_t expected, const cluster::member& row) {
    return wait<uint64_t>([&](auto done) { table_.write(expected, row, std::move(done)); });
  }

private:
  template <class T, class Call>
  static result<T> wait(Call call) {
    auto answer = std::make_shared<std::promise<result<T>>>();
    call([answer](result<T> r) { answer->set_value(std::move(r)); });
    return answer->get_future().get();
  }

  persistence::pg_pool rows_;
  cluster::pg_membership table_;
};

std::vector<cluster::member> active_of(const cluster::membership& table) {
  auto all = table.members;
  std::erase_if(all, [](const auto& m) { return m.state != cluster::member_state::active; });
  std::ranges::sort(all, {}, &cluster::member::who);
  return all;
}

} // namespace

int members(const config& c, bool long_dead) {
  table_door door(c);
  const auto table = door.read();
  if (!table)
    return complain(table.error());
  const auto active = active_of(*table);
  std::vector<cluster::share> shares;
  for (const auto& m : active)
    shares.push_back({m.who.node, m.weight});
  const auto owners = cluster::place(shares);
  std::printf("version %llu\n%-16s %10s  %-8s %7s  %-22s %-10s %s\n",
              static_cast<unsigned long long>(table->version), "node", "generation", "state",
              "shards", "links", "region", "last word");
  int left_out = 0;
  for (const auto& m : table->members) {
    if (!long_dead && m.state == cluster::member_state::dead &&
        m.alive_at + dead_shown < table->at) {
      ++left_out;
      continue;
    }
    const auto seat = std::ranges::find(active, m.who, &cluster::member::who) - active.begin();
    const auto owned = std::ranges::count(owners, static_cast<uint16_t>(seat));
    std::printf("%-16s %10llu  %-8s %7lld  %-22s %-10s %lld ms ago\n", m.who.node.c_str(),
                static_cast<unsigned long long>(m.who.generation),
                std::string(to_string(m.state)).c_str(),
                static_cast<long long>(m.state == cluster::member_state::active ? owned : 0),
                (m.host + ":" + std::to_string(m.port)).c_str(), m.region.c_str(),
                static_cast<long long>((table->at - m.alive_at) / 1ms));
  }
  if (left_out > 0)
    std::printf("and %d that died long ago (--all)\n", left_out);
  return exit_ok;
}

int drain(const config& c, const std::string& node, std::chrono::seconds patience) {
  table_door door(c);
  for (auto waited = 0ms; waited <= patience; waited += ask_again_every) {
    const auto table = door.read();
    if (!table)
      return complain(table.error());
    const auto row = std::ranges::find_if(table->members, [&](const auto& m) {
      return m.who.node == node && m.state != cluster::member_state::dead;
    });
    if (row == table->members.end()) {
      if (waited == 0ms)
        return complain(fail(errc::not_found, "no node " + node + " is running"));
      std::printf("%s has left\n", node.c_str());
      return exit_ok;
    }
    if (row->state != cluster::member_state::leaving) {
      auto leaving = *row;
      leaving.state = cluster::member_state::leaving;
      (void)door.write(table->version, leaving); // who lost the race asks again
    }
    std::this_thread::sleep_for(ask_again_every);
  }
  return complain(fail(errc::timed_out, node + " has not left yet"));
}

} // namespace souk::app
