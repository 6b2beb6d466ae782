// Products as the staff sees them: in every status, with costs and all prices. Making and changing
// them is in catalogue.cpp.
#include "http/api/office.hpp"
#include "http/api/product_json.hpp"
#include "http/api/routes.hpp"
#include "http/api/staff_routes.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t query_bytes_max = 200;

result<catalogue::office_list_request> read_list_request(const call& c) {
  catalogue::office_list_request out;
  auto page = read_page_request(*c.in);
  if (!page)
    return page.error();
  out.page = std::move(*page);
  auto market = read_market(*c.in, c.at.home);
  if (!market)
    return market.error();
  out.market = std::move(*market);
  if (const auto status = c.in->query_value("status")) {
    const auto known = catalogue::parse_product_status(*status);
    if (!known)
      return known.error();
    out.status = *known;
  }
  auto category = read_query(*c.in, "category", query_bytes_max);
  if (!category)
    return category.error();
  out.category = std::move(*category);
  auto words = read_query(*c.in, "q", query_bytes_max);
  if (!words)
    return words.error();
  out.query = std::move(*words);
  return out;
}

void list_all_products(const call& c) {
  auto asked = read_list_request(c);
  if (!asked)
    return c.refuse(asked.error());
  c.at.office.products(
      std::move(*asked), answering<catalogue::product_page>(c, [](const auto& page) {
        bj::array items;
        for (const auto& p : page.items)
          items.push_back(json_of(p));
        return page_of(std::move(items), page.next_cursor).with("Cache-Control", "no-store");
      }));
}

void read_record(const call& c) {
  c.at.office.record(c.in->param("id"),
                     answering<catalogue::product_record>(c, [in = c.in](const auto& r) {
                       return versioned(*in, 200, json_of(r), r.product.version);
                     }));
}

void delete_product(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  c.at.office.remove_product(c.in->param("id"), *how, answering_gone(c));
}

} // namespace

void add_record_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::edit_catalogue};
  add(method::get, "/v1/admin/products", "list_all_products", list_all_products);
  add(method::get, "/v1/admin/products/{id}", "read_product_record", read_record);
  add(method::del, "/v1/admin/products/{id}", "delete_product", delete_product);
}

} // namespace souk::http
