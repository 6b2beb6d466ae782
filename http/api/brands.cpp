// Brands: a public list, and the staff's changes.
#include "actors/catalogue/office_json.hpp"
#include "http/api/office.hpp"
#include "http/api/routes.hpp"
#include "http/api/staff_routes.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr const char* shared_cache = "public, max-age=60, stale-while-revalidate=600";

callback<catalogue::brand> answering_brand(const call& c, int status) {
  return answering<catalogue::brand>(c, [in = c.in, status](const auto& b) {
    auto body = json_of(b);
    body["version"] = b.version;
    auto out = versioned(*in, status, body, b.version);
    return status == 201 ? std::move(out).with("Location", "/v1/admin/brands/" + b.handle)
                         : std::move(out);
  });
}

void list_brands(const call& c) {
  auto page = read_page_request(*c.in);
  if (!page)
    return c.refuse(page.error());
  c.at.office.brands(
      std::move(*page), answering<catalogue::page<catalogue::brand>>(c, [in = c.in](const auto& p) {
        bj::array items;
        for (const auto& b : p.items)
          items.push_back(json_of(b));
        auto out = page_of(std::move(items), p.next_cursor);
        auto tag = "\"" + std::to_string(fingerprint(out.body)) + "\"";
        return with_etag(*in, std::move(tag), std::move(out)).with("Cache-Control", shared_cache);
      }));
}

void read_brand(const call& c) {
  c.at.office.brand(c.in->param("handle"), answering_brand(c, 200));
}

void create_brand(const call& c) {
  edit_with_body(c, catalogue::parse_brand, [&c](auto wanted, const catalogue::edit& how) {
    c.at.office.create_brand(std::move(wanted), how, answering_brand(c, 201));
  });
}

void change_brand(const call& c) {
  edit_with_body(c, catalogue::parse_brand_patch, [&c](auto patch, const catalogue::edit& how) {
    c.at.office.change_brand(c.in->param("handle"), std::move(patch), how, answering_brand(c, 200));
  });
}

void delete_brand(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  c.at.office.remove_brand(c.in->param("handle"), *how, answering_gone(c));
}

} // namespace

void add_brand_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::edit_catalogue};
  to.add(method::get, "/v1/brands", "list_brands", for_users(at, list_brands));
  add(method::post, "/v1/admin/brands", "create_brand", create_brand);
  add(method::get, "/v1/admin/brands/{handle}", "read_brand", read_brand);
  add(method::patch, "/v1/admin/brands/{handle}", "change_brand", change_brand);
  add(method::del, "/v1/admin/brands/{handle}", "delete_brand", delete_brand);
}

} // namespace souk::http
