// The tree of categories, for the staff; shoppers read it whole in catalogue.cpp.
#include "actors/catalogue/office_json.hpp"
#include "http/api/office.hpp"
#include "http/api/product_json.hpp"
#include "http/api/routes.hpp"
#include "http/api/staff_routes.hpp"

namespace souk::http {

namespace {

callback<catalogue::category> answering_category(const call& c, int status) {
  return answering<catalogue::category>(c, [in = c.in, status](const auto& k) {
    auto out = versioned(*in, status, office_json_of(k), k.version);
    return status == 201 ? std::move(out).with("Location", "/v1/admin/categories/" + k.handle)
                         : std::move(out);
  });
}

void read_category(const call& c) {
  c.at.office.category(c.in->param("handle"), answering_category(c, 200));
}

void create_category(const call& c) {
  edit_with_body(c, catalogue::parse_category, [&c](auto wanted, const catalogue::edit& how) {
    c.at.office.create_category(std::move(wanted), how, answering_category(c, 201));
  });
}

void change_category(const call& c) {
  edit_with_body(c, catalogue::parse_category_patch, [&c](auto patch, const catalogue::edit& how) {
    c.at.office.change_category(c.in->param("handle"), std::move(patch), how,
                                answering_category(c, 200));
  });
}

void delete_category(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  c.at.office.remove_category(c.in->param("handle"), *how, answering_gone(c));
}

} // namespace

void add_category_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::edit_catalogue};
  add(method::post, "/v1/admin/categories", "create_category", create_category);
  add(method::get, "/v1/admin/categories/{handle}", "read_category", read_category);
  add(method::patch, "/v1/admin/categories/{handle}", "change_category", change_category);
  add(method::del, "/v1/admin/categories/{handle}", "delete_category", delete_category);
}

} // namespace souk::http
