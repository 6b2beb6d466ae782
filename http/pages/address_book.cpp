// The addresses of an account: a list, and one form to add and to change them.
#include "actors/user/address_rules.hpp"
#include "http/pages/account.hpp"
#include "http/pages/checkout_form.hpp"
#include "http/pages/markets.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* book = "/account/addresses";
using addresses = std::vector<user::address>;

bj::object shown(const user::address& a, std::string_view locale) {
  auto out = json_of(as_destination(a), locale);
  out["id"] = a.id;
  return out;
}

/// The countries of the shop with this one chosen, be it one of them or not.
bj::array countries_for(const visit& v, const std::string& country) {
  auto all = countries_of(v.market, v.locale);
  if (country.empty())
    return all;
  bool offered = false;
  for (auto& one : all) {
    const bool same = one.at("code").as_string() == country;
    one.get_object()["chosen"] = same;
    offered = offered || same;
  }
  if (!offered)
    all.push_back(bj::object{{"code", country}, {"name", country}, {"chosen", true}});
  return all;
}

/// The form with this address in it, and what is wrong with it.
bj::object form_of(const visit& v, const user::address& a) {
  auto out = shown(a, v.locale);
  out["countries"] = countries_for(v, a.country);
  out["action"] = a.id.empty() ? book : std::string{book} + "/" + a.id;
  return out;
}

void show_book(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) {
    v->c.at.people.addresses(me.id, [v, me](result<addresses> saved) {
      if (!saved)
        return v->refuse(saved.error());
      bj::array all;
      for (const auto& a : *saved)
        all.push_back(shown(a, v->locale));
      show_section(v, me, "addresses",
                   {{"addresses", std::move(all)}, {"form", form_of(*v, {.name = me.name})}});
    });
  });
}

/// Runs `then` with the address that the path names.
void with_address(const visit_ptr& v,
                  std::function<void(const user::account&, const user::address&)> then) {
  with_account(v, [v, then = std::move(then)](const user::account& me) {
    v->c.at.people.addresses(me.id, [v, me, then](result<addresses> saved) {
      if (!saved)
        return v->refuse(saved.error());
      const auto found = std::ranges::find(*saved, v->c.in->param("address"), &user::address::id);
      found == saved->end() ? v->refuse(fail(errc::not_found, "no such address"))
                            : then(me, *found);
    });
  });
}

void show_address(const visit_ptr& v) {
  with_address(v, [v](const user::account& me, const user::address& a) {
    show_section(v, me, "address", {{"form", form_of(*v, a)}});
  });
}

user::address posted_address(const visit& v) {
  const auto country = v.field("country");
  return {.id = {},
          .name = v.field("name"),
          .line1 = v.field("line1"),
          .line2 = v.field("line2"),
          .city = v.field("city"),
          .postal_code = v.field("postal_code"),
          .country = country,
          .state = user::has_states(country) ? v.field("state") : std::string{}};
}

/// The form again as it was filled in, with what is wrong beside the fields.
void show_wrong(const visit_ptr& v, const user::account& me, const user::address& a,
                const std::vector<problem>& wrong) {
  auto form = form_of(*v, a);
  for (const auto& p : wrong) {
    const auto name = p.field.substr(1);
    const auto* why = v->field(name).empty()  ? "field.required"
                      : name == "postal_code" ? "field.bad_postal_code"
                      : name == "state"       ? "field.bad_state"
                                              : "field.bad_value";
    form[name + "_wrong"] = say_wrong(*v, why, a.country);
  }
  show_section(v, me, "address", {{"form", std::move(form)}}, 422);
}

void save(const visit_ptr& v, const user::account& me, const user::address& a) {
  if (const auto wrong = user::check_address(a); !wrong.empty())
    return show_wrong(v, me, a, wrong);
  v->c.at.people.put_address(me.id, a, v->c.repeat(v->meta(me.id)),
                             noting<addresses>(v, book, "address_done", "addresses_full"));
}

void add_address(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) { save(v, me, posted_address(*v)); });
}

void change_address(const visit_ptr& v) {
  with_address(v, [v](const user::account& me, const user::address& before) {
    auto a = posted_address(*v);
    a.id = before.id;
    save(v, me, a);
  });
}

void remove_address(const visit_ptr& v) {
  const auto& id = v->c.in->param("address");
  if (!is_plausible_id(id))
    return v->go(book);
  v->c.at.people.remove_address(v->user(), id, [v](result<addresses> r) {
    // One that is gone already was removed by a first press.
    r || r.error().code == errc::not_found ? v->go(book) : v->refuse(r.error());
  });
}

} // namespace

void add_address_pages(router& to, shop& at) {
  constexpr bool personal = true;
  add_page(to, at, book, for_members(show_book), personal);
  add_page(to, at, "/account/addresses/{address}", for_members(show_address), personal);
  add_form(to, at, book, for_members(add_address));
  add_form(to, at, "/account/addresses/{address}", for_members(change_address));
  add_form(to, at, "/account/addresses/{address}/remove", for_members(remove_address));
}

} // namespace souk::http
