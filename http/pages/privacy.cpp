// What is kept about a person, to take along; and the end of an account.
#include "http/api/privacy.hpp"

#include "http/pages/account.hpp"
#include "http/pages/sealed.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr const char* page = "/account/privacy";

void show_privacy(const visit_ptr& v) {
  with_account(v, [v](const user::account& me) {
    orders_under_way(v->c, [v, me](result<std::vector<order::order_row>> waiting) {
      if (!waiting)
        return v->refuse(waiting.error());
      bj::array orders;
      for (const auto& row : *waiting)
        orders.push_back(
            bj::object{{"id", row.id}, {"number", row.number}, {"status", row.status}});
      show_section(v, me, "privacy",
                   {{"orders", std::move(orders)},
                    {"erase_proof", {{"what", "erase"}, {"code_too", me.second_factor}}}});
    });
  });
}

void say_goodbye(const visit_ptr& v) {
  for (const auto name : {session_cookie, cart_cookie, checkout_cookie, visitor_cookie})
    v->drop_cookie(name);
  v->go("/account/goodbye");
}

void erase(const visit_ptr& v, bool despite_orders) {
  with_proof(v, page, [v, despite_orders](const user::account&) {
    erase_caller(v->c, despite_orders, [v](result<bool> r) {
      r ? say_goodbye(v) : go_back(v, page, r.error(), "orders_waiting");
    });
  });
}

/// Orders are asked about first: a code is good once.
void begin_erasing(const visit_ptr& v) {
  if (!v->field("despite_orders").empty())
    return erase(v, true);
  orders_under_way(v->c, [v](result<std::vector<order::order_row>> waiting) {
    if (!waiting)
      return v->refuse(waiting.error());
    waiting->empty() ? erase(v, false) : v->go(noted(page, "orders_waiting"));
  });
}

void show_goodbye(const visit_ptr& v) {
  v->signed_in() ? v->go("/account")
                 : v->show("goodbye.html", {.title = v->say("goodbye.title")}, {});
}

} // namespace

void add_privacy_pages(router& to, shop& at) {
  constexpr bool personal = true;
  constexpr auto strict = form_guard::strict;
  add_page(to, at, page, for_members(show_privacy), personal);
  add_page(to, at, "/account/goodbye", show_goodbye);
  add_form(to, at, "/account/privacy/data",
           for_members([](const visit_ptr& v) { export_me(v->c); }), strict, "confirmations",
           export_deadline);
  add_form(to, at, "/account/privacy/erase", for_members(begin_erasing), strict, "login");
}

} // namespace souk::http
