// One node's links for a test, with everything they said written down.
#pragma once

#include "adapters/basp_links.hpp"
#include "base/metrics.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace souk::tests {

/// The settings of a node of the test cluster, listening on any port of loopback.
inline adapters::basp_options link_options(const std::string& name, uint64_t generation = 1) {
  adapters::basp_options out;
  out.hello.cluster = "test";
  out.hello.who = {name, generation};
  return out;
}

/// Links refused in this process so far, for that reason.
inline double refusals(const std::string& reason) {
  return metrics::make_counter("souk_links_refused_total", "", {{"reason", reason}}).Value();
}

/// Whether `holds()` within `patience`.
template <class F>
bool becomes(F holds, std::chrono::milliseconds patience = std::chrono::seconds{5}) {
  using steady = std::chrono::steady_clock;
  for (const auto until = steady::now() + patience; steady::now() < until;
       std::this_thread::sleep_for(std::chrono::milliseconds{5}))
    if (holds())
      return true;
  return false;
}

class link_node {
public:
  struct event {
    std::string what; ///< "up", "refused", "lost", "silent"
    cluster::node_ref who;
    std::chrono::steady_clock::time_point at;
  };

  explicit link_node(adapters::basp_options options) : options_(std::move(options)) {
    links = std::make_unique<adapters::basp_links>(options_, random_);
    outcome = links->listen(
        {.knows = [this](const cluster::node_ref& who) { return knows(who); },
         .received = [this](const auto& from, std::string m) { take(from, std::move(m)); },
         .up = [this](const auto& who) { note("up", who); },
         .down =
             [this](const auto& who, cluster::link_loss why) {
               note(why == cluster::link_loss::refused ? "refused"
                    : why == cluster::link_loss::lost  ? "lost"
                                                       : "silent",
                    who);
             }});
  }
  ~link_node() { links.reset(); }

  cluster::node_ref who() const { return options_.hello.who; }
  cluster::peer at() const { return {who(), "127.0.0.1", links->port()}; }
  cluster::peer at(int port) const { return {who(), "127.0.0.1", port}; }

  /// Waits until `what` was said of `who` `times` times since the start; false after `patience`.
  bool hears(const std::string& what, const cluster::node_ref& who, size_t times = 1,
             std::chrono::milliseconds patience = std::chrono::seconds{5}) {
    std::unique_lock lock{guard_};
    return changed_.wait_for(lock, patience, [&] { return count_locked(what, who) >= times; });
  }
  size_t count(const std::string& what, const cluster::node_ref& who) {
    std::lock_guard lock{guard_};
    return count_locked(what, who);
  }
  std::vector<event> events() {
    std::lock_guard lock{guard_};
    return events_;
  }
  bool receives(size_t many, std::chrono::milliseconds patience = std::chrono::seconds{5}) {
    std::unique_lock lock{guard_};
    return changed_.wait_for(lock, patience, [&] { return received.size() >= many; });
  }
  void know(const cluster::node_ref& who) {
    std::lock_guard lock{guard_};
    known_.insert(who);
    anybody_ = false;
  }
  void know_nobody() { anybody_ = false; }

  result<void> outcome = {};
  std::unique_ptr<adapters::basp_links> links;
  /// Instead of writing messages down. Set before anybody is connected.
  std::function<void(const cluster::node_ref&, std::string)> on_message;
  std::vector<std::pair<cluster::node_ref, std::string>> received;

private:
  size_t count_locked(const std::string& what, const cluster::node_ref& who) const {
    return static_cast<size_t>(std::count_if(events_.begin(), events_.end(), [&](const event& e) {
      return e.what == what && e.who == who;
    }));
  }
  bool knows(const cluster::node_ref& who) {
    std::lock_guard lock{guard_};
    return anybody_ || known_.contains(who);
  }
  void note(const std::string& what, const cluster::node_ref& who) {
    std::lock_guard lock{guard_};
    events_.push_back({what, who, std::chrono::steady_clock::now()});
    changed_.notify_all();
  }
  void take(const cluster::node_ref& from, std::string message) {
    if (on_message)
      return on_message(from, std::move(message));
    std::lock_guard lock{guard_};
    received.emplace_back(from, std::move(message));
    changed_.notify_all();
  }

  const adapters::basp_options options_;
  seeded_entropy random_;
  std::mutex guard_;
  std::condition_variable changed_;
  std::vector<event> events_;
  std::set<cluster::node_ref> known_;
  std::atomic<bool> anybody_{true};
};

} // namespace souk::tests
