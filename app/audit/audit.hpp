// `souk audit`: checks laws 1, 3, 5, 6 and the invariants I1–I8 of a live or stopped shop from its
// data, by code of its own: it knows the stored bytes, not the models, so that a fault in a model
// cannot hide itself. docs/audit.md says what each check means.
#pragma once

#include "app/audit/report.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <string>

namespace souk::audit {

struct audit_options {
  std::string postgres;   ///< libpq URL; reads only
  std::string psp;        ///< "http://host:port" of the payment simulator; empty: not compared
  std::string psp_key;    ///< its API key, empty: none
  std::string history;    ///< file of what clients were told, JSON lines; empty: none
  bool settled = false;   ///< the shop runs and had time to finish: lag and overdue work are faults
  bool json = false;      ///< one JSON object instead of lines
  size_t shown_max = 100; ///< violations printed; all are counted
  std::chrono::seconds patience{60}; ///< how late timers and, when settled, work may be
};

/// Everything that was checked. Blocks; errc::unavailable or errc::invalid when it could not run.
/// `time` is used for durations only: what is due is judged by the database's clock.
result<report> audit(const audit_options& options, const clock& time);

/// The subcommand: prints to stdout, or why it could not run to stderr. Exit code 0 clean,
/// 1 violations, 3 could not run.
int run_audit(const audit_options& options, const clock& time);

} // namespace souk::audit
