// Headers, traces, limits, and the edge around them, without a socket.
#include "http/edge.hpp"
#include "http/form.hpp"
#include "http/headers.hpp"
#include "http/trace.hpp"

#include <gmock/gmock.h>

namespace souk::http {
namespace {

class counting_entropy : public entropy {
public:
  void fill(std::span<unsigned char> out) override {
    for (auto& byte : out)
      byte = ++next_;
  }

private:
  unsigned char next_ = 0;
};

class still_clock : public souk::clock {
public:
  time_point now() const override { return {}; }
  std::chrono::nanoseconds monotonic() const override { return std::chrono::seconds{1000}; }
};

request with(std::vector<header> headers, method verb = method::post) {
  request out;
  out.verb = verb;
  out.headers = std::move(headers);
  return out;
}

constexpr const char* valid_trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(Trace, GoesOnWithTheCallersTrace) {
  counting_entropy random;
  const auto trace = continue_trace(
      with({{"traceparent", valid_trace}, {"tracestate", "a=1"}, {"tracestate", "b=2"}}), random);
  EXPECT_EQ(trace.trace_id, "0af7651916cd43dd8448eb211c80319c");
  EXPECT_EQ(trace.parent_id, "b7ad6b7169203331");
  EXPECT_NE(trace.span_id, trace.parent_id);
  EXPECT_EQ(trace.state, "a=1,b=2");
  EXPECT_TRUE(trace.sampled);
  EXPECT_EQ(trace.to_traceparent(), "00-" + trace.trace_id + "-" + trace.span_id + "-01");
}

TEST(Trace, AcceptsLaterVersionsThatAddFields) {
  counting_entropy random;
  const auto later = "cc" + std::string{valid_trace}.substr(2);
  EXPECT_FALSE(continue_trace(with({{"traceparent", later}}), random).parent_id.empty());
  EXPECT_FALSE(continue_trace(with({{"traceparent", later + "-what"}}), random).parent_id.empty());
  EXPECT_TRUE(continue_trace(with({{"traceparent", later + "x"}}), random).parent_id.empty());
}

TEST(Trace, BeginsANewOneForAnythingElse) {
  counting_entropy random;
  const std::string good = valid_trace;
  for (const auto& bad : std::vector<std::string>{
           std::string{}, good.substr(1), std::string{good + "-x"}, "ff" + good.substr(2),
           "0G" + good.substr(2), "00-00000000000000000000000000000000-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
           "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x", "00_" + good.substr(3)}) {
    const auto trace = continue_trace(with({{"traceparent", bad}, {"tracestate", "a=1"}}), random);
    EXPECT_EQ(trace.parent_id, "") << bad;
    EXPECT_EQ(trace.state, "") << bad;
    EXPECT_EQ(trace.trace_id.size(), 32u);
  }
  EXPECT_EQ(continue_trace(with({{"traceparent", good}, {"traceparent", good}}), random).parent_id,
            "");
}

TEST(Headers, TakesIdempotencyKeysBareAndQuoted) {
  const auto key = [](std::string text) {
    return read_idempotency_key(with({{"Idempotency-Key", std::move(text)}}));
  };
  EXPECT_EQ(*read_idempotency_key(with({})), "");
  EXPECT_EQ(*key("8e03978e-40d5"), "8e03978e-40d5");
  EXPECT_EQ(*key(R"("a \"b\" \\c")"), R"(a "b" \c)");
  EXPECT_TRUE(key(std::string(255, 'k')));
  for (const std::string& bad :
       std::vector<std::string>{"", "\"\"", "a b", "\"open", "\"a\"b", "a,b", "\"a\\n\"", "\x80"})
    EXPECT_FALSE(key(bad)) << bad;
  EXPECT_FALSE(key(std::string(256, 'k')));
  EXPECT_FALSE(read_idempotency_key(with({{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}})));
}

TEST(Headers, ReadsCookiesAndTokens) {
  const auto in = with({{"Cookie", "a=1; souk=x=y;b=2"}, {"Authorization", "bearer  tok "}});
  EXPECT_EQ(cookie(in, "souk"), "x=y");
  EXPECT_EQ(cookie(in, "b"), "2");
  EXPECT_EQ(cookie(in, "so"), "");
  EXPECT_EQ(bearer_token(in), "tok");
  EXPECT_EQ(bearer_token(with({{"Authorization", "Basic x"}})), "");
}

TEST(Headers, LetsNoOtherSiteWriteWithACookie) {
  const header ours{"Cookie", "s=1"}, host{"Host", "shop.example"};
  EXPECT_TRUE(is_same_origin(with({ours, host}, method::get), ""));
  EXPECT_TRUE(is_same_origin(with({ours, host, {"Origin", "https://shop.example"}}), ""));
  EXPECT_TRUE(is_same_origin(with({ours, {"Origin", "https://public"}}), "https://public"));
  EXPECT_TRUE(is_same_origin(with({host}), ""));
  EXPECT_TRUE(is_same_origin(with({ours, host, {"Authorization", "Bearer k"}}), ""));
  EXPECT_FALSE(is_same_origin(with({ours, host}), ""));
  EXPECT_FALSE(is_same_origin(with({ours, host, {"Origin", "https://evil.example"}}), ""));
  EXPECT_FALSE(is_same_origin(with({ours, host, {"Origin", "null"}}), ""));
}

TEST(Headers, TellBrowsersFromPrograms) {
  const auto asks = [](const char* accept) { return prefers_html(with({{"accept", accept}})); };
  EXPECT_TRUE(asks("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
  EXPECT_TRUE(asks("application/json;q=0.5, Text/HTML;q=0.85"));
  EXPECT_FALSE(asks("application/json, text/html;q=0.9"));
  EXPECT_FALSE(asks("application/problem+json;q=1, text/html"));
  EXPECT_FALSE(asks("text/html;q=0"));
  EXPECT_FALSE(asks("*/*"));
  EXPECT_FALSE(prefers_html(with({})));
}

TEST(Headers, ComparesVersions) {
  EXPECT_EQ(**read_if_match(with({{"If-Match", "\"17\""}})), 17u);
  EXPECT_FALSE(read_if_match(with({}))->has_value());
  for (const auto* bad :
       {"17", "W/\"17\"", "\"x\"", "\"\"", "\"1\", \"2\"", "\"99999999999999999999\""})
    EXPECT_FALSE(read_if_match(with({{"If-Match", bad}}))) << bad;
  const auto in = with({{"If-None-Match", "\"1\", W/\"2\""}}, method::get);
  EXPECT_EQ(with_etag(in, "\"2\"", response::text(200, "x")).status, 304);
  EXPECT_EQ(with_etag(in, "\"2\"", response::text(200, "x")).content(), "");
  EXPECT_EQ(with_etag(in, "\"3\"", response::text(200, "x")).status, 200);
}

TEST(RateLimiter, LetsABurstThroughAndThenTheRate) {
  rate_limiter limits{{{"p", {.quota = 3, .window = std::chrono::seconds{30}}}}, 1000};
  std::chrono::nanoseconds now = std::chrono::hours{1};
  for (int left = 2; left >= 0; --left) {
    const auto one = limits.take("p", "a", now);
    EXPECT_TRUE(one.allowed);
    EXPECT_EQ(one.remaining, left);
  }
  const auto refused = limits.take("p", "a", now);
  EXPECT_FALSE(refused.allowed);
  EXPECT_EQ(refused.reset, std::chrono::seconds{10});
  EXPECT_TRUE(limits.take("p", "b", now).allowed);
  EXPECT_FALSE(limits.take("p", "a", now + std::chrono::seconds{9}).allowed);
  EXPECT_TRUE(limits.take("p", "a", now + std::chrono::seconds{10}).allowed);
}

TEST(RateLimiter, StaysBoundedUnderAFloodOfClients) {
  rate_limiter limits{{{"p", {.quota = 1, .window = std::chrono::seconds{60}}}}, 64};
  for (int i = 0; i < 10'000; ++i)
    EXPECT_TRUE(limits.take("p", std::to_string(i), std::chrono::seconds{1}).allowed);
}

TEST(Edge, AsksTheAuthoriserBeforeAProtectedRoute) {
  still_clock time;
  counting_entropy random;
  router routes;
  routes.add(method::get, "/mine", "",
             [](request_ptr in, responder done) { done(response::text(200, in->caller)); },
             {.who = access::user});
  edge_options options;
  options.authorise = [](request_ptr in, access who, auto done) {
    EXPECT_EQ(who, access::user);
    if (bearer_token(*in) != "right")
      return done(fail(errc::unauthenticated));
    in->caller = "user/7";
    done(std::nullopt);
  };
  edge door{std::move(routes), options, time, random};
  const auto ask = [&](std::vector<header> headers) {
    auto in = std::make_shared<request>(with(std::move(headers), method::get));
    in->target = "/mine?x=1&y=a%20b+c";
    response got;
    door.serve(in, [&](response out) { got = std::move(out); });
    EXPECT_EQ(in->query_value("y"), "a b c");
    return got;
  };
  EXPECT_EQ(ask({}).status, 401);
  EXPECT_EQ(ask({{"Authorization", "Bearer right"}}).content(), "user/7");
}

TEST(Edge, ShowsBrowsersAPageOutsideTheApi) {
  still_clock time;
  counting_entropy random;
  const auto page = [](const request&, const response& problem) {
    return response::text(problem.status, "<p>sorry", "text/html");
  };
  edge at{router{}, {.page_of = page}, time, random};
  const auto refused = [&](const char* target, const char* accept) {
    auto in = std::make_shared<request>(with({{"accept", accept}}, method::get));
    in->target = target;
    response out;
    at.serve(in, [&out](response answer) { out = std::move(answer); });
    EXPECT_EQ(out.status, 404) << target;
    EXPECT_NE(out.header_value("X-Request-Id"), "");
    return out.content_type;
  };
  EXPECT_EQ(refused("/nowhere", "text/html, */*"), "text/html");
  EXPECT_EQ(refused("/nowhere", "*/*"), "application/problem+json");
  EXPECT_EQ(refused("/v1/nowhere", "text/html"), "application/problem+json");
}

TEST(Form, HoldsTextAlone) {
  EXPECT_TRUE(parse_form("name=J%C3%BCrgen&note=%F0%9F%98%80"));
  EXPECT_EQ(parse_form("%C3=1").error().code, errc::malformed);
  for (const auto* broken : {"name=%FF", "name=%ED%A0%80", "name=%C0%AF", "name=a%00b"})
    EXPECT_EQ(parse_form(broken).error().problems.at(0).field, "/name") << broken;
}

} // namespace
} // namespace souk::http
