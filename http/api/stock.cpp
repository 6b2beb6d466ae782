// Stock for the staff: what stands where, counts and deliveries. Asks the cells themselves, so that
// what is shown is what the next order meets.
#include "actors/stock/messages.hpp"
#include "http/api/fields.hpp"
#include "http/api/gather.hpp"
#include "http/api/routes.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr int64_t units_max = 1'000'000'000;

bj::object json_of(const std::string& warehouse, const stock::level& level) {
  return {{"warehouse", warehouse},
          {"on_hand", level.on_hand},
          {"reserved", level.reserved},
          {"available", level.available}};
}

using sites = std::vector<warehouse::site>;

/// Runs `then` with all warehouses when the catalogue has the SKU of the path.
void with_sku(const call& c, std::function<void(sites)> then) {
  const auto& sku = c.in->param("sku");
  if (!is_stock_word(sku))
    return c.refuse(fail(errc::not_found, "no such SKU"));
  c.at.goods.variants({sku}, c.at.home.currency, c.at.home.country,
                      [c, then](result<std::vector<catalogue::sellable>> found) {
                        if (!found)
                          return c.refuse(found.error());
                        if (found->empty())
                          return c.refuse(fail(errc::not_found, "no such SKU"));
                        c.at.warehouses.sites([c, then](result<sites> all) {
                          all ? then(std::move(*all)) : c.refuse(all.error());
                        });
                      });
}

void read_stock(const call& c) {
  with_sku(c, [c](const sites& all) {
    std::vector<std::string> active;
    for (const auto& site : all)
      if (site.active)
        active.push_back(site.id);
    const gather<stock::level> levels{
        active.size(),
        answering<std::vector<stock::level>>(c, [active](const std::vector<stock::level>& found) {
          bj::array items;
          for (size_t i = 0; i < found.size(); ++i)
            items.push_back(json_of(active[i], found[i]));
          return page_of(std::move(items)).with("Cache-Control", "no-store");
        })};
    const auto& sku = c.in->param("sku");
    const auto how = entity::read_meta(c.meta(sku));
    for (size_t i = 0; i < active.size(); ++i)
      entity::ask<stock::contract>(c.at.route, stock::key_of(sku, active[i]), stock::get{}, how,
                                   levels.part(i));
  });
}

/// Sends `command` to the cell of the path and answers its level.
template <class Command>
void ask_cell(const call& c, Command command) {
  with_sku(c, [c, command = std::move(command)](const sites& all) {
    const auto& warehouse = c.in->param("warehouse");
    if (std::ranges::find(all, warehouse, &warehouse::site::id) == all.end())
      return c.refuse(fail(errc::not_found, "no such warehouse"));
    const auto key = stock::key_of(c.in->param("sku"), warehouse);
    entity::ask<stock::contract>(
        c.at.route, key, command, c.meta(key),
        answering<stock::level>(c, [warehouse](const stock::level& level) {
          return response::json(200, json_of(warehouse, level)).with("Cache-Control", "no-store");
        }));
  });
}

void count_stock(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  stock::count what;
  what.on_hand = body->root().integer("on_hand", 0, units_max);
  what.reason = body->root().text("reason", {.min = 1, .max = 200});
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  ask_cell(c, std::move(what));
}

void receive_stock(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  stock::receive what;
  what.quantity = body->root().integer("quantity", 1, units_max);
  what.reason = body->root().optional_text("reason", {.max = 200}).value_or("delivery");
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  ask_cell(c, std::move(what));
}

} // namespace

void add_stock_routes(router& to, shop& at) {
  const route_options options{.body_limit = 16 << 10, .who = access::admin};
  to.add(method::get, "/v1/admin/stock/{sku}", "read_stock",
         for_staff(at, user::permission::read_stock, http::read_stock), options);
  to.add(method::put, "/v1/admin/stock/{sku}/{warehouse}", "count_stock",
         for_staff(at, user::permission::count_stock, http::count_stock), options);
  to.add(method::post, "/v1/admin/stock/{sku}/{warehouse}/receive", "receive_stock",
         for_staff(at, user::permission::count_stock, receive_stock), options);
}

} // namespace souk::http
