// The catalogue: public lists, pages and search, and the staff's changes. Public answers may be
// held by caches for a moment; what is not active is not there for the public.
#include "actors/catalogue/product_json.hpp"
#include "actors/stock/messages.hpp"
#include "http/api/gather.hpp"
#include "http/api/office.hpp"
#include "http/api/product_json.hpp"
#include "http/api/routes.hpp"
#include "http/headers.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t query_bytes_max = 200;
constexpr size_t product_body_max = 1 << 20; ///< as a line of an import
constexpr const char* shared_cache = "public, max-age=1, stale-while-revalidate=10";

/// Texts are those of the language asked for.
response varying(const request& in, response out) {
  return in.query_value("locale") ? std::move(out) : std::move(out).with("Vary", "Accept-Language");
}

response render_page(const catalogue::product_page& page) {
  bj::array items;
  for (const auto& p : page.items)
    items.push_back(json_of(p));
  return page_of(std::move(items), page.next_cursor);
}

response render_product(const request& in, int status, const catalogue::product_view& product) {
  auto out = response::json(status, json_of(product));
  auto tag = product_etag(product.version, out.body);
  return with_etag(in, std::move(tag), std::move(out));
}

callback<catalogue::product_page> cached_page(const call& c) {
  return answering<catalogue::product_page>(c, [in = c.in](const auto& page) {
    auto out = render_page(page);
    auto tag = "\"" + std::to_string(fingerprint(out.body)) + "\"";
    return varying(*in, with_etag(*in, std::move(tag), std::move(out)))
        .with("Cache-Control", shared_cache);
  });
}

/// What lists and searches are asked with.
struct listing {
  page_query page;
  catalogue::market market;
  std::string words; ///< of the parameter named
};

result<listing> read_listing(const call& c, std::string_view words_name) {
  auto page = read_page(*c.in);
  if (!page)
    return page.error();
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return market.error();
  auto words = read_query(*c.in, words_name, query_bytes_max);
  if (!words)
    return words.error();
  return listing{std::move(*page), std::move(*market), std::move(*words)};
}

void list_products(const call& c) {
  auto asked = read_listing(c, "category");
  if (!asked)
    return c.refuse(asked.error());
  const auto order = catalogue::parse_list_order(c.in->query_value("order").value_or("newest"));
  if (!order)
    return c.refuse(fail_field("order", "invalid", "must be newest, popular or title"));
  c.at.goods.list({.market = std::move(asked->market),
                   .category = std::move(asked->words),
                   .order = *order,
                   .limit = asked->page.limit,
                   .cursor = std::move(asked->page.cursor)},
                  cached_page(c));
}

void search_products(const call& c) {
  auto asked = read_listing(c, "q");
  if (!asked)
    return c.refuse(asked.error());
  if (asked->words.empty())
    return c.refuse(fail_field("q", "required", "what to look for"));
  c.at.goods.search({.market = std::move(asked->market),
                     .query = std::move(asked->words),
                     .limit = asked->page.limit,
                     .cursor = std::move(asked->page.cursor)},
                    cached_page(c));
}

/// Archived products are shown to who has their id: from an old order.
bool is_public(const catalogue::product_view& p, const std::string& asked) {
  return p.status == catalogue::product_status::active ||
         (p.status == catalogue::product_status::archived && asked == p.id);
}

void read_product(const call& c) {
  const auto& id = c.in->param("id");
  const auto market = read_market(*c.in, c.at.home);
  if (!market)
    return c.refuse(market.error());
  c.at.goods.product(id, *market, [c](result<catalogue::product_view> r) {
    if (r && !is_public(*r, c.in->param("id")))
      r = fail(errc::not_found, "no such product");
    if (r && r->status == catalogue::product_status::archived)
      for (auto& v : r->variants)
        v.availability = {}; // whatever lies there is not sold
    c.done(r ? varying(*c.in, render_product(*c.in, 200, *r)).with("Cache-Control", shared_cache)
             : to_response(r.error(), *c.in));
  });
}

void list_categories(const call& c) {
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return c.refuse(market.error());
  c.at.goods.categories(
      std::move(market->locale),
      answering<std::vector<catalogue::category>>(c, [in = c.in](const auto& all) {
        bj::array items;
        for (const auto& one : all)
          items.push_back(json_of(one));
        auto out = page_of(std::move(items));
        auto tag = "\"" + std::to_string(fingerprint(out.body)) + "\"";
        return varying(*in, with_etag(*in, std::move(tag), std::move(out)))
            .with("Cache-Control", shared_cache);
      }));
}

struct stocked {
  std::string sku;
  stock::count what;
  std::string warehouse;
};

/// The units that stand in a product's variants: they are counted into the stock entities.
template <class Variant>
std::vector<stocked> stock_of(const std::vector<Variant>& variants) {
  std::vector<stocked> out;
  for (const auto& v : variants)
    for (const auto& s : v.stock)
      out.push_back({v.sku, {.on_hand = s.on_hand, .reason = "product"}, s.warehouse});
  return out;
}

/// Runs `then` when every warehouse of `units` is known.
void check_warehouses(const call& c, const std::vector<stocked>& units,
                      std::function<void()> then) {
  if (units.empty())
    return then();
  c.at.warehouses.sites([c, units, then](result<std::vector<warehouse::site>> all) {
    if (!all)
      return c.refuse(all.error());
    for (const auto& u : units)
      if (std::ranges::find(*all, u.warehouse, &warehouse::site::id) == all->end())
        return c.refuse(fail_field("/variants", "unknown_warehouse", u.warehouse));
    then();
  });
}

/// Answers the written product once its units are counted.
callback<catalogue::product_view> after_counting(const call& c, std::vector<stocked> units,
                                                 cluster::command_meta how, int status) {
  return [c, units = std::move(units), how, status](result<catalogue::product_view> r) {
    if (!r)
      return c.refuse(r.error());
    const gather<stock::level> counts{
        units.size(),
        answering<std::vector<stock::level>>(c, [c, product = *r, status](const auto&) {
          return render_product(*c.in, status, product)
              .with("Location", "/v1/products/" + product.id)
              .with("Cache-Control", "no-store");
        })};
    for (size_t i = 0; i < units.size(); ++i) {
      const auto key = stock::key_of(units[i].sku, units[i].warehouse);
      entity::ask<stock::contract>(c.at.route, key, units[i].what, entity::step_meta(how, key),
                                   counts.part(i));
    }
  };
}

void create_product(const call& c) {
  const auto body = read_object(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto product = catalogue::parse_product(*body);
  if (!product)
    return c.refuse(product.error());
  const auto units = stock_of(product->variants);
  check_warehouses(c, units, [c, units, product = *product] {
    const auto how = c.meta("");
    c.at.goods.create(product, c.at.home, c.repeat(how), after_counting(c, units, how, 201));
  });
}

void change_product(const call& c) {
  const auto version = read_product_match(*c.in);
  if (!version)
    return c.refuse(version.error());
  const auto body = read_object(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto patch = catalogue::parse_product_patch(*body);
  if (!patch)
    return c.refuse(patch.error());
  const auto units = stock_of(patch->variants);
  check_warehouses(c, units, [c, units, version = *version, patch = *patch] {
    const auto how = c.meta("");
    c.at.goods.patch(c.in->param("id"), version, patch, c.at.home, c.repeat(how),
                     after_counting(c, units, how, 200));
  });
}

} // namespace

void add_catalogue_routes(router& to, shop& at) {
  const auto add = [&](const char* pattern, const char* name, shop_handler handle) {
    to.add(method::get, pattern, name, for_users(at, std::move(handle)));
  };
  add("/v1/products", "list_products", list_products);
  add("/v1/products/{id}", "read_product", read_product);
  add("/v1/search", "search_products", search_products);
  add("/v1/categories", "list_categories", list_categories);
  const route_options staff{.body_limit = product_body_max, .who = access::admin};
  const auto edit = user::permission::edit_catalogue;
  to.add(method::post, "/v1/admin/products", "create_product", for_staff(at, edit, create_product),
         staff);
  to.add(method::patch, "/v1/admin/products/{id}", "change_product",
         for_staff(at, edit, change_product), staff);
}

} // namespace souk::http
