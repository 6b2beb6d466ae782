#include "http/api/product_json.hpp"

#include "actors/catalogue/picture_rows.hpp"
#include "base/ids.hpp"

#include <charconv>

namespace souk::http {

namespace bj = boost::json;

namespace {

bj::object options_of(const std::vector<catalogue::option_value>& options) {
  bj::object out;
  for (const auto& o : options)
    out[o.name] = o.value;
  return out;
}

bj::object availability_of(const catalogue::availability& shown) {
  bj::object out{{"status", catalogue::to_string(shown.bucket)}};
  if (shown.bucket == catalogue::availability_bucket::few_left)
    out["units"] = shown.units;
  return out;
}

bj::value money_or_null(const std::optional<money>& m) {
  return m ? bj::value(json_of(*m)) : bj::value(nullptr);
}

bj::object variant_of(const catalogue::variant_view& v) {
  return {{"id", v.id},
          {"sku", v.sku},
          {"options", options_of(v.options)},
          {"price", money_or_null(v.price)},
          {"original_price", money_or_null(v.original_price)},
          {"availability", availability_of(v.availability)},
          {"image", v.image.empty() ? bj::value(nullptr) : bj::value(v.image)},
          {"weight_grams", v.weight_grams},
          {"barcode", v.barcode}};
}

/// Pictures kept here say in which sizes they are to be had.
bj::object image_of(const catalogue::image& i) {
  bj::object out{{"id", catalogue::image_id(i.url)}, {"url", i.url}, {"alt", i.alt}};
  if (i.sizes.empty())
    return out;
  bj::array sizes;
  for (const auto& s : i.sizes)
    sizes.push_back(bj::object{{"url", s.url}, {"width", s.width}, {"height", s.height}});
  out["width"] = i.width;
  out["height"] = i.height;
  out["sizes"] = std::move(sizes);
  return out;
}

/// Hundredths rounded half up; the average is the same for display.
bj::object rating_of(int64_t sum, int64_t count) {
  if (count <= 0)
    return {{"average", nullptr}, {"average_hundredths", nullptr}, {"count", 0}};
  const auto hundredths = (sum * 200 + count) / (2 * count);
  return {{"average", static_cast<double>(hundredths) / 100},
          {"average_hundredths", hundredths},
          {"count", count}};
}

bj::object parsed_object(const std::string& text) {
  boost::system::error_code not_json;
  auto value = bj::parse(text, not_json);
  return !not_json && value.is_object() ? std::move(value.get_object()) : bj::object{};
}

} // namespace

bj::object json_of(const catalogue::product_view& p) {
  bj::array images, variants;
  for (const auto& i : p.images)
    images.push_back(image_of(i));
  for (const auto& v : p.variants)
    variants.push_back(variant_of(v));
  return {{"id", p.id},
          {"handle", p.handle},
          {"title", p.title},
          {"description", p.description},
          {"brand", p.brand},
          {"category", p.category},
          {"status", catalogue::to_string(p.status)},
          {"version", p.version},
          {"images", std::move(images)},
          {"options", bj::array(p.option_names.begin(), p.option_names.end())},
          {"attributes", parsed_object(p.attributes)},
          {"rating", rating_of(p.rating_sum, p.rating_count)},
          {"variants", std::move(variants)}};
}

bj::object json_of(const catalogue::category& c) {
  return {{"handle", c.handle},
          {"parent", c.parent.empty() ? bj::value(nullptr) : bj::value(c.parent)},
          {"name", c.name},
          {"position", c.position},
          {"path", bj::array(c.path.begin(), c.path.end())},
          {"attribute_schema", parsed_object(c.attribute_schema)}};
}

std::string product_etag(int64_t version, std::string_view body) {
  std::array<unsigned char, 8> bytes{};
  auto left = fingerprint(body);
  for (auto& b : bytes) {
    b = static_cast<unsigned char>(left);
    left >>= 8;
  }
  return "\"" + std::to_string(version) + "-" + to_hex(bytes) + "\"";
}

result<std::optional<int64_t>> read_product_match(const request& in) {
  const auto text = in.header_value("if-match");
  if (text.empty() || text == "*")
    return std::optional<int64_t>{};
  int64_t version = 0;
  if (text.size() > 2 && text.front() == '"' && text.back() == '"') {
    const auto* last = text.data() + text.size() - 1;
    const auto [end, ec] = std::from_chars(text.data() + 1, last, version);
    if (ec == std::errc{} && version > 0 && (end == last || *end == '-'))
      return std::optional{version};
  }
  return fail(errc::malformed, "If-Match must be one strong ETag of this product");
}

} // namespace souk::http
