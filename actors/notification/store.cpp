#include "actors/notification/store.hpp"

#include "actors/user/store.hpp"
#include "base/crypto.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::notification {

namespace sql = persistence::sql;
namespace json = boost::json;

namespace {

/// Random bytes drawn before from where a caller's transaction is: whoever queues has no other
/// source at hand.
class drawn_entropy final : public entropy {
public:
  explicit drawn_entropy(std::string bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<unsigned char> out) override {
    SOUK_ASSERT(out.size() <= bytes_.size() - used_, "enough was drawn");
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(used_), out.size(), out.begin());
    used_ += out.size();
  }

private:
  std::string bytes_;
  size_t used_ = 0;
};

/// 64 bytes: a fresh key and a nonce. A UUIDv4 has 122 random bits of Postgres' strong generator.
result<drawn_entropy> draw(sql::connection& c) {
  auto drawn = c.execute("select sha512(uuid_send(gen_random_uuid()) || "
                         "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || "
                         "uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))");
  if (!drawn)
    return drawn.error();
  return drawn_entropy{drawn->bytea(0, 0)};
}

std::string to_json(const message& m) {
  json::array values;
  for (const auto& v : m.values)
    values.push_back(json::array{v.name, v.text});
  return json::serialize(json::object{{"to", m.to}, {"name", m.name}, {"values", values}});
}

result<message> from_json(const std::string& text) {
  try {
    const auto content = json::parse(text);
    message m;
    m.to = content.at("to").as_string();
    m.name = content.at("name").as_string();
    for (const auto& pair : content.at("values").as_array())
      m.values.push_back(
          {std::string{pair.at(0).as_string()}, std::string{pair.at(1).as_string()}});
    return m;
  } catch (const std::exception&) {
    return fail(errc::corrupt, "the content of a message cannot be read");
  }
}

result<message> open_content(const sql::rows& r, size_t i, size_t content, size_t key) {
  if (r.is_null(i, key))
    return fail(errc::not_found, "erased");
  auto text = unseal(r.bytea(i, content), r.bytea(i, key));
  if (!text)
    return text.error();
  return from_json(*text);
}

result<bool> one_waiting(result<sql::rows> done) {
  if (!done)
    return done.error();
  return done->affected() == 1;
}

constexpr size_t error_bytes_max = 500;

/// What a server said may be long and need not be UTF-8.
std::string for_people(const std::string& why) {
  std::string out;
  for (const char c : why.substr(0, error_bytes_max))
    out += c >= ' ' && c <= '~' ? c : ' ';
  return out;
}

} // namespace

result<void> enqueue(sql::connection& c, const message& m) {
  auto random = draw(c);
  if (!random)
    return random.error();
  auto key = user::seal_key(c, m.person, *random);
  if (!key)
    return key.error();
  const auto content = seal(to_json(m), *key, *random);
  auto done =
      c.execute("insert into message (id, kind, person, locale, content) "
                "values ($1, $2, $3, $4, $5) on conflict (id) do nothing",
                {m.id, std::string{to_string(m.kind)}, m.person, m.locale, sql::bytes{content}});
  if (!done)
    return done.error();
  return {};
}

result<std::vector<due_message>> lease_due(sql::connection& c, int64_t limit,
                                           std::chrono::seconds lease) {
  auto leased = c.execute(
      "with due as (select id from message where state in ('queued', 'failed') "
      "and next_at <= now() order by next_at, id limit $1::bigint for update skip locked), "
      "taken as (update message m set attempts = m.attempts + 1, "
      "next_at = now() + $2::bigint * interval '1 second' from due where m.id = due.id returning "
      "m.*) "
      "select t.id, t.kind, t.person, t.locale, t.attempts::bigint, t.created_at, "
      "extract(epoch from now() - t.created_at)::bigint, t.content, k.key "
      "from taken t left join person_key k on k.person = t.person order by t.created_at, t.id",
      {limit, static_cast<int64_t>(lease.count())});
  if (!leased)
    return leased.error();
  std::vector<due_message> all;
  for (size_t i = 0; i < leased->size(); ++i) {
    due_message due{.id = std::string{leased->text(i, 0)},
                    .kind = std::string{leased->text(i, 1)},
                    .locale = std::string{leased->text(i, 3)},
                    .attempts = leased->integer(i, 4),
                    .created_at = leased->time(i, 5),
                    .age = std::chrono::seconds{leased->integer(i, 6)},
                    .content = open_content(*leased, i, 7, 8)};
    if (due.content) {
      due.content->id = due.id;
      due.content->person = leased->text(i, 2);
      due.content->locale = due.locale;
      due.content->kind = parse_kind(due.kind).value_or(kind::check_address);
    }
    all.push_back(std::move(due));
  }
  return all;
}

result<bool> mark_sent(sql::connection& c, const std::string& id) {
  return one_waiting(
      c.execute("update message set state = 'sent', sent_at = now(), content = null, last_error = "
                "'' where id = $1 and state in ('queued', 'failed')",
                {id}));
}

result<bool> mark_failed(sql::connection& c, const std::string& id, const std::string& why,
                         std::chrono::milliseconds again_in) {
  return one_waiting(c.execute("update message set state = 'failed', last_error = $2, "
                               "next_at = now() + $3::bigint * interval '1 millisecond' "
                               "where id = $1 and state in ('queued', 'failed')",
                               {id, for_people(why), static_cast<int64_t>(again_in.count())}));
}

result<bool> give_up(sql::connection& c, const std::string& id, const std::string& why) {
  return one_waiting(c.execute("update message set state = 'given_up', last_error = $2 "
                               "where id = $1 and state in ('queued', 'failed')",
                               {id, for_people(why)}));
}

result<queue_state> count_queue(sql::connection& c) {
  auto found = c.execute(
      "select count(*) filter (where state in ('queued', 'failed')), "
      "count(*) filter (where state = 'given_up'), "
      "coalesce(extract(epoch from now() - min(created_at) filter (where state in ('queued', "
      "'failed'))), 0)::bigint from message where state <> 'sent'");
  if (!found)
    return found.error();
  return queue_state{found->integer(0, 0), found->integer(0, 1),
                     std::chrono::seconds{found->integer(0, 2)}};
}

} // namespace souk::notification
