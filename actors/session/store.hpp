// The rows beside session actors. Blocking calls on a pool thread's connection.
#pragma once

#include "actors/session/service.hpp"

namespace souk::session {

/// errc::unauthenticated when the user's epoch moved on meanwhile, or the user is blocked or gone.
/// A row that is there already is a repeat.
result<void> insert_session(persistence::sql::connection& c, const listed_session& s,
                            const std::string& user_id, int64_t epoch);
/// False when the session is over; else it was seen now.
result<bool> touch_session(persistence::sql::connection& c, const std::string& id, time_point now);
result<std::vector<listed_session>> load_sessions(persistence::sql::connection& c,
                                                  const std::string& user_id, time_point now);
result<bool> remove_session(persistence::sql::connection& c, const std::string& id);
result<bool> remove_session_of(persistence::sql::connection& c, const std::string& user_id,
                               const std::string& id);
/// All but `keep`, which goes on in the present epoch; the ids of those removed. `renew`: in a new
/// epoch, so that logins under way do not get in either.
result<std::vector<std::string>> remove_other_sessions(persistence::sql::connection& c,
                                                       const std::string& user_id,
                                                       const std::string& keep, bool renew);

} // namespace souk::session
