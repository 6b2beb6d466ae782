// The models of the storefront's pages as JSON, for apps and other front ends: one request a page.
#include "http/api/fields.hpp"
#include "http/headers.hpp"
#include "http/pages/models.hpp"
#include "http/pages/pages.hpp"

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* shared_cache = "public, max-age=1, stale-while-revalidate=10";

model_callback as_json(const call& c, const char* caching) {
  return answering<bj::object>(c, [in = c.in, caching](const bj::object& model) {
    auto out = response::json(200, model);
    auto tag = "\"" + std::to_string(fingerprint(out.body)) + "\"";
    return with_etag(*in, std::move(tag), std::move(out)).with("Cache-Control", caching);
  });
}

void home_page(const call& c) {
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return c.refuse(market.error());
  home_model(c.at, *market, as_json(c, shared_cache));
}

void category_page(const call& c) {
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return c.refuse(market.error());
  auto page = read_page(*c.in);
  if (!page)
    return c.refuse(page.error());
  const auto order = catalogue::parse_list_order(c.in->query_value("order").value_or("newest"));
  if (!order)
    return c.refuse(fail_field("order", "invalid", "must be newest, popular or title"));
  category_model(c.at,
                 {*market, c.in->param("handle"), *order, std::move(page->cursor), page->limit},
                 as_json(c, shared_cache));
}

void product_page(const call& c) {
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return c.refuse(market.error());
  auto sku = read_query(*c.in, "sku", 64);
  if (!sku)
    return c.refuse(sku.error());
  product_model(c.at, *market, c.in->param("handle"), std::move(*sku), as_json(c, shared_cache));
}

void cart_page(const call& c) {
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return c.refuse(market.error());
  const auto& id = c.in->param("id");
  c.at.carts.get(c.shopper(), id, c.meta(id),
                 [c, id, market = *market](result<cart::cart_view> cart) {
                   if (!cart)
                     return c.refuse(cart.error());
                   auto there = market;
                   there.country = cart->country;
                   cart_model(c.at, id, std::move(*cart), there, as_json(c, "no-store"));
                 });
}

} // namespace

void add_page_models(router& to, shop& at) {
  to.add(method::get, "/v1/pages/home", "read_home_page", for_guests(at, home_page));
  to.add(method::get, "/v1/pages/category/{handle}", "read_category_page",
         for_guests(at, category_page));
  to.add(method::get, "/v1/pages/product/{handle}", "read_product_page",
         for_guests(at, product_page));
  to.add(method::get, "/v1/pages/cart/{id}", "read_cart_page", for_guests(at, cart_page));
}

} // namespace souk::http
