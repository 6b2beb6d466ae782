#include "actors/catalogue/import.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/check_attributes.hpp"
#include "actors/catalogue/import_beside.hpp"
#include "actors/catalogue/import_new.hpp"
#include "actors/catalogue/import_repeats.hpp"
#include "actors/catalogue/import_run.hpp"
#include "actors/catalogue/import_unsaid.hpp"
#include "actors/catalogue/prices.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <utility>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

/// Whether the whole import ends, not just a row.
bool is_fatal(errc code) { return code == errc::unavailable || code == errc::timed_out; }

/// What a transaction did.
struct outcome {
  written rows;
  std::vector<size_t> unpriced = {}; ///< places of active products without a price
};

class importer {
public:
  importer(persistence::pg_connection& c, const id_source& ids, const import_sinks& sinks,
           const import_options& options)
      : connection_(c), ids_(ids), sinks_(sinks), options_(options) {}

  result<import_report> run(product_reader& reader);

private:
  result<void> read_all(product_reader& reader);
  void add(product_input p, read_place place);
  void tell(row_error e);
  void report(const read_place& place, const failure& why);
  bool is_met(const product_input& p) const;
  result<void> load_names(std::set<std::string, std::less<>>& names, const char* statement);
  result<void> load_batch_schemas();
  const std::string& schema_of(const product_input& p) const;
  std::vector<problem> check(const product_input& p, const std::vector<own_price>& own);
  result<void> hold_categories(sql::connection& c,
                               const std::vector<product_input>& products) const;
  result<void> flush();
  result<void> write(batch entries);
  result<outcome> attempt(std::vector<product_input>& products, const batch& entries);
  result<void> note(const char* state);
  std::vector<stock_row> stock_of(const std::vector<product_input>& products) const;

  persistence::pg_connection& connection_;
  const id_source& ids_;
  const import_sinks& sinks_;
  const import_options& options_;
  std::map<std::string, std::string> schemas_; ///< of the batch's categories that exist
  std::set<std::string, std::less<>> warehouses_, price_lists_, tax_categories_{"standard"};
  batch batch_;
  std::set<std::string> handles_, skus_;            ///< of the batch
  std::unordered_map<std::string, size_t> in_file_; ///< of a dry run: SKU → its handle's hash
  std::vector<row_error> unsaved_;
  size_t errors_ = 0;
  import_report report_, saved_;
};

/// A row that changes what an earlier one of the same batch says belongs into the next transaction.
bool importer::is_met(const product_input& p) const {
  return handles_.contains(p.handle) ||
         std::ranges::any_of(p.variants,
                             [&](const variant_input& v) { return skus_.contains(v.sku); });
}

void importer::add(product_input p, read_place place) {
  handles_.insert(p.handle);
  for (const auto& v : p.variants)
    skus_.insert(v.sku);
  if (place.row == 0)
    place.row = report_.rows;
  batch_.push_back({std::move(p), std::move(place)});
}

void importer::tell(row_error e) {
  ++errors_;
  sinks_.error(e);
  if (report_.errors.size() < import_errors_max)
    report_.errors.push_back(e);
  if (!options_.run.empty())
    unsaved_.push_back(std::move(e));
}

void importer::report(const read_place& place, const failure& why) {
  ++report_.failed;
  if (why.problems.empty())
    tell({place.row, "", why.detail, std::string{to_string(why.code)}});
  for (const auto& p : why.problems)
    tell(locate(p, place));
}

std::vector<stock_row> importer::stock_of(const std::vector<product_input>& products) const {
  const auto started = std::to_string(to_micros(report_.started));
  std::vector<stock_row> stock;
  for (const auto& p : products)
    for (const auto& v : p.variants)
      for (const auto& s : v.stock) {
        stock.push_back({v.sku, s.warehouse, s.on_hand});
        if (!options_.run.empty())
          stock.back().command = make_command_id({options_.run, started, v.sku, s.warehouse});
      }
  return stock;
}

result<outcome> importer::attempt(std::vector<product_input>& products, const batch& entries) {
  const auto fresh = are_new(connection_, products);
  if (!fresh)
    return fresh.error();
  const auto put = [&](sql::connection& c) -> result<outcome> {
    if (auto added = add_categories(c, products); !added)
      return added.error();
    if (auto held = hold_categories(c, products); !held)
      return held.error();
    outcome done{{.created = products.size()}};
    if (*fresh) {
      if (auto copied = copy_products(connection_, products, ids_); !copied)
        return copied.error();
    } else if (auto put_each = write_products(c, products, ids_); put_each) {
      done.rows = *put_each;
    } else {
      return put_each.error();
    }
    auto priced = put_own(c, entries);
    if (!priced)
      return priced.error();
    done.rows.changed += *priced;
    if (auto kept = put_sources(c, entries, products); !kept)
      return kept.error();
    auto unpriced = find_unpriced(c, entries, products);
    if (!unpriced)
      return unpriced.error();
    done.unpriced = std::move(*unpriced);
    return done;
  };
  if (!options_.dry_run)
    return sql::in_transaction(connection_, put);
  if (auto begun = connection_.execute("begin"); !begun)
    return begun.error();
  auto done = put(connection_);
  if (auto undone = connection_.execute("rollback"); !undone)
    return undone.error();
  return done;
}

result<void> importer::write(batch entries) {
  std::vector<product_input> products;
  for (auto& e : entries)
    products.push_back(e.product);
  auto done = attempt(products, entries);
  if (done) {
    report_.created += done->rows.created;
    report_.changed += done->rows.changed;
    for (const auto i : done->unpriced)
      tell(locate({"warning", "/prices", "without a price an active product is not sold", {}},
                  entries[i].place));
    if (!options_.dry_run)
      sinks_.stock(stock_of(products));
    return {};
  }
  if (is_fatal(done.error().code))
    return done.error();
  if (entries.size() == 1) {
    report(entries.front().place, done.error());
    return {};
  }
  // One bad row spoils a transaction: find it by halves.
  const auto middle = entries.begin() + static_cast<ptrdiff_t>(entries.size() / 2);
  batch later{std::make_move_iterator(middle), std::make_move_iterator(entries.end())};
  entries.erase(middle, entries.end());
  if (auto one = write(std::move(entries)); !one)
    return one;
  return write(std::move(later));
}

result<void> importer::load_names(std::set<std::string, std::less<>>& names,
                                  const char* statement) {
  auto found = connection_.execute(statement, {});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i)
    names.emplace(found->text(i, 0));
  return {};
}

result<void> importer::load_batch_schemas() {
  std::set<std::string> handles;
  for (const auto& e : batch_)
    for (const auto& step : e.product.category_path)
      handles.insert(step.handle);
  auto found = load_schemas(connection_, {handles.begin(), handles.end()});
  if (!found)
    return found.error();
  schemas_ = std::move(*found);
  return {};
}

/// A category that will be made has to satisfy what is above it.
const std::string& importer::schema_of(const product_input& p) const {
  static const std::string none = "{}";
  for (auto step = p.category_path.rbegin(); step != p.category_path.rend(); ++step)
    if (const auto known = schemas_.find(step->handle); known != schemas_.end())
      return known->second;
  return none;
}

/// Nobody changes the categories' schemas until the transaction ends; what was changed since the
/// check is checked again.
result<void> importer::hold_categories(sql::connection& c,
                                       const std::vector<product_input>& products) const {
  std::set<std::string> leaves;
  for (const auto& p : products)
    leaves.insert(p.category_path.back().handle);
  const std::vector<std::string> handles(leaves.begin(), leaves.end());
  if (auto locked = lock_categories(c, handles); !locked)
    return locked;
  auto now = load_schemas(c, handles);
  if (!now)
    return now.error();
  for (const auto& p : products) {
    const auto& schema = (*now)[p.category_path.back().handle];
    if (schema == schema_of(p))
      continue;
    if (auto problems = check_attributes(p.attributes, schema); !problems.empty())
      return refused(std::move(problems));
  }
  return {};
}

std::vector<problem> importer::check(const product_input& p, const std::vector<own_price>& own) {
  auto problems = check_product(p, schema_of(p));
  if (is_handle(p.tax_category) && !tax_categories_.contains(p.tax_category))
    problems.push_back(unknown_tax_category(p.tax_category));
  for (const auto& [sku, price] : own)
    if (!price_lists_.contains(price.list)) {
      const auto i = std::ranges::find(p.variants, sku, &variant_input::sku) - p.variants.begin();
      problems.push_back({"unknown_list",
                          "/variants/" + std::to_string(i) + "/prices",
                          "there is no price list '" + price.list + "'",
                          {}});
    }
  for (size_t i = 0; i < p.variants.size(); ++i)
    for (const auto& s : p.variants[i].stock)
      if (!warehouses_.contains(s.warehouse))
        problems.push_back({"unknown",
                            "/variants/" + std::to_string(i) + "/stock",
                            "there is no warehouse '" + s.warehouse + "'",
                            {}});
  if (options_.dry_run)
    for (size_t i = 0; i < p.variants.size(); ++i)
      if (const auto hash = std::hash<std::string>{}(p.handle);
          in_file_.try_emplace(p.variants[i].sku, hash).first->second != hash)
        problems.push_back(taken_sku(p, i));
  return problems;
}

result<void> importer::flush() {
  std::vector<partial_product> partial;
  for (auto& e : batch_)
    if (e.place.partial)
      partial.push_back({&e.product, &e.place});
  if (auto completed = keep_unsaid(connection_, partial); !completed)
    return completed;
  if (auto loaded = load_batch_schemas(); !loaded)
    return loaded;
  batch good;
  for (auto& e : batch_) {
    e.own = take_own_prices(e.product);
    if (auto problems = check(e.product, e.own); !problems.empty())
      report(e.place, refused(std::move(problems)));
    else
      good.push_back(std::move(e));
  }
  batch_.clear();
  handles_.clear();
  skus_.clear();
  if (!good.empty())
    if (auto done = write(std::move(good)); !done)
      return done;
  sinks_.progress(report_);
  auto noted = note("running");
  saved_ = report_;
  return noted;
}

result<void> importer::note(const char* state) {
  if (options_.run.empty())
    return {};
  const auto first = static_cast<int64_t>(errors_ - unsaved_.size());
  return save_progress(connection_, options_, report_, state, first, std::exchange(unsaved_, {}));
}

result<void> importer::read_all(product_reader& reader) {
  for (size_t done = report_.resumed; done > 0 && reader.next(); --done) {
  }
  while (auto row = reader.next()) {
    // The batch before this product is committed without it.
    if (*row && (batch_.size() >= import_batch_max || is_met(**row)))
      if (auto done = flush(); !done)
        return done;
    ++report_.rows;
    auto place = reader.place();
    if (place.row == 0)
      place.row = report_.rows;
    for (const auto& warning : place.warnings)
      tell(locate(warning, place));
    if (*row)
      add(std::move(**row), std::move(place));
    else if (is_fatal(row->error().code))
      return row->error();
    else
      report(place, row->error());
  }
  return flush();
}

result<import_report> importer::run(product_reader& reader) {
  auto loaded = load_names(warehouses_, "select id from warehouse");
  if (loaded)
    loaded = load_names(price_lists_, "select id from price_list");
  if (loaded)
    loaded = load_names(tax_categories_, "select distinct tax_category from tax_rate");
  if (!loaded)
    return loaded.error();
  if (!options_.run.empty()) {
    auto begun = begin_progress(connection_, options_);
    if (!begun)
      return begun.error();
    report_ = std::move(begun->report);
    errors_ = begun->errors;
    sinks_.begun();
  }
  saved_ = report_;
  if (auto done = read_all(reader); !done) {
    // What was read behind the last batch is read again next time.
    report_ = std::move(saved_);
    errors_ -= std::exchange(unsaved_, {}).size();
    (void)note("failed");
    return done.error();
  }
  if (auto noted = note("finished"); !noted)
    return noted.error();
  return std::move(report_);
}

} // namespace

result<import_report> import_products(product_reader& reader, persistence::pg_connection& c,
                                      const id_source& ids, const import_sinks& sinks,
                                      const import_options& options) {
  repeat_watcher watched{reader};
  return importer{c, ids, sinks, options}.run(watched);
}

} // namespace souk::catalogue
