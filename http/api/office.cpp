#include "http/api/office.hpp"

#include "actors/catalogue/picture_rows.hpp"
#include "http/api/product_json.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

bj::value text_or_null(const std::string& text) {
  return text.empty() ? bj::value(nullptr) : bj::value(text);
}

bj::value time_or_null(const std::optional<time_point>& t) {
  return t ? bj::value(to_rfc3339(*t)) : bj::value(nullptr);
}

bj::object json_of(const catalogue::listed_price& p) {
  bj::object out{{"list", p.list},
                 {"currency", p.currency.value_or(currency{}).code()},
                 {"country", text_or_null(p.country)},
                 {"amount", p.amount},
                 {"original_amount", nullptr}};
  if (p.original_amount)
    out["original_amount"] = *p.original_amount;
  return out;
}

bj::array json_of(const std::vector<catalogue::listed_price>& all) {
  bj::array out;
  for (const auto& p : all)
    out.push_back(json_of(p));
  return out;
}

} // namespace

result<bj::object> read_object(const request& in) {
  auto whole = json_body::of(in);
  if (!whole)
    return whole.error();
  auto value = parse_json(in.body);
  return value ? result<bj::object>{std::move(value->get_object())} : value.error();
}

result<catalogue::page_request> read_page_request(const request& in) {
  auto page = read_page(in);
  if (!page)
    return page.error();
  return catalogue::page_request{page->limit, std::move(page->cursor)};
}

result<catalogue::edit> read_edit(const call& c) {
  const auto expected = read_product_match(*c.in);
  if (!expected)
    return expected.error();
  return catalogue::edit{*expected, c.repeat(c.meta(""))};
}

response versioned(const request& in, int status, const bj::object& thing, int64_t version) {
  return with_etag(in, etag_of(static_cast<uint64_t>(version)), response::json(status, thing))
      .with("Cache-Control", "no-store");
}

callback<std::string> answering_gone(const call& c) {
  return answering<std::string>(c, [](const auto&) { return response::empty(); });
}

std::string percent_encoded(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

bj::object json_of(const catalogue::brand& b) { return {{"name", b.name}, {"handle", b.handle}}; }

bj::object json_of(const catalogue::price_list& l) {
  return {{"id", l.id},
          {"name", l.name},
          {"currency", l.currency.code()},
          {"country", text_or_null(l.country)},
          {"priority", l.priority},
          {"valid_from", time_or_null(l.valid_from)},
          {"valid_until", time_or_null(l.valid_until)},
          {"version", l.version}};
}

bj::object json_of(const catalogue::variant_prices& p) {
  return {{"sku", p.sku},
          {"product", p.product},
          {"version", p.version},
          {"prices", json_of(p.prices)}};
}

bj::object office_json_of(const catalogue::category& k) {
  auto out = json_of(k);
  out["version"] = k.version;
  bj::object names;
  for (const auto& [locale, name] : k.names)
    names[locale] = bj::object{{"name", name}};
  out["translations"] = std::move(names);
  return out;
}

bj::object json_of(const catalogue::product_record& r) {
  auto out = json_of(r.product);
  bj::object texts;
  for (const auto& t : r.translations)
    texts[t.locale] = bj::object{{"title", t.title}, {"description", t.description}};
  out["translations"] = std::move(texts);
  out["tax_category"] = r.product.tax_category;
  out["rating"] = bj::object{{"sum", r.product.rating_sum}, {"count", r.product.rating_count}};
  out["velocity"] = r.product.velocity;
  out["created_at"] = to_rfc3339(r.product.created_at);
  out["updated_at"] = to_rfc3339(r.product.updated_at);
  auto& variants = out["variants"].as_array();
  for (size_t i = 0; i < variants.size(); ++i) {
    auto& v = variants[i].as_object();
    // What holds in one market says nothing here: all prices follow.
    for (const auto* shown : {"price", "original_price", "availability"})
      v.erase(shown);
    v["archived"] = r.product.variants[i].archived;
    v["cost"] = r.costs[i] ? bj::value(json_of(*r.costs[i])) : bj::value(nullptr);
    v["prices"] = json_of(r.prices[i]);
  }
  return out;
}

} // namespace souk::http
