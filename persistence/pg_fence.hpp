// The fence of a takeover: ends other journal sessions and waits until they are gone, so that what
// is read afterwards is all they will ever have written. A process that was declared dead is kept
// out for ever.
#pragma once

#include "persistence/sql.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace souk::persistence {

/// A member of the cluster: its node and generation, as in the names of its sessions.
std::string process_name(std::string_view node, uint64_t generation);

/// For old sessions to end; then errc::timed_out.
inline constexpr std::chrono::seconds fence_wait_most{10};

/// Journal sessions of members are named souk/<node>/<generation>/<writer>, those of tools
/// souk-tool/…; Postgres keeps 63 bytes of a name.
std::string session_name(std::string_view node, uint64_t generation, int writer,
                         bool is_member = true);

/// Ends all journal sessions of `node` of generations before `before`, and those named `also` but
/// this one; waits until they are gone, then commits: what is read afterwards is final, on the
/// synchronous standby too. Answers the log position of that commit.
result<int64_t> end_sessions(sql::connection& c, std::string_view node, uint64_t before,
                             const std::string& also = {},
                             std::chrono::milliseconds within = fence_wait_most);

/// The same for the journal sessions of every process that the membership table calls dead, and of
/// those of `also` (by process_name). Those of tools go on, and those of who is not listed yet.
result<int64_t> end_sessions_of_dead(sql::connection& c, const std::vector<std::string>& also = {},
                                     std::chrono::milliseconds within = fence_wait_most);

/// errc::superseded when the membership table calls this process dead. A journal session asks it
/// after it was opened: whoever declares a member dead does so before the fence, so that either the
/// fence sees the session or the session sees this.
result<void> check_is_not_dead(sql::connection& c, std::string_view node, uint64_t generation);

/// The next start of a node, of any node; from 1.
result<uint64_t> next_generation(sql::connection& c);

} // namespace souk::persistence
