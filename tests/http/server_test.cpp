// The server over raw sockets: what a hostile, slow or impatient client gets.
#include "http/problem.hpp"
#include "http/server.hpp"
#include "tests/http/server_kit.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace souk::http {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using tests::raw_client;

class HttpServer : public testing::Test {
protected:
  void start(server_options options = {}, edge_options edge = {}) {
    router routes;
    routes.add(method::get, "/hello", "", [](request_ptr, responder done) {
      done(response::json_text(200, R"({"hello":"you"})"));
    });
    routes.add(method::post, "/echo/{name}", "", [](request_ptr in, responder done) {
      done(response::text(200, in->param("name") + ":" + in->body));
    });
    routes.add(method::get, "/never", "", [this](request_ptr, responder done) { kept_.set(done); },
               {.deadline = std::chrono::milliseconds{150}});
    routes.add(method::get, "/later", "", [this](request_ptr, responder done) { kept_.set(done); });
    routes.add(method::get, "/throws", "",
               [](request_ptr, responder) { throw std::runtime_error{"a bug"}; });
    routes.add(method::get, "/cut", "", [](request_ptr, responder done) { done(response::cut()); });
    routes.add(method::get, "/limited", "",
               [](request_ptr, responder done) { done(response::empty()); }, {.limit = "few"});
    edge.limits["few"] = {.quota = 2, .window = std::chrono::seconds{60}};
    server_ =
        std::make_unique<server>(options, std::move(routes), std::move(edge), clock_, entropy_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().detail;
  }
  int port() const { return server_->port(); }
  std::string get(const std::string& path) {
    return raw_client{port()}.exchange("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  tests::real_clock clock_;
  tests::seeded_entropy entropy_;
  tests::promised<responder> kept_;
  std::unique_ptr<server> server_;
};

TEST_F(HttpServer, AnswersWithSecurityHeadersAndARequestId) {
  start();
  const auto answer = get("/hello");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_THAT(answer, HasSubstr("X-Request-Id: "));
  EXPECT_THAT(answer, HasSubstr("GMT\r\n"));
  EXPECT_THAT(answer, testing::EndsWith("{\"hello\":\"you\"}"));
}

TEST_F(HttpServer, ServesSeveralRequestsOnOneConnectionAlsoWhenTheyArriveTogether) {
  start();
  raw_client client{port()};
  EXPECT_THAT(client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("200"));
  std::string many;
  for (int i = 0; i < 50; ++i)
    many +=
        "POST /echo/" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  ASSERT_TRUE(client.send(many));
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(client.receive(), testing::EndsWith("\r\n" + std::to_string(i) + ":hi"));
}

TEST_F(HttpServer, ClosesWhereTheClientAsksForIt) {
  start();
  raw_client client{port()};
  EXPECT_THAT(client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              HasSubstr("Connection: close"));
  EXPECT_TRUE(client.closed_by_server());
  raw_client old{port()};
  EXPECT_THAT(old.exchange("GET /hello HTTP/1.0\r\n\r\n"), HasSubstr("200"));
  EXPECT_TRUE(old.closed_by_server());
}

TEST_F(HttpServer, RefusesWhatIsNotHttp) {
  start();
  for (const std::string bad :
       {"GARBAGE\r\n\r\n", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /hello HTTP/9.9\r\nHost: a\r\n\r\n", "GET /hello\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost : a\r\n\r\n", "GET /hello HTTP/1.1\r\n\r\n",
        "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET hello HTTP/1.1\r\nHost: a\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi",
        "POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n"}) {
    raw_client client{port()};
    EXPECT_THAT(client.exchange(bad), StartsWith("HTTP/1.1 400")) << bad;
  }
  EXPECT_THAT(get("/hello"), HasSubstr("200"));
}

TEST_F(HttpServer, ReadsChunkedBodiesAndSaysContinue) {
  start();
  raw_client client{port()};
  EXPECT_THAT(
      client.exchange("POST /echo/c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
      testing::EndsWith("c:abcde"));
  client.send(
      "POST /echo/e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.receive(), "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_THAT(client.exchange("ok"), testing::EndsWith("e:ok"));
}

TEST_F(HttpServer, AnswersAHugeHeadWith431) {
  start();
  raw_client client{port()};
  client.send("GET /hello HTTP/1.1\r\nHost: a\r\nX-Long: " + std::string(64 << 10, 'x') +
              "\r\n\r\n");
  EXPECT_THAT(client.receive(), StartsWith("HTTP/1.1 431"));
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServer, AnswersAHugeBodyWith413HoweverItIsSent) {
  start();
  const std::string body(10 << 20, 'x');
  raw_client announced{port()};
  announced.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 10485760\r\n\r\n");
  announced.send(body);
  EXPECT_THAT(announced.receive(), StartsWith("HTTP/1.1 413"));
  raw_client chunked{port()};
  chunked.send("POST /echo/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nA00000\r\n");
  chunked.send(body);
  EXPECT_THAT(chunked.receive(), StartsWith("HTTP/1.1 413"));
}

TEST_F(HttpServer, ClosesSlowSenders) {
  start({.head_timeout = std::chrono::milliseconds{100},
         .body_timeout = std::chrono::milliseconds{100}});
  raw_client head{port()};
  EXPECT_THAT(head.exchange("GET /hello HTTP/1.1\r\nHo"), StartsWith("HTTP/1.1 408"));
  EXPECT_TRUE(head.closed_by_server());
  raw_client body{port()};
  EXPECT_THAT(body.exchange("POST /echo/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf"),
              StartsWith("HTTP/1.1 408"));
  EXPECT_TRUE(body.closed_by_server());
}

TEST_F(HttpServer, ClosesIdleConnections) {
  start({.idle_timeout = std::chrono::milliseconds{50}});
  raw_client client{port()};
  EXPECT_THAT(client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("200"));
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServer, NamesTheMethodsOfAPath) {
  start();
  raw_client client{port()};
  const auto wrong = client.exchange("DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wrong, StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(wrong, HasSubstr("Allow: GET, HEAD, OPTIONS"));
  EXPECT_THAT(wrong, HasSubstr("\"code\":\"method_not_allowed\""));
  EXPECT_THAT(client.exchange("OPTIONS /echo/x HTTP/1.1\r\nHost: a\r\n\r\n"),
              HasSubstr("Allow: POST, OPTIONS"));
  EXPECT_THAT(client.exchange("BREW /hello HTTP/1.1\r\nHost: a\r\n\r\n"),
              StartsWith("HTTP/1.1 405"));
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\nGET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(get("/nowhere"), StartsWith("HTTP/1.1 404"));
}

TEST_F(HttpServer, TakesQueriesAsClientsSendThem) {
  start();
  EXPECT_THAT(get("/hello?expand[0]=a&x=%7B%22&y"), HasSubstr("200"));
  EXPECT_THAT(get("/hello?x=%2"), StartsWith("HTTP/1.1 400"));
  std::string many = "/hello?";
  for (int i = 0; i < 300; ++i)
    many += "a&";
  EXPECT_THAT(get(many), StartsWith("HTTP/1.1 400"));
}

TEST_F(HttpServer, AnswersHeadWithTheLengthOnly) {
  start();
  raw_client client{port()};
  client.send("HEAD /hello HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  client.finish_sending();
  EXPECT_EQ(client.receive(), ""); // there is no body to complete it
  EXPECT_TRUE(client.closed_by_server());
}

TEST_F(HttpServer, AnswersInPlaceOfAHandlerThatNeverDoes) {
  start();
  raw_client client{port()};
  const auto answer = client.exchange("GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(answer, HasSubstr("\"code\":\"timed_out\""));
  EXPECT_THAT(answer, HasSubstr("Retry-After: 1"));
  (*kept_.get())(response::text(200, "too late"));
  EXPECT_THAT(client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("hello"));
}

TEST_F(HttpServer, TakesTheAnswerFromAnotherThreadAndOnlyOnce) {
  start();
  raw_client client{port()};
  client.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  std::thread{[done = *kept_.get()] {
    done(response::text(200, "first"));
    done(response::text(200, "second"));
  }}.join();
  EXPECT_THAT(client.receive(), testing::EndsWith("first"));
  EXPECT_THAT(client.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("hello"));
}

TEST_F(HttpServer, SurvivesHandlersThatThrowAndAnswersCutByCutting) {
  start();
  EXPECT_THAT(get("/throws"), StartsWith("HTTP/1.1 500"));
  EXPECT_EQ(get("/cut"), "");
  EXPECT_THAT(get("/hello"), HasSubstr("200"));
}

TEST_F(HttpServer, AnnouncesItsLimitsAndKeepsThem) {
  start();
  EXPECT_THAT(get("/limited"), HasSubstr("RateLimit: \"few\";r=1;t=30"));
  EXPECT_THAT(get("/limited"), HasSubstr("RateLimit-Policy: \"few\";q=2;w=60"));
  const auto refused = get("/limited");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 429"));
  EXPECT_THAT(refused, HasSubstr("Retry-After: "));
  EXPECT_THAT(get("/hello"), Not(HasSubstr("RateLimit")));
}

TEST_F(HttpServer, TellsTheConnectionsAboveTheLimitToComeBack) {
  start({.connections_max = 2});
  raw_client one{port()}, two{port()};
  EXPECT_THAT(one.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("200"));
  EXPECT_THAT(two.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("200"));
  raw_client three{port()};
  const auto refused = three.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 503"));
  EXPECT_THAT(refused, HasSubstr("Retry-After"));
  EXPECT_TRUE(three.closed_by_server());
}

TEST_F(HttpServer, FinishesWhatIsUnderWayBeforeItStops) {
  start();
  raw_client busy{port()}, idle{port()};
  EXPECT_THAT(idle.exchange("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"), HasSubstr("200"));
  busy.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto done = *kept_.get();
  std::thread stopping{[this] { server_->stop(std::chrono::seconds{10}); }};
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_FALSE(raw_client{port()}.connected());
  done(response::text(200, "finished"));
  EXPECT_THAT(busy.receive(), testing::EndsWith("finished"));
  EXPECT_TRUE(busy.closed_by_server());
  stopping.join();
}

TEST_F(HttpServer, CutsWhatDoesNotFinishInTime) {
  start();
  raw_client busy{port()};
  busy.send("GET /later HTTP/1.1\r\nHost: a\r\n\r\n");
  const auto done = *kept_.get();
  server_->stop(std::chrono::milliseconds{50});
  EXPECT_TRUE(busy.closed_by_server());
  server_.reset();
  done(response::text(200, "nobody is there"));
}

TEST_F(HttpServer, SpreadsConnectionsOverItsThreads) {
  start({.threads = 3});
  for (int i = 0; i < 30; ++i)
    EXPECT_THAT(get("/hello"), HasSubstr("200"));
}

TEST_F(HttpServer, SaysWhyItCannotListen) {
  start();
  server second{{.port = port()}, router{}, edge_options{}, clock_, entropy_};
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, errc::unavailable);
}

} // namespace
} // namespace souk::http
