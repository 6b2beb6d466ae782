// A whole shop as processes of the built program: a database of its own on the server that
// SOUK_TEST_POSTGRES names, a payment simulator and a node. All of it ends with the object, and
// with the test's process should that die first.
#pragma once

#include "tests/kit/http_talk.hpp"
#include "tests/kit/scratch_database.hpp"

#include <optional>
#include <sys/types.h>
#include <vector>

namespace souk::tests {

/// Below the ports that outgoing connections get, so that nobody takes it between two lives.
int free_port();

/// A child that the kernel kills together with its parent.
class child_process {
public:
  child_process() = default;
  /// Runs the program in `directory`; what it writes is appended to `log` there.
  child_process(const std::vector<std::string>& command, const std::string& directory,
                const std::string& log);
  ~child_process();
  child_process(child_process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  child_process& operator=(child_process&& other) noexcept {
    std::swap(pid_, other.pid_);
    return *this;
  }

  bool is_running();
  void signal(int number) const;
  /// Its exit code, 128 + signal when one ended it, nothing when it still runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);
  void kill(); ///< SIGKILL, and waits until it is gone

private:
  pid_t pid_ = -1;
};

struct shop_settings {
  int hold_seconds = 600;
  int request_milliseconds = 10'000;
  bool webhooks = true;               ///< false: the provider tells nothing by itself
  std::vector<std::string> more = {}; ///< further flags of `souk serve`
};

class shop_process {
public:
  static constexpr const char* missing = persistence::scratch_database::missing;
  static bool available() { return persistence::scratch_database::available(); }

  /// Ready to sell when it returns; throws std::runtime_error with the logs when that fails.
  explicit shop_process(shop_settings settings = {});
  ~shop_process();
  shop_process(const shop_process&) = delete;
  shop_process& operator=(const shop_process&) = delete;

  int port() const { return port_; }
  int psp_port() const { return psp_port_; }
  const std::string& admin_key() const { return admin_key_; }
  const std::string& webhook_secret() const { return webhook_secret_; }
  std::unique_ptr<persistence::pg_connection> connect() const { return database_.connect(); }

  child_process& node() { return node_; }
  child_process& psp() { return psp_; }
  void start_node(); ///< returns when it is ready
  void start_psp();
  /// SIGKILL and at once again.
  void restart_node();
  void restart_psp();

  /// Runs a subcommand to its end; its exit code and what it printed.
  std::pair<int, std::string> run(const std::vector<std::string>& subcommand,
                                  std::chrono::seconds patience = std::chrono::seconds{60});
  /// The last lines of the node's log.
  std::string node_log() const;

private:
  std::string file(const std::string& name) const { return directory_ + "/" + name; }
  std::vector<std::string> with_settings(std::vector<std::string> command) const;
  void wait_until_it_answers(child_process& who, int port, const std::string& path);

  const shop_settings settings_;
  persistence::scratch_database database_;
  std::string directory_, secret_, webhook_secret_, admin_key_;
  int port_ = 0, psp_port_ = 0;
  child_process psp_, node_;
};

} // namespace souk::tests
