#include "actors/operators/queue.hpp"

#include "base/log.hpp"

namespace souk::operators {

using persistence::sql::connection;

namespace {

void report_lost(const failure& why) { log::warn("operators.not_written", {{"why", why.detail}}); }

result<void> write(connection& c, const entry& e, bool told_again) {
  const auto done = c.execute(
      "insert into stuck_effect (entity, step, attempts, last_failure, told_again) values ($1, $2, "
      "$3, $4, $5) on conflict (entity, step) do update set attempts = excluded.attempts, "
      "last_attempt = now(), last_failure = excluded.last_failure",
      {e.entity, e.step, e.attempts, e.last_failure, told_again});
  return done ? result<void>{} : done.error();
}

} // namespace

result<void> put(connection& c, const std::string& entity, const std::string& step,
                 int64_t attempts, const std::string& why) {
  return write(c, {.entity = entity, .step = step, .attempts = attempts, .last_failure = why},
               false);
}

result<void> remove(connection& c, const std::string& entity, const std::string& step) {
  const auto done =
      c.execute("delete from stuck_effect where entity = $1 and step = $2", {entity, step});
  return done ? result<void>{} : done.error();
}

result<int64_t> forget_silent(connection& c, time_point told_since) {
  const auto gone =
      c.execute("delete from stuck_effect where told_again and last_attempt < $1", {told_since});
  return gone ? result<int64_t>{gone->affected()} : gone.error();
}

void queue::stuck(const entity_id& entity, const std::string& step, int attempts,
                  const failure& last) {
  log::warn("effect.stuck", {{"entity", entity.text()},
                             {"step", step},
                             {"attempts", attempts},
                             {"code", to_string(last.code)},
                             {"why", last.detail}});
  entry e{.entity = entity.text(),
          .step = step,
          .attempts = attempts,
          .last_failure = std::string(to_string(last.code)) + ": " + last.detail};
  rows_.run(
      [e = std::move(e)](connection& c) {
        if (auto done = write(c, e, e.step != supervision::recover_step); !done)
          report_lost(done.error());
      },
      report_lost);
}

void queue::unstuck(const entity_id& entity, const std::string& step) {
  rows_.run(
      [=, entity = entity.text()](connection& c) {
        if (auto gone = remove(c, entity, step); !gone)
          report_lost(gone.error());
      },
      report_lost);
}

void queue::list(callback<std::vector<entry>> done) {
  rows_.ask(
      [](connection& c) -> result<std::vector<entry>> {
        const auto found = c.execute("select entity, step, attempts::bigint, since, last_attempt, "
                                     "last_failure from stuck_effect order by since, entity, step "
                                     "limit $1",
                                     {listed_max});
        if (!found)
          return found.error();
        std::vector<entry> out;
        for (size_t i = 0; i < found->size(); ++i)
          out.push_back({std::string(found->text(i, 0)), std::string(found->text(i, 1)),
                         found->integer(i, 2), found->time(i, 3), found->time(i, 4),
                         std::string(found->text(i, 5))});
        return out;
      },
      std::move(done));
}

} // namespace souk::operators
