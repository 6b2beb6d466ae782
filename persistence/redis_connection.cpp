#include "persistence/redis_connection.hpp"

#include <boost/url/parse.hpp>
#include <hiredis.h>

#include <algorithm>
#include <sys/time.h>

namespace souk::persistence {

namespace {

timeval to_timeval(std::chrono::milliseconds t) {
  return {static_cast<time_t>(t.count() / 1000), static_cast<suseconds_t>(t.count() % 1000 * 1000)};
}

redis_reply to_reply(const redisReply& r) {
  switch (r.type) {
  case REDIS_REPLY_INTEGER:
    return {int64_t{r.integer}};
  case REDIS_REPLY_STRING:
  case REDIS_REPLY_STATUS:
    return {std::string{r.str, r.len}};
  case REDIS_REPLY_ARRAY: {
    std::vector<redis_reply> items;
    for (size_t i = 0; i < r.elements; ++i)
      items.push_back(to_reply(*r.element[i]));
    return {std::move(items)};
  }
  default:
    return {};
  }
}

template <class T>
const T& get_or_empty(const redis_reply& r) {
  static const T empty{};
  const auto* held = std::get_if<T>(&r.value);
  return held ? *held : empty;
}

} // namespace

int64_t redis_reply::integer() const { return get_or_empty<int64_t>(*this); }
const std::string& redis_reply::text() const { return get_or_empty<std::string>(*this); }
const std::vector<redis_reply>& redis_reply::items() const {
  return get_or_empty<std::vector<redis_reply>>(*this);
}

result<std::unique_ptr<redis_connection>> redis_connection::make(redis_options options) {
  const auto url = boost::urls::parse_uri(options.url);
  if (!url || url->scheme() != "redis" || url->host().empty())
    return fail(errc::invalid, "not a Redis URL: " + options.url);
  address where;
  where.host = url->host_address();
  where.port = url->has_port() ? url->port_number() : 6379;
  where.password = url->password();
  const std::string path = url->path();
  where.database = path.size() > 1 ? path.substr(1) : "";
  return std::unique_ptr<redis_connection>(
      new redis_connection(std::move(options), std::move(where)));
}

redis_connection::~redis_connection() { redisFree(context_); }

result<redis_reply> redis_connection::command(const std::vector<std::string_view>& words) {
  if (!context_)
    if (auto connected = connect(); !connected)
      return connected.error();
  return send(words);
}

result<void> redis_connection::connect() {
  if (std::chrono::steady_clock::now() < next_attempt_)
    return fail(errc::unavailable, "Redis is away");
  context_ = redisConnectWithTimeout(where_.host.c_str(), where_.port,
                                     to_timeval(options_.connect_timeout));
  if (!context_ || context_->err)
    return lost(context_ ? context_->errstr : "out of memory");
  redisSetTimeout(context_, to_timeval(options_.command_timeout));
  const std::pair<std::string_view, std::string_view> first[] = {{"AUTH", where_.password},
                                                                 {"SELECT", where_.database}};
  for (const auto& [word, argument] : first)
    if (!argument.empty())
      if (auto done = send({word, argument}); !done)
        return lost(done.error().detail);
  backoff_ = {};
  return {};
}

result<redis_reply> redis_connection::send(const std::vector<std::string_view>& words) {
  std::vector<const char*> texts;
  std::vector<size_t> lengths;
  for (const auto& word : words) {
    texts.push_back(word.data());
    lengths.push_back(word.size());
  }
  const std::unique_ptr<redisReply, void (*)(void*)> r{
      static_cast<redisReply*>(
          redisCommandArgv(context_, static_cast<int>(words.size()), texts.data(), lengths.data())),
      freeReplyObject};
  if (!r)
    return lost(context_->errstr);
  if (r->type == REDIS_REPLY_ERROR)
    return fail(errc::internal, std::string{r->str, r->len});
  return to_reply(*r);
}

failure redis_connection::lost(std::string why) {
  redisFree(std::exchange(context_, nullptr));
  backoff_ = std::clamp(backoff_ * 2, options_.backoff_least, options_.backoff_most);
  next_attempt_ = std::chrono::steady_clock::now() + backoff_;
  return fail(errc::unavailable, "Redis: " + why);
}

} // namespace souk::persistence
