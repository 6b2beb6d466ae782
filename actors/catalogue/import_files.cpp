// The two file formats of imports as readers of products.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/decimal.hpp"
#include "actors/catalogue/import.hpp"
#include "actors/catalogue/json_fields.hpp"
#include "actors/catalogue/product_json.hpp"

#include <istream>

namespace souk::catalogue {

namespace json = boost::json;

namespace {

class json_lines_reader final : public product_reader {
public:
  explicit json_lines_reader(std::istream& in) : in_(in) {}

  std::optional<result<product_input>> next() override {
    std::string line;
    do {
      if (!std::getline(in_, line))
        return std::nullopt;
      ++line_;
    } while (line.find_first_not_of(" \t\r") == line.npos);
    place_ = {.row = line_};
    if (line.size() > import_row_bytes_max)
      return fail(errc::too_large, "a line may have 1 MiB");
    const auto object = parse_object(line);
    if (!object)
      return object.error();
    auto product = parse_product(*object);
    if (product) {
      read_source(*object);
      place_.warnings = unknown_fields(*object, "source");
      warn_of_pictures(*product);
    }
    return product;
  }
  read_place place() const override { return place_; }

private:
  /// They are kept, as those of Shopify's files are.
  void warn_of_pictures(const product_input& p) {
    for (size_t i = 0; p.images && i < p.images->size(); ++i)
      if (!is_own_picture((*p.images)[i].url))
        place_.warnings.push_back({"warning",
                                   "/images/" + std::to_string(i) + "/url",
                                   "is on another host: it is kept for exports and not shown",
                                   {}});
  }

  /// {"source": {"format": "shopify", "data": {…}}}, as exports write it.
  void read_source(const json::object& product) {
    const auto* source = product.if_contains("source");
    if (source == nullptr || !source->is_object())
      return;
    const auto* format = source->get_object().if_contains("format");
    const auto* data = source->get_object().if_contains("data");
    if (format == nullptr || !format->is_string() || data == nullptr || !data->is_object())
      return;
    place_.format = format->get_string();
    place_.kept = json::serialize(*data);
  }

  std::istream& in_;
  size_t line_ = 0;
  read_place place_;
};

/// Cuts the objects out of an array without parsing it whole: quotes and braces are all it knows.
std::optional<std::string> next_object(std::istream& in) {
  std::string text;
  int depth = 0;
  bool quoted = false;
  for (char c = 0; in.get(c);) {
    if (depth == 0 && c != '{')
      continue;
    text += c;
    if (quoted) {
      if (c == '\\' && in.get(c))
        text += c;
      else if (c == '"')
        quoted = false;
      continue;
    }
    quoted = c == '"';
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (depth == 0 || text.size() > import_row_bytes_max)
      return text;
  }
  return text.empty() ? std::nullopt : std::optional{text};
}

/// A JSON number as units of 10^-decimals.
std::optional<int64_t> scaled(json_fields& f, std::string_view name, int decimals) {
  const auto* value = f.find(name);
  if (value == nullptr || !value->is_number()) {
    f.refuse(name, "required", "must be a number");
    return std::nullopt;
  }
  const auto text =
      value->is_double() ? shortest_decimal(value->get_double()) : json::serialize(*value);
  auto units = scaled_integer(text, decimals);
  if (!units) {
    f.refuse(name, "invalid", "is not a decimal in range");
    return std::nullopt;
  }
  return *units;
}

/// What the price was before a discount in hundredths of a percent, rounded half up.
std::optional<int64_t> before_discount(int64_t price, int64_t basis_points) {
  if (basis_points <= 0 || basis_points >= 10'000 || price > amount_max / 10'000)
    return std::nullopt;
  const auto rest = 10'000 - basis_points;
  const auto original = (price * 10'000 + rest / 2) / rest;
  return original > price ? std::optional{original} : std::nullopt;
}

result<product_input> from_dummyjson(const json::object& object, const std::string& warehouse,
                                     const std::vector<souk::currency>& sold_in) {
  std::vector<problem> problems;
  json_fields f{object, "", problems};
  product_input p;
  p.title = f.text("title").value_or("");
  // Titles occur twice there; SKUs do not.
  const auto sku = f.text("sku").value_or("");
  p.handle = make_handle(p.title.substr(0, 60) + "-" + sku);
  p.description = f.text("description").value_or("");
  p.brand = f.text("brand").value_or("");
  const auto category_handle = make_handle(f.text("category").value_or(""));
  p.category_path = {{category_handle, "", f.text("category").value_or("")}};
  if (category_handle == "groceries")
    p.tax_category = "reduced";
  variant_input v{.sku = sku};
  const auto price = scaled(f, "price", 2);
  const auto discount = f.find("discountPercentage") ? scaled(f, "discountPercentage", 2) : 0;
  if (price)
    for (const auto unit : sold_in)
      v.prices.push_back({{*price, unit}, before_discount(*price, discount.value_or(0)), ""});
  v.weight_grams = f.integer("weight").value_or(0);
  v.stock = {{warehouse, f.integer("stock").value_or(0)}};
  if (const auto* meta = f.object("meta"))
    v.barcode = json_fields{*meta, "/meta", problems}.text("barcode").value_or("");
  f.each_object("reviews", [&p](json_fields review) {
    if (const auto stars = review.integer("rating")) {
      p.rating_sum += *stars;
      ++p.rating_count;
    }
  });
  p.variants = {std::move(v)};
  if (!problems.empty())
    return refused(std::move(problems));
  return p;
}

class dummyjson_reader final : public product_reader {
public:
  dummyjson_reader(std::istream& in, std::string warehouse, std::vector<souk::currency> sold_in)
      : in_(in), warehouse_(std::move(warehouse)), sold_in_(std::move(sold_in)) {
    // Either the array itself, or an object around it that is stepped into.
    for (char c = 0; in_.get(c) && c != '[';) {
    }
  }

  std::optional<result<product_input>> next() override {
    const auto text = next_object(in_);
    if (!text)
      return std::nullopt;
    boost::system::error_code error;
    const auto value = json::parse(*text, error);
    if (error || !value.is_object())
      return fail(errc::malformed, "not a JSON object");
    return from_dummyjson(value.get_object(), warehouse_, sold_in_);
  }

private:
  std::istream& in_;
  std::string warehouse_;
  std::vector<souk::currency> sold_in_;
};

} // namespace

std::unique_ptr<product_reader> read_json_lines(std::istream& in) {
  return std::make_unique<json_lines_reader>(in);
}

std::unique_ptr<product_reader> read_dummyjson(std::istream& in, std::string warehouse,
                                               std::vector<souk::currency> sold_in) {
  return std::make_unique<dummyjson_reader>(in, std::move(warehouse), std::move(sold_in));
}

} // namespace souk::catalogue
