// Histories made by hand, for the tests of the checker outside the code under test.
#pragma once

#include "app/sim/history.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "proto/journal.pb.h"

#include <gtest/gtest.h>

namespace souk::sim {

inline const currency euro = *currency::parse("EUR");

template <class Event, class Fill>
std::string make(Fill fill) {
  Event e;
  fill(e);
  return e.SerializeAsString();
}

class told_history : public testing::Test {
protected:
  told_history() {
    start_crypto();
    log::start(log::level::error, "text");
  }

  /// A commit of one command.
  void write(const std::string& entity, const command_id& id,
             const std::vector<std::string>& events) {
    pb::commit packed;
    auto& entry = *packed.add_entries();
    if (!id.empty())
      entry.set_command_id(std::string(id.bytes.begin(), id.bytes.end()));
    entry.set_at_us(to_micros(time.now()));
    for (const auto& e : events)
      entry.add_events(e);
    auto& rows = store.entities()[entity].rows;
    const auto first = rows.empty() ? 1 : rows.back().row.first_seq + rows.back().row.events;
    rows.push_back({{first, static_cast<uint32_t>(events.size()), packed.SerializeAsString()}, {}});
  }
  uint64_t ask(const std::string& entity, any_command what, const command_id& id = {}) {
    time.move_to(time.elapsed() + 1ms);
    return told.ask(entity, "somebody", std::move(what), id, never, alive);
  }
  /// The end, for somebody who does not wait any more.
  void finish() {
    alive.reset();
    told.finish();
  }
  command_id next_id() { return make_command_id({"test", std::to_string(++ids)}); }

  void expect_fine() { EXPECT_EQ(complaints, std::vector<std::string>{}); }
  void expect_complaint(const std::string& word) {
    ASSERT_FALSE(complaints.empty()) << "nobody noticed";
    EXPECT_NE(complaints.front().find(word), std::string::npos) << complaints.front();
  }

  int ids = 0;
  timeline time;
  persistence::sim_store store;
  std::vector<std::string> complaints;
  history::complaint complain = [this](const std::string& entity, const std::string& what) {
    complaints.push_back(entity + ": " + what);
  };
  history told{store, time, complain};
  std::shared_ptr<const uint64_t> alive = std::make_shared<const uint64_t>(1);
  const time_point later = time.now() + 10min;
};

} // namespace souk::sim
