#include "cluster/pg_membership.hpp"

#include "persistence/pg_fence.hpp"

#include <algorithm>
#include <array>

namespace souk::cluster {

namespace {

using persistence::sql::connection;
using persistence::sql::rows;

constexpr std::array every_state{member_state::joining, member_state::active, member_state::leaving,
                                 member_state::dead};

failure of_another(std::string_view cluster) {
  return fail(errc::conflict,
              "this database belongs to the cluster '" + std::string{cluster} + "'");
}

/// A table that does not answer is away, whatever kept it; nobody may take a slow lock for a lost
/// race or a full queue for the truth.
failure away(failure why) {
  if (why.code == errc::timed_out || why.code == errc::overloaded)
    why.code = errc::unavailable;
  return why;
}

template <class T>
callback<T> or_away(callback<T> done) {
  return [done = std::move(done)](result<T> r) {
    if (r)
      done(std::move(r));
    else
      done(away(r.error()));
  };
}

uint64_t number(const rows& r, size_t row, size_t column) {
  return static_cast<uint64_t>(r.integer(row, column));
}

result<member> member_at(const rows& r, size_t i) {
  const auto state =
      std::ranges::find(every_state, r.text(i, 5), [](member_state s) { return to_string(s); });
  if (state == every_state.end())
    return fail(errc::internal, "a member in an unknown state");
  return member{.who = {std::string{r.text(i, 3)}, number(r, i, 4)},
                .state = *state,
                .host = std::string{r.text(i, 6)},
                .port = static_cast<int>(r.integer(i, 7)),
                .region = std::string{r.text(i, 8)},
                .weight = static_cast<int>(r.integer(i, 9)),
                .feature_level = static_cast<int>(r.integer(i, 10)),
                .started = r.time(i, 11),
                .alive_at = r.time(i, 12),
                .suspicions = {}};
}

/// One row a suspicion, one for a member without; one statement sees one version.
result<membership> read_all(connection& c, const std::string& cluster) {
  auto r = c.execute(
      "select v.version, coalesce(v.cluster, $1), clock_timestamp(), m.node, m.generation, m.state,"
      "   m.host, m.port, m.region, m.weight, m.feature_level, m.started, m.alive_at,"
      "   s.node, s.generation, s.at, v.feature_level"
      " from membership_version v left join member m on true"
      " left join lateral unnest(m.suspected_by_node, m.suspected_by_generation, m.suspected_at)"
      "   with ordinality as s (node, generation, at, place) on true"
      " order by m.node, m.generation, s.place",
      {cluster});
  if (!r)
    return r.error();
  if (r->text(0, 1) != cluster)
    return of_another(r->text(0, 1));
  membership all{.version = number(*r, 0, 0),
                 .feature_level = static_cast<int>(r->integer(0, 16)),
                 .at = r->time(0, 2),
                 .members = {}};
  for (size_t i = 0; i < r->size() && !r->is_null(i, 3); ++i) {
    auto next = member_at(*r, i);
    if (!next)
      return next.error();
    if (all.members.empty() || all.members.back().who != next->who)
      all.members.push_back(std::move(*next));
    if (!r->is_null(i, 13))
      all.members.back().suspicions.push_back(
          {{std::string{r->text(i, 13)}, number(*r, i, 14)}, r->time(i, 15)});
  }
  return all;
}

result<uint64_t> write_one(connection& c, const std::string& cluster, uint64_t expected,
                           const member& m) {
  std::vector<std::string> by_node;
  std::vector<int64_t> by_generation;
  std::vector<int64_t> at;
  for (const auto& s : m.suspicions) {
    by_node.push_back(s.by.node);
    by_generation.push_back(static_cast<int64_t>(s.by.generation));
    at.push_back(to_micros(s.at));
  }
  auto r = c.execute("select new_version, refusal, owner from write_member($1, $2, $3, $4, $5, $6,"
                     " $7::int4, $8, $9::int4, $10::int4, $11, $12, $13, $14)",
                     {cluster, static_cast<int64_t>(expected), m.who.node,
                      static_cast<int64_t>(m.who.generation), std::string{to_string(m.state)},
                      m.host, int64_t{m.port}, m.region, int64_t{m.weight},
                      int64_t{m.feature_level}, m.started, by_node, by_generation, at});
  if (!r)
    return r.error();
  if (r->is_null(0, 1))
    return number(*r, 0, 0);
  if (r->text(0, 1) == "cluster")
    return of_another(r->text(0, 2));
  return fail(errc::conflict, r->text(0, 1) == "dead" ? m.who.text() + " is dead for ever"
                                                      : "another change was first");
}

result<uint64_t> confirm_one(connection& c, const node_ref& who) {
  auto r = c.execute("update member set alive_at = clock_timestamp()"
                     " where node = $1 and generation = $2 and state <> 'dead'"
                     " returning (select version from membership_version)",
                     {who.node, static_cast<int64_t>(who.generation)});
  if (!r)
    return r.error();
  if (r->empty())
    return fail(errc::superseded, who.text() + " is dead or unknown");
  return number(*r, 0, 0);
}

} // namespace

persistence::pg_pool_options membership_pool(persistence::pg_options at) {
  at.connect_timeout = std::chrono::seconds{2};
  at.statement_timeout = 2'000ms;
  at.lock_timeout = 1'000ms;
  // Two: a fence waits for sessions to end, and confirming must not wait for it.
  return {.connection = std::move(at), .connections = 2, .queue_max = 256, .queue_wait = 2'000ms};
}

pg_membership::pg_membership(persistence::sql::pool& rows, persistence::pg_options listening,
                             std::string cluster)
    : rows_(rows), listening_(std::move(listening)), cluster_(std::move(cluster)) {}

void pg_membership::read(callback<membership> done) {
  rows_.ask([cluster = cluster_](connection& c) { return read_all(c, cluster); },
            or_away(std::move(done)));
}

void pg_membership::write(uint64_t expected, const member& row, callback<uint64_t> done) {
  rows_.ask([=, cluster = cluster_](connection& c) { return write_one(c, cluster, expected, row); },
            or_away(std::move(done)));
}

void pg_membership::confirm(const node_ref& who, callback<uint64_t> done) {
  rows_.ask([who](connection& c) { return confirm_one(c, who); }, or_away(std::move(done)));
}

void pg_membership::fence(const std::set<node_ref>& also, callback<void> done) {
  std::vector<std::string> processes;
  for (const auto& who : also)
    processes.push_back(persistence::process_name(who.node, who.generation));
  rows_.ask(
      [processes = std::move(processes)](connection& c) -> result<void> {
        if (auto gone = persistence::end_sessions_of_dead(c, processes); !gone)
          return gone.error();
        return {};
      },
      std::move(done));
}

void pg_membership::farewell(const node_ref& who, callback<void> done) {
  rows_.ask(
      [who](connection& c) -> result<void> {
        auto r = c.execute("with gone as (update member set suspected_by_node = '{}',"
                           "                suspected_by_generation = '{}', suspected_at = '{}'"
                           "              where node = $1 and generation = $2 and state = 'dead'"
                           "              returning node)"
                           " select pg_notify('souk_membership', node) from gone",
                           {who.node, static_cast<int64_t>(who.generation)});
        if (!r)
          return r.error();
        return {};
      },
      or_away(std::move(done)));
}

void pg_membership::forget_dead(time_point when, callback<void> done) {
  rows_.ask(
      [when](connection& c) -> result<void> {
        auto r = c.execute("with gone as (delete from member where state = 'dead' and alive_at < $1"
                           "              returning generation)"
                           " update membership_version set forgotten ="
                           "   greatest(forgotten, (select max(generation) from gone))",
                           {when});
        if (!r)
          return r.error();
        return {};
      },
      or_away(std::move(done)));
}

void pg_membership::watch(std::function<void()> changed) {
  SOUK_ASSERT(!listener_, "a table is watched once");
  listener_ = std::make_unique<persistence::pg_listener>(
      persistence::pg_listener_options{.connection = listening_, .channel = "souk_membership"},
      std::move(changed));
}

} // namespace souk::cluster
