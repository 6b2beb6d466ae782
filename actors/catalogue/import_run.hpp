// How far an import is, in rows of its own: what it goes on from after it was killed, and what
// staff see of it meanwhile.
//
//   running ──► finished
//      │  ▲
//      ▼  │ started again
//    failed          (killed: it stays `running` and goes on when it is started again)
#pragma once

#include "actors/catalogue/import.hpp"
#include "actors/catalogue/office_messages.hpp"

namespace souk::catalogue {

/// "/variants/2/sku" of a product as the row and column, or field, that people look for.
row_error locate(const problem& p, const read_place& place);

struct begun_import {
  import_report report; ///< of what was done before
  size_t errors = 0;    ///< found before
};

/// Takes up an interrupted import of that name or begins a new one, and holds it as long as the
/// session lives. errc::conflict when another session holds it.
result<begun_import> begin_progress(persistence::pg_connection& c, const import_options& options);

/// `errors` are numbered from `first_error` on.
result<void> save_progress(persistence::pg_connection& c, const import_options& options,
                           const import_report& report, const char* state, int64_t first_error,
                           const std::vector<row_error>& errors);

/// As staff see it: `interrupted` may be sent again.
struct import_state {
  std::string id, source;
  std::string status; ///< running, finished, interrupted
  std::string reason; ///< what went wrong beside the rows, for people
  bool dry_run = false;
  int64_t rows = 0, created = 0, changed = 0, failed = 0;
  time_point started_at{}, updated_at{};
};

/// errc::not_found.
result<import_state> find_run(persistence::sql::connection& c, const std::string& id);
/// In the order they were found. errc::not_found; errc::invalid for a cursor that is not ours.
result<page<row_error>> run_problems(persistence::sql::connection& c, const std::string& id,
                                     const page_request& asked);

} // namespace souk::catalogue
