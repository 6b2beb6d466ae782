// The queue of messages as rows. Blocking calls on a pool thread's connection.
#pragma once

#include "actors/notification/messages.hpp"

#include <chrono>

namespace souk::notification {

/// A row whose turn it is, leased to the caller until its lease ends; then it is due again.
struct due_message {
  std::string id;
  std::string kind; ///< as stored: another build may have queued what this one has no text for
  std::string locale;
  int64_t attempts = 0; ///< this one included
  time_point created_at{};
  std::chrono::seconds age{};
  result<message> content; ///< errc::not_found: the person was erased; errc::corrupt
};

/// Takes up to `limit` due rows, oldest first, past those that others hold.
result<std::vector<due_message>> lease_due(persistence::sql::connection& c, int64_t limit,
                                           std::chrono::seconds lease);

/// These answer true when the row was still waiting. Sent: what it said is forgotten.
result<bool> mark_sent(persistence::sql::connection& c, const std::string& id);
result<bool> mark_failed(persistence::sql::connection& c, const std::string& id,
                         const std::string& why, std::chrono::milliseconds again_in);
result<bool> give_up(persistence::sql::connection& c, const std::string& id,
                     const std::string& why);

/// How many messages wait and were given up, for metrics and operators.
struct queue_state {
  int64_t waiting = 0;
  int64_t given_up = 0;
  std::chrono::seconds oldest{}; ///< since the oldest waiting one was queued
};
result<queue_state> count_queue(persistence::sql::connection& c);

} // namespace souk::notification
