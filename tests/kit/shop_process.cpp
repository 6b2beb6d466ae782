#include "tests/kit/shop_process.hpp"

#include "base/crypto.hpp"

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace souk::tests {

namespace {

constexpr std::chrono::seconds start_patience{40};
constexpr std::chrono::seconds kill_patience{20};

std::string random_hex() {
  std::random_device random;
  std::ostringstream out;
  for (int i = 0; i < 5; ++i)
    out << std::hex << (random() | 0x1000'0000U);
  return out.str();
}

std::string whole_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Of what is left from tests that were killed: a slot bars the next shop's change feed.
void drop_forgotten_slots(persistence::pg_connection& on) {
  (void)on.script("select pg_drop_replication_slot(slot_name) from pg_replication_slots"
                  " where not active and database like 'souk_test_%'");
}

} // namespace

int free_port() {
  static std::mt19937 random{std::random_device{}()};
  for (;;) {
    const int port = std::uniform_int_distribution{10'000, 32'000}(random);
    const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(static_cast<uint16_t>(port));
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool is_free = ::bind(probe, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0;
    ::close(probe);
    if (is_free)
      return port;
  }
}

child_process::child_process(const std::vector<std::string>& command, const std::string& directory,
                             const std::string& log) {
  std::vector<char*> words;
  for (const auto& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const auto path = directory + "/" + log;
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ != 0)
    return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent || ::chdir(directory.c_str()) != 0)
    ::_exit(126);
  const int out = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::close(out);
  ::execv(words.front(), words.data());
  ::_exit(127);
}

child_process::~child_process() { kill(); }

bool child_process::is_running() { return pid_ > 0 && !wait({}).has_value(); }

void child_process::signal(int number) const {
  if (pid_ > 0)
    ::kill(pid_, number);
}

std::optional<int> child_process::wait(std::chrono::milliseconds patience) {
  if (pid_ <= 0)
    return 0;
  int status = 0;
  const auto ended = [&] { return ::waitpid(pid_, &status, WNOHANG) == pid_; };
  if (!eventually(patience, ended))
    return std::nullopt;
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void child_process::kill() {
  signal(SIGKILL);
  wait(kill_patience);
}

shop_process::shop_process(shop_settings settings)
    : settings_(std::move(settings)),
      directory_(std::filesystem::temp_directory_path() / ("souk-shop-" + random_hex())),
      secret_(random_hex()), webhook_secret_("whsec_" + random_hex()), port_(free_port()),
      psp_port_(free_port()) {
  std::filesystem::create_directories(directory_);
  drop_forgotten_slots(*database_.connect());
  if (const auto [code, said] = run({"migrate"}); code != 0)
    throw std::runtime_error("souk migrate: " + said);
  // Categories come into being by an import alone.
  std::ofstream(file("goods.jsonl"))
      << R"({"title":"Sample","category_path":["things"],"variants":[{"sku":"SAMPLE",)"
      << R"("price":{"amount":100,"currency":"EUR"}}]})" << '\n';
  if (const auto [code, said] = run({"import", "goods.jsonl"}); code != 0)
    throw std::runtime_error("souk import: " + said);
  const auto [code, said] = run({"admin-key"});
  if (code != 0)
    throw std::runtime_error("souk admin-key: " + said);
  admin_key_ = said.substr(0, said.find('\n'));
  start_psp();
  start_node();
}

shop_process::~shop_process() {
  node_.kill();
  psp_.kill();
  // What the dead node's sessions still hold would keep the database.
  const auto last = database_.connect();
  eventually(kill_patience, [&] {
    (void)last->script("select pg_terminate_backend(pid) from pg_stat_activity where datname ="
                       " current_database() and pid <> pg_backend_pid()");
    const auto left = last->execute("select count(*) from pg_stat_activity where datname ="
                                    " current_database() and pid <> pg_backend_pid()");
    return left && left->integer(0, 0) == 0;
  });
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::vector<std::string> shop_process::with_settings(std::vector<std::string> command) const {
  command.insert(command.begin(), SOUK_PROGRAM);
  for (const auto& [name, value] : std::map<std::string, std::string>{
           {"postgres.url", database_.url()},
           {"redis.url", ""},
           {"node.secret", secret_},
           {"node.data", file("node")},
           {"http.port", std::to_string(port_)},
           {"payments.url", "http://127.0.0.1:" + std::to_string(psp_port_)},
           {"payments.api_key", "sk_test_souk"},
           {"payments.webhook_secret", webhook_secret_},
           {"shop.hold_seconds", std::to_string(settings_.hold_seconds)},
           {"limits.request_milliseconds", std::to_string(settings_.request_milliseconds)}})
    command.push_back("--" + name + "=" + value);
  return command;
}

void shop_process::start_node() {
  auto command = with_settings({"serve"});
  command.insert(command.end(), settings_.more.begin(), settings_.more.end());
  node_ = child_process{command, directory_, "node.log"};
  wait_until_it_answers(node_, port_, "/readyz");
}

void shop_process::start_psp() {
  auto command = with_settings({"psp", "--port", std::to_string(psp_port_), "--data", file("psp"),
                                "--api-key", "sk_test_souk"});
  if (settings_.webhooks)
    command.push_back("--webhook-url=http://127.0.0.1:" + std::to_string(port_) +
                      "/v1/webhooks/stripe");
  psp_ = child_process{command, directory_, "psp.log"};
  wait_until_it_answers(psp_, psp_port_, "/_souk/knobs");
}

void shop_process::restart_node() {
  node_.kill();
  start_node();
}

void shop_process::restart_psp() {
  psp_.kill();
  start_psp();
}

void shop_process::wait_until_it_answers(child_process& who, int port, const std::string& path) {
  const bool up = eventually(start_patience, [&] {
    return http_talk{port, std::chrono::seconds{1}}.get(path).status == 200 || !who.is_running();
  });
  if (!up || !who.is_running())
    throw std::runtime_error(path + " does not answer\n" + node_log() +
                             whole_file(file("psp.log")));
}

std::pair<int, std::string> shop_process::run(const std::vector<std::string>& subcommand,
                                              std::chrono::seconds patience) {
  static int count = 0;
  const auto log = "run-" + std::to_string(++count) + ".log";
  child_process child{with_settings(subcommand), directory_, log};
  const auto code = child.wait(patience);
  return {code.value_or(-1), whole_file(file(log))};
}

std::string shop_process::node_log() const {
  constexpr size_t shown = 6'000;
  const auto all = whole_file(file("node.log"));
  return all.substr(all.size() > shown ? all.size() - shown : 0);
}

} // namespace souk::tests
