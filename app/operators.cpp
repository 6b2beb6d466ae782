#include "app/operators.hpp"

#include "base/log.hpp"

namespace souk::app {

namespace {
void report_lost(const failure& why) { log::warn("operators.not_written", {{"why", why.detail}}); }
} // namespace

void operators_table::stuck(const entity_id& entity, const std::string& step, int attempts,
                            const failure& last) {
  log::warn("effect.stuck", {{"entity", entity.text()},
                             {"step", step},
                             {"attempts", attempts},
                             {"code", to_string(last.code)},
                             {"why", last.detail}});
  rows_.run(
      [=, entity = entity.text(), why = std::string(to_string(last.code)) + ": " + last.detail](
          persistence::sql::connection& c) {
        const auto put =
            c.execute("insert into stuck_effect (entity, step, attempts, last_failure) values ($1, "
                      "$2, $3, $4) "
                      "on conflict (entity, step) do update set attempts = excluded.attempts, "
                      "last_attempt = now(), last_failure = excluded.last_failure",
                      {entity, step, static_cast<int64_t>(attempts), why});
        if (!put)
          report_lost(put.error());
      },
      report_lost);
}

void operators_table::unstuck(const entity_id& entity, const std::string& step) {
  rows_.run(
      [=, entity = entity.text()](persistence::sql::connection& c) {
        if (auto gone = c.execute("delete from stuck_effect where entity = $1 and step = $2",
                                  {entity, step});
            !gone)
          report_lost(gone.error());
      },
      report_lost);
}

} // namespace souk::app
