// The whole catalogue, page by page, as what an import would write: exports of any size need the
// memory of one page.
#pragma once

#include "actors/catalogue/messages.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

inline constexpr int64_t export_page = 1'000;

struct stored_product {
  product_input product;
  std::string format = {}; ///< of `kept`
  std::string kept = {};   ///< what an import kept for exports, a JSON object or empty
};

/// Products in order of id, of one moment when the caller's transaction is. Archived variants are
/// left out.
class export_scan {
public:
  explicit export_scan(persistence::sql::connection& c) : connection_(c) {}
  /// Nothing at the end.
  result<std::vector<stored_product>> next();

private:
  persistence::sql::connection& connection_;
  std::string after_;
};

/// One line of JSON (docs/import.md).
std::string json_line(const stored_product& stored);

} // namespace souk::catalogue
