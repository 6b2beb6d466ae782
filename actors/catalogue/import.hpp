// Catalogue files into rows: one transaction for each 500 products, every wrong row reported, the
// others imported. Running a file twice changes nothing. Stock is not written here but handed on,
// because it belongs to the stock entities.
#pragma once

#include "actors/catalogue/write.hpp"
#include "persistence/pg_connection.hpp"

#include <functional>
#include <iosfwd>

namespace souk::catalogue {

inline constexpr size_t import_batch_max = 500;
inline constexpr size_t import_row_bytes_max = 1 << 20;
inline constexpr size_t import_errors_max = 1'000; ///< kept in the report; all are counted

/// Gives the next product; nothing at the end. A failure is this row's alone unless it is
/// unavailable. Rows are numbered from 1.
class product_reader {
public:
  virtual ~product_reader() = default;
  virtual std::optional<result<product_input>> next() = 0;
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
};

struct import_report {
  size_t rows = 0;
  size_t created = 0;
  size_t changed = 0;
  size_t failed = 0;
  std::vector<row_error> errors; ///< the first import_errors_max
};

struct stock_row {
  std::string sku;
  std::string warehouse;
  int64_t on_hand = 0;
};

struct import_sinks {
  /// After each transaction, with what was done so far.
  std::function<void(const import_report&)> progress = [](const import_report&) {};
  /// After each transaction, with the stock of the products it wrote.
  std::function<void(std::vector<stock_row>)> stock = [](std::vector<stock_row>) {};
};

/// Blocking; the connection is this call's alone. Fails only where going on makes no sense
/// (Postgres is away); what was committed before stays.
result<import_report> import_products(product_reader& reader, persistence::pg_connection& c,
                                      const id_source& ids, const import_sinks& sinks = {});

} // namespace souk::catalogue
