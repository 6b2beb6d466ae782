#include "http/pages/account.hpp"

#include "http/api/order_json.hpp"
#include "http/pages/checkout_form.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t orders_shown = 20;
constexpr size_t cursor_max = 1024;

/// Nothing where the address may be kept.
bool is_whole(const user::address& a) { return user::check_address(a).empty(); }

bj::array orders_json(const order::order_page& page) {
  bj::array out;
  for (const auto& row : page.items)
    out.push_back(bj::object{{"id", row.id},
                             {"number", row.number},
                             {"status", row.status},
                             {"total", json_of(row.total)},
                             {"created_at", to_rfc3339(row.created_at)}});
  return out;
}

void show_account(const visit_ptr& v, const user::account& me,
                  const std::vector<user::address>& saved, const order::order_page& orders) {
  bj::array addresses;
  for (const auto& a : saved) {
    addresses.push_back(json_of(
        checkout::address{a.name, a.line1, a.line2, a.city, a.postal_code, a.country}, v->locale));
    addresses.back().get_object()["id"] = a.id;
  }
  bj::object model{{"name", me.name},
                   {"email", me.email},
                   {"unconfirmed", !me.email_confirmed},
                   {"orders", orders_json(orders)},
                   {"addresses", std::move(addresses)},
                   {"countries", countries_of(v->market, v->locale)},
                   {"note", note_of(*v)}};
  if (!orders.next_cursor.empty())
    model["next_url"] = "/account?cursor=" + orders.next_cursor;
  v->show("account.html", {.title = v->say("account.title")}, std::move(model));
}

void begin_account(const visit_ptr& v) {
  v->c.at.people.find(v->user(), [v](result<user::account> me) {
    if (!me)
      return v->refuse(me.error());
    v->c.at.people.addresses(v->user(), [v, me = *me](result<std::vector<user::address>> saved) {
      if (!saved)
        return v->refuse(saved.error());
      auto cursor = read_query(*v->c.in, "cursor", cursor_max);
      v->c.at.history.of_user(v->user(), orders_shown, cursor ? *cursor : "",
                              [v, me, saved = *saved](result<order::order_page> orders) {
                                orders ? show_account(v, me, saved, *orders)
                                       : v->refuse(orders.error());
                              });
    });
  });
}

callback<std::vector<user::address>> back_to_account(const visit_ptr& v) {
  return [v](result<std::vector<user::address>> r) {
    if (!r && is_transient(r.error().code))
      return v->refuse(r.error());
    v->go(r ? "/account#addresses" : "/account?note=address_refused#addresses");
  };
}

void add_address(const visit_ptr& v) {
  user::address a{.name = v->field("name"),
                  .line1 = v->field("line1"),
                  .line2 = v->field("line2"),
                  .city = v->field("city"),
                  .postal_code = v->field("postal_code"),
                  .country = v->field("country")};
  if (!is_whole(a))
    return v->go("/account?note=address_refused#addresses");
  const auto how = v->meta(v->user());
  v->c.at.people.put_address(v->user(), std::move(a), v->c.repeat(how), back_to_account(v));
}

void remove_address(const visit_ptr& v) {
  const auto& id = v->c.in->param("address");
  if (!is_plausible_id(id))
    return v->go("/account#addresses");
  v->c.at.people.remove_address(v->user(), id, back_to_account(v));
}

} // namespace

page_handler for_members(page_handler handle) {
  return [handle = std::move(handle)](const visit_ptr& v) {
    v->signed_in() ? handle(v) : v->go("/account/login?next=/account");
  };
}

bj::value note_of(const visit& v) {
  const auto name = v.c.in->query_value("note");
  if (!name)
    return nullptr;
  const auto said = find_text(v.locale, "note." + std::string{*name});
  if (!said)
    return nullptr;
  return bj::object{{"text", *said}, {"good", name->ends_with("_done")}};
}

void add_account_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(to, at, "/account", for_members(begin_account), personal);
  add_form(to, at, "/account/addresses", for_members(add_address));
  add_form(to, at, "/account/addresses/{address}/remove", for_members(remove_address));
  add_sign_in_pages(to, at);
  add_recovery_pages(to, at);
}

} // namespace souk::http
