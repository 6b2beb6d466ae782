// The queue of messages on a real Postgres, and mails that reach a real SMTP server.
#include "actors/notification/catcher.hpp"
#include "actors/notification/repost.hpp"
#include "actors/notification/sender.hpp"
#include "actors/user/store.hpp"
#include "adapters/smtp_mailer.hpp"
#include "base/crypto.hpp"
#include "persistence/pg_pool.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"
#include "tests/kit/shop_process.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

using namespace souk;
using namespace souk::notification;

namespace {

/// Remembers what it is given and answers as it is told.
class mailer_double final : public mailer {
public:
  result<void> send(const mail& m, std::stop_token) override {
    sent.push_back(m);
    return answer;
  }
  std::vector<mail> sent;
  result<void> answer;
};

struct Messages : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    start_crypto();
    database.emplace(true);
    c = database->connect();
  }

  message ask_for_password(const std::string& id = "m1") {
    message m{.id = id, .kind = kind::reset_password, .person = "p1"};
    m.to = "ada@example.org";
    m.name = "Zoë <b>";
    m.values = {{"link", "https://shop.example/reset?token=secret"}};
    return m;
  }
  void queue(const message& m) {
    const auto done =
        persistence::sql::in_transaction(*c, [&](auto& in) { return enqueue(in, m); });
    ASSERT_TRUE(done) << done.error().detail;
  }
  /// False: nothing was due.
  bool send(mailer& through) {
    sender one_lane{texts, through, random, {.from = {"shop@example.com", "Bazaar"}}};
    const auto done = one_lane.send_next(*c, {});
    EXPECT_TRUE(done) << done.error().detail;
    return done && *done;
  }
  std::string one(const std::string& statement) {
    const auto found = c->execute(statement);
    return found && found->size() == 1 && !found->is_null(0, 0) ? std::string{found->text(0, 0)}
                                                                : "";
  }
  std::string state() { return one("select state from message"); }
  /// errc::internal: it is queued.
  errc send_again(const std::string& id) {
    persistence::pg_pool_options how;
    how.connection.url = database->url();
    persistence::pg_pool rows{how};
    auto answer = std::make_shared<std::promise<errc>>();
    repost{rows}.send_again(
        id, [answer](result<bool> r) { answer->set_value(r ? errc::internal : r.error().code); });
    return answer->get_future().get();
  }
  void make_due() { ASSERT_TRUE(c->execute("update message set next_at = now()")); }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> c;
  tests::seeded_entropy random;
  templates texts{{.name = "Bazaar", .public_url = "https://shop.example", .language = "en"}};
  mailer_double out;
};

TEST_F(Messages, AreSentOnceHoweverOftenTheirCauseQueuesThem) {
  queue(ask_for_password());
  queue(ask_for_password());
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "sent");
  queue(ask_for_password());
  EXPECT_FALSE(send(out));
  ASSERT_EQ(out.sent.size(), 1u);
  EXPECT_EQ(out.sent[0].id, "m1");
  EXPECT_EQ(out.sent[0].to.address, "ada@example.org");
  EXPECT_NE(out.sent[0].text.find("token=secret"), std::string::npos);
  EXPECT_EQ(one("select content::text from message"), "") << "what was said is forgotten";
}

TEST_F(Messages, AreReadableByNobodyInTheQueue) {
  queue(ask_for_password());
  // Words of at least six letters: "ada" alone is hexadecimal, as the sealed bytes are written.
  EXPECT_EQ(one("select 'x' from message where message::text ~ 'ada@example|secret'"), "");
  const auto content = c->execute("select content from message");
  ASSERT_TRUE(content);
  for (const auto* told : {"ada@example", "secret"})
    EXPECT_EQ(content->bytea(0, 0).find(told), std::string::npos) << told;
}

TEST_F(Messages, AreNotQueuedByATransactionThatFails) {
  const auto done = persistence::sql::in_transaction(*c, [&](auto& in) -> result<void> {
    if (auto queued = enqueue(in, ask_for_password()); !queued)
      return queued;
    return fail(errc::conflict);
  });
  EXPECT_FALSE(done);
  EXPECT_FALSE(send(out));
  EXPECT_EQ(one("select person from person_key"), "");
}

TEST_F(Messages, GoOutAgainUnderTheSameIdWhenTheirSenderDiedBeforeSayingSo) {
  queue(ask_for_password());
  const auto leased = lease_due(*c, 1, std::chrono::seconds{60});
  ASSERT_TRUE(leased);
  ASSERT_EQ(leased->size(), 1u); // and its holder is gone
  EXPECT_FALSE(send(out)) << "others wait for the end of the lease";
  make_due();
  EXPECT_TRUE(send(out));
  ASSERT_EQ(out.sent.size(), 1u);
  EXPECT_EQ(out.sent[0].id, leased->front().id);
  EXPECT_EQ(out.sent[0].date, leased->front().created_at);
}

TEST_F(Messages, WaitLongerAfterEachFailure) {
  queue(ask_for_password());
  out.answer = fail(errc::unavailable, "451 later, ada@example.org");
  int64_t before = 0;
  for (int attempt = 1; attempt <= 4; ++attempt) {
    EXPECT_TRUE(send(out));
    EXPECT_EQ(state(), "failed");
    const auto wait = c->execute("select (extract(epoch from next_at - now()) * 1000)::bigint "
                                 "from message");
    ASSERT_TRUE(wait);
    EXPECT_GT(wait->integer(0, 0), before);
    before = wait->integer(0, 0);
    EXPECT_FALSE(send(out));
    make_due();
  }
  EXPECT_GT(before, 150'000);
  EXPECT_EQ(one("select last_error from message").find("ada@"), std::string::npos);
  out.answer = {};
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "sent");
}

TEST_F(Messages, GoToTheOperatorsWhenTheyAreRefusedForGood) {
  queue(ask_for_password());
  out.answer = fail(errc::invalid, "550 unknown: ada@example.org");
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "given_up");
  EXPECT_EQ(one("select last_failure from stuck_effect where entity = 'message/m1'"),
            "550 unknown: …");
  make_due();
  EXPECT_FALSE(send(out));
}

TEST_F(Messages, AreGivenUpWhenTheyAreOfNoUseAnyMore) {
  queue(ask_for_password());
  ASSERT_TRUE(c->execute("update message set created_at = now() - interval '25 hours'"));
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "given_up");
  EXPECT_TRUE(out.sent.empty());
}

TEST_F(Messages, AreSentAgainWhenAnOperatorSaysSo) {
  auto news = ask_for_password();
  news.kind = kind::order_confirmed;
  queue(news);
  out.answer = fail(errc::invalid, "550 full");
  EXPECT_TRUE(send(out));
  ASSERT_TRUE(c->execute("update message set created_at = now() - interval '90 hours'"));
  EXPECT_EQ(send_again("m1"), errc::internal) << "no failure";
  EXPECT_EQ(one("select entity from stuck_effect"), "") << "the operators' entry is closed";
  out.answer = {};
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "sent") << "and not too late";
  EXPECT_EQ(out.sent.back().id, "m1");
  EXPECT_EQ(send_again("m1"), errc::conflict);
  EXPECT_EQ(send_again("m2"), errc::not_found);
}

TEST_F(Messages, AreNotSentAgainWithALinkThatHasEnded) {
  queue(ask_for_password());
  ASSERT_TRUE(c->execute("update message set created_at = now() - interval '25 hours'"));
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "given_up");
  EXPECT_EQ(send_again("m1"), errc::conflict);
  EXPECT_EQ(state(), "given_up");
}

TEST_F(Messages, OfAnErasedPersonAreDropped) {
  queue(ask_for_password());
  ASSERT_TRUE(user::erase_seal_key(*c, "p1"));
  EXPECT_TRUE(send(out));
  EXPECT_EQ(state(), "given_up");
  EXPECT_EQ(one("select last_error from message"), "erased");
  EXPECT_TRUE(out.sent.empty());
  EXPECT_EQ(one("select entity from stuck_effect"), "") << "nobody has to do anything";
}

TEST_F(Messages, AreLeasedToOneSenderOnly) {
  for (int i = 0; i < 20; ++i)
    queue(ask_for_password("m" + std::to_string(i)));
  const auto other = database->connect();
  ASSERT_TRUE(c->execute("begin"));
  const auto mine = lease_due(*c, 15, std::chrono::seconds{60});
  const auto theirs = lease_due(*other, 15, std::chrono::seconds{60});
  ASSERT_TRUE(c->execute("commit"));
  ASSERT_TRUE(mine && theirs);
  EXPECT_EQ(mine->size(), 15u);
  EXPECT_EQ(theirs->size(), 5u);
}

TEST_F(Messages, AreKeptByTheCatcher) {
  persistence::pg_pool_options options;
  options.connection.url = database->url();
  options.connections = 1;
  persistence::pg_pool pool{options};
  catcher caught{pool};
  queue(ask_for_password());
  EXPECT_TRUE(send(caught));
  std::promise<result<caught_mail>> found;
  caught.find("m1", [&](auto r) { found.set_value(std::move(r)); });
  const auto mail = found.get_future().get();
  ASSERT_TRUE(mail) << mail.error().detail;
  EXPECT_EQ(mail->to, "Zoë <b> <ada@example.org>");
  EXPECT_NE(mail->html.find("Choose a new password"), std::string::npos);
}

/// Debian's aiosmtpd, in a directory that goes away.
class smtp_server {
public:
  static constexpr const char* python = "/usr/bin/python3";
  static bool available() {
    static const bool is = std::system("/usr/bin/python3 -c 'import aiosmtpd' 2>/dev/null") == 0;
    return is;
  }
  explicit smtp_server(std::vector<std::string> behaviour = {}) {
    static int count = 0;
    directory_ = std::filesystem::temp_directory_path() /
                 ("souk-smtp-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(directory_);
    std::vector<std::string> command{python, std::filesystem::absolute("tests/kit/smtp_server.py"),
                                     directory_};
    command.insert(command.end(), behaviour.begin(), behaviour.end());
    process_ = tests::child_process{command, directory_, "log"};
    tests::eventually(std::chrono::seconds{20},
                      [&] { return std::filesystem::exists(directory_ + "/port"); });
  }
  ~smtp_server() {
    process_.kill();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  std::string url() const { return "smtp://127.0.0.1:" + read("port"); }
  /// The n-th mail taken, as it came; empty when there were fewer.
  std::string mail(int n) const { return read(std::to_string(n) + ".eml"); }

private:
  std::string read(const std::string& name) const {
    std::ifstream in(directory_ + "/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string directory_;
  tests::child_process process_;
};

struct Smtp : Messages {
  void SetUp() override {
    if (!smtp_server::available())
      GTEST_SKIP() << "python3-aiosmtpd is not installed";
    Messages::SetUp();
  }
  static adapters::smtp_options to(const std::string& url) {
    return {.url = url,
            .starttls = false,
            .host = "example.com",
            .connect_timeout = std::chrono::milliseconds{3'000},
            .timeout = std::chrono::milliseconds{5'000}};
  }
};

TEST_F(Smtp, DeliversBothFormsInUtf8) {
  smtp_server server;
  adapters::smtp_mailer mailer{to(server.url())};
  queue(ask_for_password("m1"));
  queue(ask_for_password("m2"));
  EXPECT_TRUE(send(mailer));
  EXPECT_TRUE(send(mailer));
  EXPECT_EQ(one("select count(*)::text from message where state = 'sent'"), "2");
  const auto got = server.mail(1);
  EXPECT_NE(got.find("X-From: shop@example.com\r\nX-To: ada@example.org\r\n"), std::string::npos)
      << got;
  for (const auto* line :
       {"Message-ID: <m1@example.com>\r\n", "From: Bazaar <shop@example.com>\r\n",
        "To: =?UTF-8?B?Wm/DqyA8Yj4=?= <ada@example.org>\r\n", "Auto-Submitted: auto-generated\r\n",
        "Mime-Version: 1.0\r\n", "Content-Type: text/plain; charset=utf-8\r\n",
        "Content-Type: text/html; charset=utf-8\r\n", "Subject: Choose a new password for Bazaar"})
    EXPECT_NE(got.find(line), std::string::npos) << line << "\n" << got;
  EXPECT_NE(got.find("Content-Type: multipart/alternative; boundary="), std::string::npos);
  EXPECT_EQ(got.find("multipart/mixed"), std::string::npos);
  EXPECT_NE(got.find("\r\n\r\nHello,\r\n\r\n"), std::string::npos) << got;
  EXPECT_LT(got.find("text/plain"), got.find("text/html")) << "readers take the last they know";
  EXPECT_NE(server.mail(2).find("Message-ID: <m2@example.com>"), std::string::npos);
}

TEST_F(Smtp, TriesAgainWhatTheServerPutsOff) {
  smtp_server server{{"soft", "1"}};
  adapters::smtp_mailer mailer{to(server.url())};
  queue(ask_for_password());
  EXPECT_TRUE(send(mailer));
  EXPECT_EQ(state(), "failed") << one("select last_error from message");
  make_due();
  EXPECT_TRUE(send(mailer));
  EXPECT_EQ(state(), "sent") << one("select last_error from message");
  EXPECT_NE(server.mail(1).find("Message-ID: <m1@example.com>"), std::string::npos);
}

TEST_F(Smtp, GivesUpWhatTheServerRefuses) {
  smtp_server server{{"hard"}};
  adapters::smtp_mailer mailer{to(server.url())};
  queue(ask_for_password());
  EXPECT_TRUE(send(mailer));
  EXPECT_EQ(state(), "given_up") << one("select last_error from message");
  EXPECT_NE(one("select last_error from message").find("550"), std::string::npos);
}

TEST_F(Smtp, WaitsForAServerThatIsAway) {
  auto closed = to("smtp://127.0.0.1:1");
  adapters::smtp_mailer mailer{closed};
  queue(ask_for_password());
  EXPECT_TRUE(send(mailer));
  EXPECT_EQ(state(), "failed");
}

TEST_F(Smtp, SaysNothingInTheClearToAServerThatCannotTurnToTls) {
  smtp_server server;
  auto strict = to(server.url());
  strict.starttls = true;
  adapters::smtp_mailer mailer{strict};
  queue(ask_for_password());
  EXPECT_TRUE(send(mailer));
  EXPECT_EQ(state(), "failed") << "ours to mend, not the mail's fault";
  EXPECT_EQ(server.mail(1), "");
}

} // namespace
