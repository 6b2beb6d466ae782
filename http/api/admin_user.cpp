// People for the staff: finding them, their roles, blocking and erasing them. Nobody gives or takes
// away rights that they do not have themselves.
#include "http/api/staff_routes.hpp"
#include "http/api/user_json.hpp"

#include <algorithm>

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t email_bytes_max = 254;

bj::object json_for_staff(const user::account& account) {
  auto out = json_of(account);
  out["status"] = account.status == user::account_status::active ? "active" : "blocked";
  return out;
}

callback<user::account> as_account(const call& c) {
  return answering<user::account>(c, [](const user::account& account) {
    return response::json(200, json_for_staff(account)).with("Cache-Control", "no-store");
  });
}

bool may_all_of(const identity& who, const std::vector<user::role>& roles) {
  return std::ranges::all_of(user::all_permissions(), [&](user::permission p) {
    return p == user::permission::use_account || !user::allows(roles, p) || who.may(p);
  });
}

/// Runs `then` with the account of the path when the caller may touch it.
void with_account(const call& c, std::function<void(const user::account&)> then) {
  c.at.people.find(c.in->param("id"), [c, then = std::move(then)](result<user::account> found) {
    if (!found)
      return c.refuse(found.error());
    if (found->id == c.who().user_id)
      return c.refuse(fail(errc::conflict, "nobody changes their own account here"));
    if (!may_all_of(c.who(), found->roles))
      return c.refuse(fail(errc::forbidden, "this user may do more than the caller"));
    then(*found);
  });
}

void list_users(const call& c) {
  auto page = read_page(*c.in);
  if (!page)
    return c.refuse(page.error());
  auto email = read_query(*c.in, "email", email_bytes_max);
  if (!email)
    return c.refuse(email.error());
  std::ranges::transform(*email, email->begin(), [](unsigned char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a')
                                          : static_cast<char>(letter);
  });
  c.at.people.search(
      std::move(*email), page->limit, std::move(page->cursor),
      answering<user::account_page>(c, [](const user::account_page& found) {
        bj::array items;
        for (const auto& account : found.items)
          items.push_back(json_for_staff(account));
        return page_of(std::move(items), found.next_cursor).with("Cache-Control", "no-store");
      }));
}

void read_user(const call& c) { c.at.people.find(c.in->param("id"), as_account(c)); }

void set_access(const call& c, const std::string& id, const user::access_change& to) {
  c.at.people.set_access(id, to, [c, id](result<user::account> changed) {
    if (!changed)
      return c.refuse(changed.error());
    // Sessions carry roles: whatever changed, they begin anew.
    c.at.sessions.end_others(id, "", false, [c, account = *changed](result<int64_t> ended) {
      ended ? as_account(c)(account) : c.refuse(ended.error());
    });
  });
}

void change_user(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  user::access_change to;
  if (in.has("roles"))
    to.roles = read_roles(in);
  else
    in.any("roles");
  if (const auto text = in.optional_text("status", {.min = 1, .max = 16})) {
    to.status = *text == "active" ? user::account_status::active : user::account_status::blocked;
    if (*text != "active" && *text != "blocked")
      in.refuse("status", "invalid", "active or blocked");
  }
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  with_account(c, [c, to](const user::account& before) {
    if (to.roles && !may_all_of(c.who(), *to.roles))
      return c.refuse(fail(errc::forbidden, "these roles may do more than the caller"));
    set_access(c, before.id, to);
  });
}

void erase_user(const call& c) {
  with_account(c, [c](const user::account& who) {
    c.at.sessions.end_others(who.id, "", true, [c, id = who.id](result<int64_t> ended) {
      if (!ended)
        return c.refuse(ended.error());
      c.at.people.erase(id, answering<bool>(c, [](bool) { return response::empty(); }));
    });
  });
}

void list_roles(const call& c) {
  bj::array items;
  for (const auto role : user::all_roles) {
    bj::array may;
    for (const auto p : user::all_permissions())
      if (user::allows(role, p))
        may.emplace_back(user::to_string(p));
    items.push_back(bj::object{{"role", user::to_string(role)}, {"permissions", std::move(may)}});
  }
  c.done(page_of(std::move(items)));
}

} // namespace

void add_admin_user_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::manage_users, {.body_limit = 4 << 10}};
  add(method::get, "/v1/admin/users", "list_users", list_users);
  add(method::get, "/v1/admin/users/{id}", "read_user", read_user);
  add(method::patch, "/v1/admin/users/{id}", "change_user", change_user);
  add(method::del, "/v1/admin/users/{id}", "erase_user", erase_user);
  add(method::get, "/v1/admin/roles", "list_roles", list_roles);
}

} // namespace souk::http
