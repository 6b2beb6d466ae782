#include "app/audit/audit.hpp"

#include "app/audit/agree.hpp"
#include "app/audit/history.hpp"
#include "app/audit/psp.hpp"
#include "app/audit/snapshot_reader.hpp"
#include "app/audit/walk.hpp"

#include <cstdio>
#include <optional>

namespace souk::audit {

namespace {

constexpr int exit_clean = 0, exit_violations = 1, exit_not_run = 3;

result<void> read_database(const audit_options& options, book& facts, report& out) {
  auto opened = snapshot_reader::begin(options.postgres);
  if (!opened)
    return opened.error();
  auto& c = *opened->connection;
  const fold_tools tools{out, facts, opened->now};
  if (auto stuck = read_stuck(c, facts); !stuck)
    return stuck;
  if (auto walked = walk_journal(c, tools, options); !walked)
    return walked;
  if (auto ledger = check_ledger(c, tools); !ledger)
    return ledger;
  if (auto shown = check_projections(c, tools, options.settled); !shown)
    return shown;
  check_units(tools);
  check_hand_overs(tools);
  return {};
}

} // namespace

result<report> audit(const audit_options& options, const clock& time) {
  report out{time, options.shown_max};
  book facts;
  client_history told;
  if (!options.history.empty()) {
    auto read = read_history(options.history);
    if (!read)
      return read.error();
    told = std::move(*read);
    watch(told, facts);
  }
  psp_intents before;
  if (!options.psp.empty()) {
    auto read = read_psp(options.psp, options.psp_key);
    if (!read)
      return read.error();
    before = std::move(*read);
  }
  if (auto read = read_database(options, facts, out); !read)
    return read.error();
  if (!options.psp.empty()) {
    auto after = read_psp(options.psp, options.psp_key);
    if (!after)
      return after.error();
    check_psp(before, *after, facts, out);
  }
  if (!options.history.empty())
    check_history(told, facts, out);
  out.finish();
  return out;
}

int run_audit(const audit_options& options, const clock& time) {
  const auto outcome = audit(options, time);
  if (!outcome) {
    std::fprintf(stderr, "souk audit could not run: %s\n", outcome.error().detail.c_str());
    return exit_not_run;
  }
  const auto text = options.json ? outcome->to_json() + "\n" : outcome->to_text();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return outcome->violations() == 0 ? exit_clean : exit_violations;
}

} // namespace souk::audit
