// API keys: made with roles, narrowed to scopes, shown once, revoked. A key never may more than
// whoever makes it.
#include "http/api/staff_routes.hpp"
#include "http/api/user_json.hpp"

#include <algorithm>

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr size_t scopes_max = 64;

bj::object json_of_key(const user::api_key& key) {
  bj::array scopes;
  for (const auto p : key.scopes)
    scopes.emplace_back(user::to_string(p));
  const auto or_null = [](std::optional<time_point> t) -> bj::value {
    return t ? bj::value(to_rfc3339(*t)) : bj::value(nullptr);
  };
  return {{"id", key.id},
          {"name", key.name},
          {"roles", json_of(key.roles)},
          {"scopes", std::move(scopes)},
          {"created_at", to_rfc3339(key.created_at)},
          {"expires_at",
           or_null(key.expires_at == never ? std::nullopt : std::optional{key.expires_at})},
          {"last_used_at", or_null(key.last_used_at)},
          {"revoked", key.revoked}};
}

std::vector<user::permission> read_scopes(object_reader& in) {
  std::vector<user::permission> out;
  if (!in.has("scopes")) {
    in.any("scopes");
    return out;
  }
  for (const auto& text : in.texts("scopes", scopes_max, {.min = 1, .max = 64})) {
    const auto known = user::parse_permission(text);
    known ? out.push_back(*known) : in.refuse("scopes", "invalid", known.error().detail);
  }
  return out;
}

void create_key(const call& c) {
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto& in = body->root();
  user::key_order wanted;
  wanted.name = in.text("name", {.min = 1, .max = user::name_bytes_max});
  wanted.roles = read_roles(in);
  wanted.scopes = read_scopes(in);
  if (const auto text = in.optional_text("expires_at", {.min = 1, .max = 40})) {
    const auto at = parse_rfc3339(*text);
    at ? wanted.expires_at = *at : (in.refuse("expires_at", "invalid", "RFC 3339 in UTC"), never);
  }
  if (const auto wrong = body->finish())
    return c.refuse(*wrong);
  for (const auto p : user::all_permissions())
    if (user::allows(wanted.roles, wanted.scopes, p) && !c.who().may(p) &&
        p != user::permission::use_account)
      return c.refuse(fail(errc::forbidden, "the caller may not " + std::string{to_string(p)}));
  c.at.people.create_api_key(std::move(wanted), c.repeat(c.meta("")),
                             answering<user::new_api_key>(c, [](const user::new_api_key& made) {
                               auto out = json_of_key(made.key);
                               out["secret"] = made.secret;
                               return response::json(201, out).with("Cache-Control", "no-store");
                             }));
}

void list_keys(const call& c) {
  c.at.people.list_api_keys(
      answering<std::vector<user::api_key>>(c, [](const std::vector<user::api_key>& all) {
        bj::array items;
        for (const auto& key : all)
          items.push_back(json_of_key(key));
        return page_of(std::move(items)).with("Cache-Control", "no-store");
      }));
}

void revoke_key(const call& c) {
  c.at.people.revoke_api_key(
      c.in->param("key"), answering<user::api_key>(c, [](const user::api_key& key) {
        return response::json(200, json_of_key(key)).with("Cache-Control", "no-store");
      }));
}

} // namespace

void add_api_key_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::manage_keys, {.body_limit = 4 << 10}};
  add(method::get, "/v1/admin/api-keys", "list_api_keys", list_keys);
  add(method::post, "/v1/admin/api-keys", "create_api_key", create_key);
  add(method::del, "/v1/admin/api-keys/{key}", "revoke_api_key", revoke_key);
}

} // namespace souk::http
