// Imports that staff send to this node: one at a time, on a thread and a session of its own, so
// that neither pool nor actors wait for it.
//
//   idle ──begin──► reading ──end of file──► idle     stop: ends behind the batch under way, and
//                                                     the same file goes on from there
#pragma once

#include "actors/catalogue/import_desk.hpp"
#include "app/runtime.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace souk::app {

class import_desk final : public catalogue::import_desk {
public:
  /// Uses `node` until stop().
  import_desk(const config& c, runtime& node, entropy& random)
      : config_(c), node_(node), random_(random) {}
  ~import_desk() override { stop(); }

  void begin(catalogue::import_file file, callback<std::string> done) override;
  void stop();

private:
  void run(const catalogue::import_file& file, const std::string& id,
           const callback<std::string>& done);

  const config& config_;
  runtime& node_;
  entropy& random_;
  std::mutex guard_;
  std::string current_; ///< id of the import under way; empty: none
  std::atomic<bool> begun_{false}, stopping_{false};
  std::jthread thread_;
};

} // namespace souk::app
