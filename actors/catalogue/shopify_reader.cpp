#include "actors/catalogue/shopify_reader.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/import_html.hpp"
#include "actors/catalogue/shopify_cells.hpp"
#include "actors/catalogue/shopify_columns.hpp"
#include "base/utf8.hpp"

#include <boost/json.hpp>

#include <map>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

using shopify::owner;

constexpr size_t rows_of_product_max = 2'000;
constexpr std::string_view no_options = "Default Title";

/// The rows of one handle.
struct row_group {
  std::vector<csv_record> rows;
  std::vector<problem> problems;
};

class shopify_reader final : public product_reader {
public:
  shopify_reader(std::istream& in, shopify_options options)
      : csv_(in), options_(std::move(options)) {}

  std::optional<result<product_input>> next() override;
  read_place place() const override { return place_; }

private:
  result<void> read_header();
  std::optional<row_group> next_group();
  result<product_input> product_of(row_group group);
  void read_product(row_cells& c, product_input& p);
  void read_variant(row_cells& c, product_input& p);
  void read_prices(row_cells& c, variant_input& v);
  void read_options(row_cells& c, const product_input& p, variant_input& v);
  void read_image(row_cells& c, product_input& p);
  void keep(const row_cells& c, owner of, json::object& to) const;

  csv_reader csv_;
  shopify_options options_;
  row_cells::columns columns_;
  bool begun_ = false;
  bool over_ = false;
  std::optional<csv_record> ahead_;
  std::deque<csv_fault> faults_;
  read_place place_;
  json::object kept_, kept_variants_;
  json::array kept_images_;
};

result<void> shopify_reader::read_header() {
  begun_ = true;
  auto first = csv_.next();
  if (!first.record)
    return first.fault ? first.fault->why : fail(errc::malformed, "the file is empty");
  for (const auto& name : first.record->cells)
    if (!is_utf8(name))
      return fail(errc::malformed, "the first line is not UTF-8 text");
  for (size_t i = 0; i < first.record->cells.size(); ++i)
    if (!columns_.emplace(first.record->cells[i], i).second)
      return fail(errc::malformed,
                  "the column '" + first.record->cells[i] + "' stands there twice");
  for (const char* needed : {"Handle", "Title"})
    if (!columns_.contains(std::string_view{needed}))
      return fail(errc::malformed, std::string{"there is no column '"} + needed + "'");
  return {};
}

/// Rows that follow each other with one handle; a fault among them costs its own row and is told
/// behind them.
std::optional<row_group> shopify_reader::next_group() {
  row_group group;
  const auto handle_at = columns_.find("Handle")->second;
  const auto handle_of = [&](const csv_record& r) {
    return handle_at < r.cells.size() ? r.cells[handle_at] : std::string{};
  };
  for (;;) {
    if (!ahead_) {
      auto step = csv_.next();
      if (step.fault) {
        faults_.push_back(std::move(*step.fault));
        if (group.rows.empty())
          return std::nullopt;
        continue;
      }
      if (!step.record)
        break;
      ahead_ = std::move(step.record);
    }
    if (!group.rows.empty() && handle_of(*ahead_) != handle_of(group.rows.front()))
      break;
    group.rows.push_back(std::move(*ahead_));
    ahead_.reset();
    if (group.rows.size() == rows_of_product_max)
      break;
  }
  return group.rows.empty() ? std::nullopt : std::optional{std::move(group)};
}

/// What is ours and said elsewhere already is not kept.
void shopify_reader::keep(const row_cells& c, owner of, json::object& to) const {
  for (const auto& [name, at] : columns_) {
    const auto column = shopify::column_of(name);
    if (column.of == of && !column.ours && !c.text(name).empty())
      to[name] = json::value(c.text(name));
  }
}

/// "Apparel & Accessories > Clothing" as a path; without one the type; without that, one for all.
std::vector<category> path_of(std::string_view text, std::string_view type) {
  if (text.empty())
    text = type.empty() ? shopify::no_category : type;
  std::vector<category> path;
  for (size_t start = 0; start < text.size();) {
    const auto end = std::min(text.find('>', start), text.size());
    auto name = text.substr(start, end - start);
    while (name.starts_with(' '))
      name.remove_prefix(1);
    while (name.ends_with(' '))
      name.remove_suffix(1);
    if (!name.empty()) {
      category step;
      step.handle = make_handle(name);
      step.name = name;
      path.push_back(std::move(step));
    }
    start = end + 1;
  }
  return path;
}

void shopify_reader::read_product(row_cells& c, product_input& p) {
  p.handle = c.text("Handle");
  p.title = c.text("Title");
  p.description = text_of_html(c.text("Body (HTML)"));
  p.brand = c.text("Vendor");
  p.category_path = path_of(c.text("Product Category"), c.text("Type"));
  if (p.title.empty())
    c.refuse("Title", "the first row of a product needs a title");
  const auto status = c.text("Status");
  if (const auto known = parse_product_status(status))
    p.status = *known;
  else if (!status.empty())
    c.refuse("Status", "must be active, draft or archived");
  else
    p.status = c.text("Published") == "FALSE" || c.text("Published") == "false"
                   ? product_status::draft
                   : product_status::active;
  for (const char* column : {"Option1 Name", "Option2 Name", "Option3 Name"})
    if (!c.text(column).empty())
      p.option_names.emplace_back(c.text(column));
  if (c.text("Option1 Value") == no_options)
    p.option_names.clear();
  keep(c, owner::product, kept_);
  // What the status says already.
  if (c.text("Published") == (p.status == product_status::active ? "true" : "false"))
    kept_.erase("Published");
}

void shopify_reader::read_options(row_cells& c, const product_input& p, variant_input& v) {
  static constexpr std::array values = {"Option1 Value", "Option2 Value", "Option3 Value"};
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = c.text(values[i]);
    if (i < p.option_names.size())
      v.options.push_back({p.option_names[i], std::string{value}});
    else if (!value.empty() && value != no_options)
      c.refuse(values[i], "the product's first row names no such option");
    if (i < p.option_names.size() && value.empty())
      c.refuse(values[i], "a variant needs a value for '" + p.option_names[i] + "'");
  }
}

void shopify_reader::read_prices(row_cells& c, variant_input& v) {
  const auto price = c.price("Variant Price", options_.sold_in);
  const auto before = c.price("Variant Compare At Price", options_.sold_in);
  if (const auto cost = c.price("Cost per item", options_.sold_in))
    v.cost = money{*cost, options_.sold_in};
  if (!price)
    return;
  price_input in{{*price, options_.sold_in}};
  if (before && *before > *price)
    in.original_amount = *before;
  else if (before && *before > 0 && *before < *price)
    c.refuse("Variant Compare At Price", "is below the price");
  v.prices.push_back(std::move(in));
}

/// Letters that souk's SKUs do not have become '-'; a variant without one gets its handle's.
std::string sku_of(std::string_view cell, const product_input& p) {
  std::string sku{cell};
  if (sku.empty())
    sku = p.handle.substr(0, 56) + "-" + std::to_string(p.variants.size() + 1);
  for (auto& c : sku)
    if (!is_sku(std::string_view{&c, 1}))
      c = '-';
  return sku;
}

void shopify_reader::read_variant(row_cells& c, product_input& p) {
  variant_input v{.sku = sku_of(c.text("Variant SKU"), p)};
  read_options(c, p, v);
  read_prices(c, v);
  v.weight_grams = c.decimal("Variant Grams", 0).value_or(0);
  v.barcode = c.text("Variant Barcode");
  if (const auto units = c.integer("Variant Inventory Qty")) {
    v.stock = {{options_.warehouse, std::max<int64_t>(*units, 0)}};
    if (*units < 0)
      place_.warnings.push_back(
          c.warning("Variant Inventory Qty", std::to_string(*units) + " is counted as 0"));
  }
  json::object kept;
  keep(c, owner::variant, kept);
  if (c.text("Variant SKU") != v.sku)
    kept["Variant SKU"] = json::value(c.text("Variant SKU"));
  if (const auto picture = c.text("Variant Image"); picture.starts_with('/')) {
    v.image = picture;
    kept.erase("Variant Image");
  }
  if (!kept.empty())
    kept_variants_[v.sku] = std::move(kept);
  p.variants.push_back(std::move(v));
}

/// Pictures of other hosts are not shown: their addresses are kept.
void shopify_reader::read_image(row_cells& c, product_input& p) {
  const auto source = c.text("Image Src");
  if (source.empty())
    return;
  if (is_own_picture(source)) {
    if (!p.images)
      p.images.emplace();
    p.images->push_back({std::string{source}, std::string{c.text("Image Alt Text")}});
    return;
  }
  kept_images_.push_back(json::array{json::value(source), json::value(c.text("Image Position")),
                                     json::value(c.text("Image Alt Text"))});
}

result<product_input> shopify_reader::product_of(row_group group) {
  product_input p;
  place_ = {.row = group.rows.front().line, .by_column = true, .partial = true};
  kept_.clear();
  kept_variants_.clear();
  kept_images_.clear();
  for (const auto& row : group.rows) {
    row_cells c{columns_, row, group.problems};
    for (const auto& [name, at] : columns_)
      if (!is_utf8(c.text(name)))
        c.refuse(name, "is not UTF-8 text");
    if (!group.problems.empty() && group.problems.back().detail == "is not UTF-8 text")
      continue;
    if (c.has_more_than_the_heading()) {
      c.refuse("", "has more cells than the heading; a cell with a comma has to be quoted");
      continue;
    }
    if (&row == group.rows.data())
      read_product(c, p);
    if (c.is_variant()) {
      read_variant(c, p);
      place_.variant_rows.push_back(row.line);
    } else if (const auto missing = c.first_missing(); missing && &row == group.rows.data())
      c.refuse(*missing, "the row ends before this column");
    read_image(c, p);
  }
  if (!group.problems.empty())
    return refused(std::move(group.problems));
  json::object kept{{"columns", kept_}, {"variants", kept_variants_}, {"images", kept_images_}};
  place_.format = "shopify";
  place_.kept = kept_beside(kept);
  return p;
}

std::optional<result<product_input>> shopify_reader::next() {
  if (over_)
    return std::nullopt;
  if (!begun_)
    if (auto good = read_header(); !good) {
      over_ = true;
      place_ = {.row = 1};
      return good.error();
    }
  auto group = faults_.empty() ? next_group() : std::nullopt;
  if (!group && !faults_.empty()) {
    const auto fault = std::move(faults_.front());
    faults_.pop_front();
    place_ = {.row = fault.line};
    return fault.why;
  }
  if (!group) {
    over_ = true;
    return std::nullopt;
  }
  return product_of(std::move(*group));
}

} // namespace

std::string kept_beside(const json::object& kept) {
  const bool holds = std::ranges::any_of(kept, [](const auto& part) {
    const auto& value = part.value();
    return value.is_array() ? !value.get_array().empty() : !value.get_object().empty();
  });
  return holds ? json::serialize(kept) : std::string{};
}

std::unique_ptr<product_reader> read_shopify(std::istream& in, shopify_options options) {
  return std::make_unique<shopify_reader>(in, std::move(options));
}

} // namespace souk::catalogue
