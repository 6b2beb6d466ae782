// Price lists and what variants cost by them, for the staff.
#include "actors/catalogue/office_json.hpp"
#include "http/api/office.hpp"
#include "http/api/routes.hpp"
#include "http/api/staff_routes.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

callback<catalogue::price_list> answering_list(const call& c, int status) {
  return answering<catalogue::price_list>(c, [in = c.in, status](const auto& l) {
    auto out = versioned(*in, status, json_of(l), l.version);
    const auto place = "/v1/admin/price-lists/" + percent_encoded(l.id);
    return status == 201 ? std::move(out).with("Location", place) : std::move(out);
  });
}

callback<catalogue::variant_prices> answering_prices(const call& c) {
  return answering<catalogue::variant_prices>(
      c, [in = c.in](const auto& p) { return versioned(*in, 200, json_of(p), p.version); });
}

void list_price_lists(const call& c) {
  auto page = read_page_request(*c.in);
  if (!page)
    return c.refuse(page.error());
  c.at.office.price_lists(
      std::move(*page), answering<catalogue::page<catalogue::price_list>>(c, [](const auto& p) {
        bj::array items;
        for (const auto& l : p.items)
          items.push_back(json_of(l));
        return page_of(std::move(items), p.next_cursor).with("Cache-Control", "no-store");
      }));
}

void read_price_list(const call& c) {
  c.at.office.price_list(c.in->param("id"), answering_list(c, 200));
}

void create_price_list(const call& c) {
  edit_with_body(c, catalogue::parse_price_list, [&c](auto wanted, const catalogue::edit& how) {
    c.at.office.create_price_list(std::move(wanted), how, answering_list(c, 201));
  });
}

void change_price_list(const call& c) {
  edit_with_body(c, catalogue::parse_price_list_patch,
                 [&c](auto patch, const catalogue::edit& how) {
                   c.at.office.change_price_list(c.in->param("id"), std::move(patch), how,
                                                 answering_list(c, 200));
                 });
}

void delete_price_list(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  c.at.office.remove_price_list(c.in->param("id"), *how, answering_gone(c));
}

void read_prices(const call& c) { c.at.office.prices(c.in->param("sku"), answering_prices(c)); }

void set_prices(const call& c) {
  edit_with_body(c, catalogue::parse_listed_prices, [&c](auto prices, const catalogue::edit& how) {
    c.at.office.set_prices(c.in->param("sku"), std::move(prices), how, answering_prices(c));
  });
}

} // namespace

void add_price_list_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::edit_catalogue};
  add(method::get, "/v1/admin/price-lists", "list_price_lists", list_price_lists);
  add(method::post, "/v1/admin/price-lists", "create_price_list", create_price_list);
  add(method::get, "/v1/admin/price-lists/{id}", "read_price_list", read_price_list);
  add(method::patch, "/v1/admin/price-lists/{id}", "change_price_list", change_price_list);
  add(method::del, "/v1/admin/price-lists/{id}", "delete_price_list", delete_price_list);
  add(method::get, "/v1/admin/prices/{sku}", "read_prices", read_prices);
  add(method::put, "/v1/admin/prices/{sku}", "set_prices", set_prices);
}

} // namespace souk::http
