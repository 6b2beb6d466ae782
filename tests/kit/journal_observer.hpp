// An observer that remembers what a stream was told, for tests that wait on other threads.
#pragma once

#include "persistence/journal.hpp"

#include <mutex>

namespace souk::persistence {

class recording_observer final : public journal_observer {
public:
  void committed(uint64_t seq) override {
    std::lock_guard lock{mutex_};
    rises_ = rises_ && seq > seq_;
    seq_ = seq;
  }
  void failed(const failure& why) override {
    std::lock_guard lock{mutex_};
    ++failures_;
    code_ = why.code;
  }
  uint64_t seq() const { return locked(seq_); }
  std::optional<errc> code() const { return locked(code_); }
  /// Strictly rising, and at most one failure.
  bool keeps_its_word() const {
    std::lock_guard lock{mutex_};
    return rises_ && failures_ <= 1;
  }

private:
  template <class T>
  T locked(const T& value) const {
    std::lock_guard lock{mutex_};
    return value;
  }
  mutable std::mutex mutex_;
  uint64_t seq_ = 0;
  bool rises_ = true;
  int failures_ = 0;
  std::optional<errc> code_;
};

inline fragment say(std::string payload, uint32_t events = 1) {
  return {.events = events, .payload = std::move(payload)};
}

} // namespace souk::persistence
