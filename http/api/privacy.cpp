#include "http/api/privacy.hpp"

#include "base/crypto.hpp"
#include "http/api/gather.hpp"
#include "http/api/order_json.hpp"
#include "http/api/user_json.hpp"

#include <algorithm>

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t orders_at_once = 100;

using page_of_orders = std::function<void(const order::order_page&, std::function<void()> next)>;

/// Shows `each` all orders of the caller, newest first, then calls `done`.
void for_each_page(const call& c, const std::string& cursor, const page_of_orders& each,
                   const callback<bool>& done) {
  c.at.history.of_user(c.who().user_id, orders_at_once, cursor,
                       [=](result<order::order_page> page) {
                         if (!page)
                           return done(page.error());
                         each(*page, [=, next = page->next_cursor] {
                           next.empty() ? done(true) : for_each_page(c, next, each, done);
                         });
                       });
}

/// What is being put together for one request.
struct dossier {
  bj::object out;
  bj::array orders;
  std::string seal_key; ///< empty: nothing was ever sealed for this person
};
using dossier_ptr = std::shared_ptr<dossier>;

bj::object with_contact(const order::order_view& view, const std::string& seal_key) {
  auto out = json_of(view, "");
  out["contact"] = nullptr;
  const auto contact = unseal(view.placed.contact, seal_key);
  boost::system::error_code not_json;
  if (contact)
    if (auto read = bj::parse(*contact, not_json); !not_json)
      out["contact"] = std::move(read);
  return out;
}

void add_orders(const call& c, const dossier_ptr& all, const order::order_page& page,
                std::function<void()> next) {
  const gather<order::order_view> views{
      page.items.size(), [=](result<std::vector<order::order_view>> found) {
        if (!found)
          return c.refuse(found.error());
        for (const auto& view : *found)
          all->orders.push_back(with_contact(view, all->seal_key));
        next();
      }};
  for (size_t i = 0; i < page.items.size(); ++i)
    c.at.orders.get({.user_id = c.who().user_id, .access_token = {}, .staff = false},
                    page.items[i].id, c.meta(page.items[i].id), views.part(i));
}

/// The tables that have a name of their own in the export; the rest stands under "records".
void add_records(bj::object& out, const std::string& tables) {
  auto records = bj::parse(tables).as_object();
  const auto move = [&](std::string_view table, std::string_view name) {
    auto* rows = records.if_contains(table);
    out[name] = rows ? std::move(*rows) : bj::array{};
    records.erase(table);
  };
  move("address", "addresses");
  move("user_session", "sessions");
  out["records"] = std::move(records);
}

void export_orders(const call& c, const dossier_ptr& all) {
  for_each_page(
      c, "",
      [c, all](const order::order_page& page, std::function<void()> next) {
        add_orders(c, all, page, std::move(next));
      },
      [c, all](result<bool> shown) {
        if (!shown)
          return c.refuse(shown.error());
        all->out["orders"] = std::move(all->orders);
        c.done(response::json(200, all->out)
                   .with("Cache-Control", "no-store")
                   .with("Content-Disposition", "attachment; filename=\"souk-export.json\""));
      });
}

/// Somebody still needs to know where these go.
bool is_under_way(std::string_view status) {
  constexpr std::array settled{"shipped", "delivered", "cancelled", "rejected", "refunded"};
  return std::ranges::find(settled, status) == settled.end();
}

failure still_under_way(const std::vector<order::order_row>& waiting) {
  auto why = fail(errc::conflict, "orders are under way; despite_orders gives them up");
  for (const auto& row : waiting)
    why.problems.push_back({"order_under_way", row.id, row.number + " is " + row.status, {}});
  return why;
}

void erase_me(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  auto password = read_password(in);
  auto code = read_code(in);
  const bool despite = in.optional_boolean("despite_orders").value_or(false);
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  with_proof(c, std::move(password), std::move(code), [c, despite](const user::account&) {
    erase_caller(c, despite, answering<bool>(c, [c](bool) { return without_session(c.at); }));
  });
}

} // namespace

void export_me(const call& c) {
  const auto& id = c.who().user_id;
  auto all = std::make_shared<dossier>();
  all->out["exported_at"] = to_rfc3339(c.at.time.now());
  c.at.people.find(id, [c, all](result<user::account> who) {
    if (!who)
      return c.refuse(who.error());
    all->out["account"] = json_of(*who);
    c.at.people.rows_of(who->id, [c, all](result<std::string> tables) {
      if (!tables)
        return c.refuse(tables.error());
      add_records(all->out, *tables);
      c.at.people.find_seal_key(c.who().user_id, [c, all](result<std::string> key) {
        if (!key && key.error().code != errc::not_found)
          return c.refuse(key.error());
        all->seal_key = key ? *key : "";
        export_orders(c, all);
      });
    });
  });
}

void orders_under_way(const call& c, callback<std::vector<order::order_row>> done) {
  auto waiting = std::make_shared<std::vector<order::order_row>>();
  for_each_page(
      c, "",
      [waiting](const order::order_page& page, const std::function<void()>& next) {
        std::ranges::copy_if(page.items, std::back_inserter(*waiting),
                             [](const auto& row) { return is_under_way(row.status); });
        next();
      },
      [waiting, done = std::move(done)](result<bool> all) {
        all ? done(std::move(*waiting)) : done(all.error());
      });
}

void erase_caller(const call& c, bool despite_orders, callback<bool> done) {
  if (despite_orders)
    return c.at.sessions.end_others(c.who().user_id, "", true, [c, done](result<int64_t> ended) {
      ended ? c.at.people.erase(c.who().user_id, done) : done(ended.error());
    });
  orders_under_way(c, [c, done](result<std::vector<order::order_row>> waiting) {
    if (!waiting)
      return done(waiting.error());
    waiting->empty() ? erase_caller(c, true, done) : done(still_under_way(*waiting));
  });
}

void add_privacy_routes(router& to, shop& at) {
  to.add(method::get, "/v1/me/export", "export_me", for_users(at, export_me),
         {.body_limit = 0,
          .who = access::user,
          .limit = "confirmations",
          .deadline = export_deadline});
  to.add(method::del, "/v1/me", "erase_me", for_users(at, erase_me),
         {.body_limit = 4 << 10, .who = access::user, .limit = "login"});
}

} // namespace souk::http
