#include "actors/user/api_keys.hpp"

#include "actors/user/store.hpp"
#include "base/crypto.hpp"

namespace souk::user {

namespace sql = persistence::sql;

namespace {

constexpr std::string_view secret_prefix = "souk_"; // secret scanners can find a leaked one by it

std::string derive_secret(const std::string& node_secret, const std::string& id) {
  return std::string{secret_prefix} + derive_capability(node_secret, "api_key/" + id);
}

} // namespace

std::optional<api_key> service::key_cache::find(const std::string& hash,
                                                std::chrono::nanoseconds now) {
  std::lock_guard lock{guard_};
  const auto found = entries_.find(hash);
  if (found == entries_.end() || now - found->second.at >= api_key_age_max)
    return std::nullopt;
  return found->second.key;
}

void service::key_cache::put(const std::string& hash, api_key key, std::chrono::nanoseconds now) {
  std::lock_guard lock{guard_};
  if (entries_.size() >= api_keys_cached_max)
    std::erase_if(entries_, [now](const auto& e) { return now - e.second.at >= api_key_age_max; });
  if (entries_.size() < api_keys_cached_max)
    entries_.insert_or_assign(hash, entry{std::move(key), now});
}

void service::key_cache::clear() {
  std::lock_guard lock{guard_};
  entries_.clear();
}

result<new_api_key> make_api_key(sql::connection& c, const std::string& node_secret,
                                 const key_order& wanted, const std::optional<idempotency>& repeat,
                                 time_point now, entropy& random) {
  const auto& [name, roles, scopes, expires_at] = wanted;
  if (name.empty() || name.size() > name_bytes_max || name.find('\0') != std::string::npos)
    return fail_field("/name", "out_of_range", "1 to 200 bytes");
  if (roles.empty())
    return fail_field("/roles", "required", "at least one role");
  for (auto scope : scopes)
    if (!allows(roles, scope))
      return fail_field("/scopes", "invalid",
                        std::string{to_string(scope)} + " is not granted by these roles");
  if (expires_at <= now)
    return fail_field("/expires_at", "out_of_range", "must lie ahead");
  auto id = run_once(c, repeat, [&]() -> result<std::string> {
    const api_key key{.id = make_uuid7(now, random),
                      .name = name,
                      .roles = roles,
                      .created_at = now,
                      .revoked = false,
                      .scopes = scopes,
                      .expires_at = expires_at};
    if (auto done = insert_api_key(c, key, sha256(derive_secret(node_secret, key.id))); !done)
      return done.error();
    return key.id;
  });
  if (!id)
    return id.error();
  auto key = find_api_key_by_id(c, *id);
  if (!key)
    return key.error();
  return new_api_key{std::move(*key), derive_secret(node_secret, *id)};
}

void service::create_api_key(key_order wanted, std::optional<idempotency> repeat,
                             callback<new_api_key> done) {
  pool_.ask(
      [this, wanted = std::move(wanted), repeat](sql::connection& c) {
        return make_api_key(c, options_.secret, wanted, repeat, clock_.now(), random_);
      },
      std::move(done));
}

void service::list_api_keys(callback<std::vector<api_key>> done) {
  pool_.ask([](sql::connection& c) { return load_api_keys(c); }, std::move(done));
}

void service::revoke_api_key(std::string id, callback<api_key> done) {
  auto work = [this, id = std::move(id)](sql::connection& c) -> result<api_key> {
    if (auto revoked = user::revoke_api_key(c, id); !revoked)
      return revoked.error();
    keys_->clear();
    return find_api_key_by_id(c, id);
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::check_api_key(std::string secret, callback<api_key> done) {
  if (!secret.starts_with(secret_prefix) || !is_plausible_id(secret.substr(secret_prefix.size())))
    return done(fail(errc::unauthenticated, "unknown or revoked API key"));
  auto hash = sha256(secret);
  // The time before the question: an answer is never believed for longer than it is old.
  const auto asked = clock_.monotonic();
  if (auto known = keys_->find(hash, asked))
    return done(std::move(*known));
  auto work = [this, hash = std::move(hash), asked](sql::connection& c) -> result<api_key> {
    const auto now = clock_.now();
    auto key = find_api_key(c, hash, now);
    if (!key)
      return key;
    if (!key->last_used_at || now - *key->last_used_at >= key_use_age)
      if (auto noted = note_key_use(c, key->id, now); !noted)
        return noted.error();
    keys_->put(hash, *key, asked);
    return key;
  };
  pool_.ask(std::move(work), std::move(done));
}

} // namespace souk::user
