// Catalogue files into rows: one transaction for each batch of products, every wrong row reported,
// the others imported. Running a file twice changes nothing. Stock is not written here but handed
// on, because it belongs to the stock entities.
//
//   read ─► check ─► products committed ─► stock handed on ─► progress committed
//
// An import that is killed goes on behind the last progress: at most one batch is done again, and
// doing it again changes nothing.
#pragma once

#include "actors/catalogue/write.hpp"
#include "persistence/pg_connection.hpp"

#include <functional>
#include <iosfwd>

namespace souk::catalogue {

inline constexpr size_t import_batch_max = 2'000;
inline constexpr size_t import_row_bytes_max = 1 << 20;
inline constexpr size_t import_errors_max = 1'000; ///< kept in the report; all are counted

/// Where in its file a product stands, and what of it souk has no place for.
struct read_place {
  size_t row = 0;                        ///< from 1; 0: the product's number is its row
  std::vector<size_t> variant_rows = {}; ///< of each variant, where each has a row of its own
  bool by_column = false;                ///< people look for columns, not for JSON fields
  bool partial = false;                  ///< the format cannot say all (import_unsaid.hpp)
  std::string format = {};               ///< of `kept`
  std::string kept = {};                 ///< a JSON object for the export; empty: nothing
  std::vector<problem> warnings = {};    ///< told with the code `warning`; the product is taken
};

/// Gives the next product; nothing at the end. A failure is this product's alone unless it is
/// unavailable. A problem's field "/rows/<n>/<column>" names a cell.
class product_reader {
public:
  virtual ~product_reader() = default;
  virtual std::optional<result<product_input>> next() = 0;
  /// Of what `next` gave last.
  virtual read_place place() const { return {}; }
};

/// JSON Lines (docs/import.md). The stream must outlive the reader. Empty lines are skipped but
/// counted.
std::unique_ptr<product_reader> read_json_lines(std::istream& in);
/// The shape of dummyjson.com's products.json: an array, or an object with it under "products".
/// It has one amount a product and names no currency: the amount is taken as it is in each of
/// `sold_in` (of two decimals). Images on other hosts are left out. `warehouse` receives the stock.
std::unique_ptr<product_reader> read_dummyjson(std::istream& in, std::string warehouse,
                                               std::vector<souk::currency> sold_in);

struct row_error {
  size_t row = 0;
  std::string field;
  std::string reason;
  std::string code = {};
};

struct import_report {
  size_t rows = 0;    ///< products read
  size_t resumed = 0; ///< of those, by an earlier import that was interrupted
  size_t created = 0;
  size_t changed = 0;
  size_t failed = 0;
  time_point started{};          ///< of an import that keeps its progress
  std::vector<row_error> errors; ///< the first import_errors_max
};

struct stock_row {
  std::string sku;
  std::string warehouse;
  int64_t on_hand = 0;
  command_id command = {}; ///< the same when an interrupted import says it again; or empty
};

struct import_sinks {
  /// Before the first product, of an import that keeps its progress.
  std::function<void()> begun = [] {};
  /// After each transaction, with what was done so far.
  std::function<void(const import_report&)> progress = [](const import_report&) {};
  /// After each transaction, with the stock of the products it wrote; returns when it is counted.
  std::function<void(std::vector<stock_row>)> stock = [](std::vector<stock_row>) {};
  /// Each that is found, also beyond import_errors_max.
  std::function<void(const row_error&)> error = [](const row_error&) {};
};

struct import_options {
  bool dry_run = false;    ///< everything is checked, nothing but the progress is written
  std::string run = {};    ///< names the progress; empty: none is kept
  std::string source = {}; ///< the file's name, for people
  bool from_start = false; ///< forgets the progress of an import that was interrupted
};

/// Blocking; the connection is this call's alone. Fails only where going on makes no sense
/// (Postgres is away); what was committed before stays. errc::conflict when an import of that name
/// is under way.
result<import_report> import_products(product_reader& reader, persistence::pg_connection& c,
                                      const id_source& ids, const import_sinks& sinks = {},
                                      const import_options& options = {});

} // namespace souk::catalogue
