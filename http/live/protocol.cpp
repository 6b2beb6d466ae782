#include "http/live/protocol.hpp"

#include "base/ids.hpp"
#include "http/json_reader.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::live {

namespace {

namespace bj = boost::json;

constexpr size_t sku_bytes_max = 64;
constexpr size_t topic_bytes_max = 256;
constexpr size_t token_bytes_max = 256;
constexpr std::pair<std::string_view, topic_kind> kinds[] = {
    {"order:", topic_kind::order}, {"sku:", topic_kind::sku}, {"cart:", topic_kind::cart}};

bool is_printable(std::string_view text) {
  return std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

bool is_plausible(topic_kind kind, std::string_view key) {
  if (kind != topic_kind::sku)
    return is_plausible_id(key);
  return !key.empty() && key.size() <= sku_bytes_max && is_printable(key);
}

request read_request(http::object_reader& in) {
  if (in.has("ping"))
    return ping{in.integer("ping", INT64_MIN, INT64_MAX)};
  if (in.has("unsubscribe"))
    return unsubscribe{in.text("unsubscribe", {.min = 1, .max = topic_bytes_max})};
  subscribe out{in.text("subscribe", {.min = 1, .max = topic_bytes_max}), {}, {}};
  out.token = in.optional_text("token", {.max = token_bytes_max}).value_or("");
  if (const auto since = in.optional_integer("since", 0, INT64_MAX))
    out.since = static_cast<uint64_t>(*since);
  return out;
}

} // namespace

std::string topic::name() const {
  return std::string{kinds[static_cast<size_t>(kind)].first} + key;
}

result<topic> parse_topic(std::string_view name) {
  for (const auto& [prefix, kind] : kinds)
    if (name.starts_with(prefix) && is_plausible(kind, name.substr(prefix.size())))
      return topic{kind, std::string{name.substr(prefix.size())}};
  return fail(errc::not_found, "topics are order:<id>, sku:<SKU> and cart:<id>");
}

result<request> parse_request(std::string_view text) {
  auto body = http::json_body::of_text(text);
  if (!body)
    return body.error();
  auto out = read_request(body->root());
  if (auto wrong = body->finish())
    return std::move(*wrong);
  return out;
}

std::string render_state(std::string_view topic, uint64_t seq, std::string_view data) {
  std::string out = "{\"topic\":" + bj::serialize(bj::string_view{topic.data(), topic.size()});
  return out.append(",\"seq\":")
      .append(std::to_string(seq))
      .append(",\"data\":")
      .append(data)
      .append("}");
}

std::string render_current(std::string_view topic, uint64_t seq) {
  return bj::serialize(bj::object{{"topic", topic}, {"seq", seq}, {"current", true}});
}

std::string render_error(std::string_view topic, const failure& why) {
  std::string detail = why.detail;
  for (const auto& p : why.problems)
    detail += (detail.empty() ? "" : "; ") + p.field + " " + p.code;
  bj::object out;
  if (!topic.empty())
    out["topic"] = topic;
  out["error"] = {{"code", to_string(why.code)}, {"detail", detail}};
  return bj::serialize(out);
}

std::string render_pong(int64_t number) { return bj::serialize(bj::object{{"pong", number}}); }

} // namespace souk::live
