// Runs a model as its shell would, but as plain functions: decide, apply, answer, and keeps the
// encoded history, so that a test can replay it from any snapshot and compare.
#pragma once

#include "actors/entity/model.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>

namespace souk::kit {

template <entity::model M>
class model_run {
public:
  typename M::state state{};
  time_point now = from_micros(1'790'000'000'000'000);

  /// What the command answers, or why it is refused; a refusal changes nothing.
  result<typename M::reply> run(const typename M::command& c) {
    auto events = M::decide(state, c, now);
    if (!events)
      return events.error();
    for (const auto& e : *events) {
      M::apply(state, e, now);
      history_.push_back({M::encode(e), now});
    }
    return M::answer(state, c);
  }
  /// For commands that must work: the reply of the command's own type.
  template <class Command>
  typename Command::reply must(const Command& c) {
    auto reply = run(c);
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().detail);
    return reply ? std::get<typename Command::reply>(*reply) : typename Command::reply{};
  }
  /// For commands that must be refused.
  errc refused(const typename M::command& c) {
    const auto before = M::encode(state);
    auto reply = run(c);
    EXPECT_FALSE(reply);
    EXPECT_EQ(before, M::encode(state));
    return reply ? errc::internal : reply.error().code;
  }
  size_t events() const { return history_.size(); }
  auto pending() const { return M::pending(state, now); }

  /// The state is the fold of what was encoded, from the beginning and from a snapshot taken
  /// anywhere.
  void expect_replays(size_t snapshot_after) const {
    typename M::state folded{};
    for (size_t i = 0; i < history_.size(); ++i) {
      auto event = M::decode_event(history_[i].bytes);
      ASSERT_TRUE(event);
      EXPECT_EQ(M::encode(*event), history_[i].bytes);
      M::apply(folded, *event, history_[i].at);
      if (i == snapshot_after) {
        auto again = M::decode_state(M::encode(folded), M::state_version);
        ASSERT_TRUE(again);
        folded = std::move(*again);
      }
    }
    EXPECT_EQ(M::encode(folded), M::encode(state));
  }
  /// History never fails: every event met so far goes onto this state, whatever it is.
  void expect_total() {
    for (const auto& h : history_)
      M::apply(state, *M::decode_event(h.bytes), now);
    M::encode(state);
    M::pending(state, now);
  }

private:
  struct recorded {
    std::string bytes;
    time_point at;
  };
  std::vector<recorded> history_;
};

/// SOUK_SEED alone where it is set, else `first` … `first` + `count` − 1; a test prints the one it
/// runs.
inline std::vector<uint64_t> seeds(uint64_t first, uint64_t count) {
  if (const char* given = std::getenv("SOUK_SEED"))
    return {std::strtoull(given, nullptr, 10)};
  std::vector<uint64_t> all;
  for (uint64_t i = 0; i < count; ++i)
    all.push_back(first + i);
  return all;
}

} // namespace souk::kit
