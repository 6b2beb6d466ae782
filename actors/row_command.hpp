// Once for rows: what a row service answered to a command id is kept in the transaction of the
// change, so that the same command again gets the same answer and changes nothing.
#pragma once

#include "base/ids.hpp"
#include "persistence/sql.hpp"

#include <functional>
#include <optional>
#include <string>

namespace souk {

/// Who asks again: the command's id and what its body was.
struct idempotency {
  command_id key;
  uint64_t fingerprint = 0;
};

/// Runs `work` in a transaction and returns its answer (the new id, for example; never a secret).
/// With `repeat`: a key seen before gives the stored answer without running `work`, with another
/// fingerprint errc::idempotency_mismatch. A refusal is not remembered. Two at once: the second
/// waits for the first. Blocking; on a pool thread.
result<std::string> run_once(persistence::sql::connection& c,
                             const std::optional<idempotency>& repeat,
                             const std::function<result<std::string>()>& work);

/// True when run_once has an answer for this key.
result<bool> is_remembered(persistence::sql::connection& c, const idempotency& repeat);

/// Removes what is older than `before`; returns how many.
result<int64_t> forget_row_commands(persistence::sql::connection& c, time_point before);

} // namespace souk
