#include "actors/catalogue/import.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/import_new.hpp"

#include <algorithm>
#include <set>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

/// Whether the whole import ends, not just a row.
bool is_fatal(errc code) { return code == errc::unavailable || code == errc::timed_out; }

class importer {
public:
  importer(persistence::pg_connection& c, const id_source& ids, const import_sinks& sinks)
      : connection_(c), ids_(ids), sinks_(sinks) {}

  result<import_report> run(product_reader& reader);

private:
  void add(product_input p);
  void report(size_t row, const failure& why);
  bool is_met(const product_input& p) const;
  result<void> load_warehouses();
  result<void> load_new_schemas();
  std::vector<problem> check(const product_input& p);
  result<void> flush();
  result<void> write(std::vector<product_input> products, const std::vector<size_t>& row_numbers);
  std::vector<stock_row> stock_of(const std::vector<product_input>& products) const;

  persistence::pg_connection& connection_;
  const id_source& ids_;
  const import_sinks& sinks_;
  std::map<std::string, std::string> schemas_;
  std::set<std::string, std::less<>> warehouses_;
  std::vector<product_input> batch_;
  std::vector<size_t> row_numbers_;
  std::set<std::string> handles_, skus_; ///< of the batch
  import_report report_;
};

/// A row that changes what an earlier one of the same batch says belongs into the next transaction.
bool importer::is_met(const product_input& p) const {
  return handles_.contains(p.handle) ||
         std::ranges::any_of(p.variants,
                             [&](const variant_input& v) { return skus_.contains(v.sku); });
}

void importer::add(product_input p) {
  handles_.insert(p.handle);
  for (const auto& v : p.variants)
    skus_.insert(v.sku);
  row_numbers_.push_back(report_.rows);
  batch_.push_back(std::move(p));
}

void importer::report(size_t row, const failure& why) {
  ++report_.failed;
  if (report_.errors.size() >= import_errors_max)
    return;
  if (why.problems.empty())
    report_.errors.push_back({row, "", why.detail});
  for (const auto& p : why.problems)
    report_.errors.push_back({row, p.field, p.detail});
}

std::vector<stock_row> importer::stock_of(const std::vector<product_input>& products) const {
  std::vector<stock_row> stock;
  for (const auto& p : products)
    for (const auto& v : p.variants)
      for (const auto& s : v.stock)
        stock.push_back({v.sku, s.warehouse, s.on_hand});
  return stock;
}

result<void> importer::write(std::vector<product_input> products,
                             const std::vector<size_t>& row_numbers) {
  const auto fresh = are_new(connection_, products);
  if (!fresh)
    return fresh.error();
  auto done = sql::in_transaction(connection_, [&](sql::connection& c) -> result<written> {
    if (auto added = add_categories(c, products); !added)
      return added.error();
    if (!*fresh)
      return write_products(c, products, ids_);
    if (auto copied = copy_products(connection_, products, ids_); !copied)
      return copied.error();
    return written{.created = products.size()};
  });
  if (done) {
    report_.created += done->created;
    report_.changed += done->changed;
    sinks_.stock(stock_of(products));
    sinks_.progress(report_);
    return {};
  }
  if (is_fatal(done.error().code))
    return done.error();
  if (products.size() == 1) {
    report(row_numbers.front(), done.error());
    return {};
  }
  // One bad row spoils a transaction: find it by giving each its own.
  for (size_t i = 0; i < products.size(); ++i)
    if (auto one = write({std::move(products[i])}, {row_numbers[i]}); !one)
      return one;
  return {};
}

result<void> importer::load_warehouses() {
  auto found = connection_.execute("select id from warehouse");
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i)
    warehouses_.emplace(found->text(i, 0));
  return {};
}

/// A batch at a time, because looking them up costs a round trip.
result<void> importer::load_new_schemas() {
  std::vector<std::string> unknown;
  for (const auto& p : batch_)
    if (!p.category_path.empty() &&
        schemas_.try_emplace(p.category_path.back().handle, "{}").second)
      unknown.push_back(p.category_path.back().handle);
  if (unknown.empty())
    return {};
  auto found = load_schemas(connection_, unknown);
  if (!found)
    return found.error();
  for (auto& [handle, schema] : *found)
    schemas_[handle] = std::move(schema);
  return {};
}

std::vector<problem> importer::check(const product_input& p) {
  const auto& path = p.category_path;
  auto problems = check_product(p, path.empty() ? "{}" : schemas_[path.back().handle]);
  for (size_t i = 0; i < p.variants.size(); ++i)
    for (const auto& s : p.variants[i].stock)
      if (!warehouses_.contains(s.warehouse))
        problems.push_back({"unknown",
                            "/variants/" + std::to_string(i) + "/stock",
                            "there is no warehouse '" + s.warehouse + "'",
                            {}});
  return problems;
}

result<void> importer::flush() {
  if (auto loaded = load_new_schemas(); !loaded)
    return loaded;
  std::vector<product_input> good;
  std::vector<size_t> good_rows;
  for (size_t i = 0; i < batch_.size(); ++i) {
    auto problems = check(batch_[i]);
    if (!problems.empty()) {
      report(row_numbers_[i], refused(std::move(problems)));
      continue;
    }
    good.push_back(std::move(batch_[i]));
    good_rows.push_back(row_numbers_[i]);
  }
  batch_.clear();
  row_numbers_.clear();
  handles_.clear();
  skus_.clear();
  if (good.empty())
    return {};
  return write(std::move(good), good_rows);
}

result<import_report> importer::run(product_reader& reader) {
  if (auto loaded = load_warehouses(); !loaded)
    return loaded.error();
  while (auto row = reader.next()) {
    ++report_.rows;
    if (!*row) {
      if (is_fatal(row->error().code))
        return row->error();
      report(report_.rows, row->error());
      continue;
    }
    if (batch_.size() == import_batch_max || is_met(**row))
      if (auto done = flush(); !done)
        return done.error();
    add(std::move(**row));
  }
  if (auto done = flush(); !done)
    return done.error();
  sinks_.progress(report_);
  return std::move(report_);
}

} // namespace

result<import_report> import_products(product_reader& reader, persistence::pg_connection& c,
                                      const id_source& ids, const import_sinks& sinks) {
  return importer{c, ids, sinks}.run(reader);
}

} // namespace souk::catalogue
