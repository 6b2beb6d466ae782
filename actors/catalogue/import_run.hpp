// How far an import is, in rows of its own: what it goes on from after it was killed, and what
// staff see of it meanwhile.
//
//   running ──► finished
//      │  ▲
//      ▼  │ started again
//    failed          (killed: it stays `running` and goes on when it is started again)
#pragma once

#include "actors/catalogue/import.hpp"

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

} // namespace souk::catalogue
