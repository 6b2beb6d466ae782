#include "persistence/pg_fence.hpp"

#include <thread>

namespace souk::persistence {

namespace {

constexpr auto fence_poll = 3ms;

/// `condition` chooses sessions; $1 is taken, `parameters` begin with $2. `why` goes to the log.
result<int64_t> end_those(sql::connection& c, std::string_view condition,
                          const std::vector<sql::parameter>& parameters, std::string_view why,
                          std::chrono::milliseconds within) {
  const auto until = std::chrono::steady_clock::now() + within;
  // Who lives after all connects again: that session starts behind this moment and is law 1's.
  std::vector<sql::parameter> arguments{nullptr};
  arguments.insert(arguments.end(), parameters.begin(), parameters.end());
  const auto statement =
      "select count(pg_terminate_backend(pid)), coalesce($1::timestamptz, statement_timestamp())"
      " from pg_stat_activity"
      " where backend_type = 'client backend' and datname = current_database()"
      "   and pid <> pg_backend_pid()"
      "   and backend_start < coalesce($1::timestamptz, statement_timestamp())"
      "   and case " +
      std::string{condition} + " else false end";
  for (;;) {
    auto left = c.execute(statement, arguments);
    if (!left)
      return left.error();
    if (left->integer(0, 0) == 0)
      break;
    if (std::chrono::steady_clock::now() > until)
      return fail(errc::timed_out, "old journal sessions do not end");
    arguments[0] = left->time(0, 1);
    std::this_thread::sleep_for(fence_poll);
  }
  // Only a transaction that writes waits for the disk and the standby.
  auto fence =
      c.execute("select pg_logical_emit_message(true, 'souk/fence', $1::text) - '0/0'::pg_lsn",
                {std::string{why}});
  if (!fence)
    return fence.error();
  return fence->integer(0, 0);
}

} // namespace

std::string process_name(std::string_view node, uint64_t generation) {
  return std::string{node} + '/' + std::to_string(generation);
}

std::string session_name(std::string_view node, uint64_t generation, int writer, bool is_member) {
  auto name = (is_member ? "souk/" : "souk-tool/") + process_name(node, generation) + '/' +
              std::to_string(writer);
  SOUK_ASSERT(name.size() <= 63 && node.find('/') == std::string_view::npos,
              "a node's name fits a session's name");
  return name;
}

result<int64_t> end_sessions(sql::connection& c, std::string_view node, uint64_t before,
                             const std::string& also, std::chrono::milliseconds within) {
  return end_those(c,
                   "when $4 <> '' and application_name = $4 then true"
                   " when application_name ~ '^souk/[^/]+/[0-9]{1,18}/[0-9]+$'"
                   "   then split_part(application_name, '/', 2) = $2"
                   "     and split_part(application_name, '/', 3)::bigint < $3",
                   {std::string{node}, static_cast<int64_t>(before), also}, node, within);
}

result<int64_t> end_sessions_of_dead(sql::connection& c, const std::vector<std::string>& also,
                                     std::chrono::milliseconds within) {
  return end_those(
      c,
      "when application_name ~ '^souk/[^/]+/[0-9]{1,18}/[0-9]+$'"
      "   then split_part(application_name, '/', 2) || '/' ||"
      "        split_part(application_name, '/', 3) = any($2)"
      "     or coalesce((select m.state = 'dead' from member m"
      "                   where m.node = split_part(application_name, '/', 2) and"
      "                     m.generation = split_part(application_name, '/', 3)::bigint),"
      "                 split_part(application_name, '/', 3)::bigint <="
      "                   (select forgotten from membership_version))",
      {also}, "the dead", within);
}

result<void> check_is_not_dead(sql::connection& c, std::string_view node, uint64_t generation) {
  auto r = c.execute("select coalesce((select state = 'dead' from member"
                     "                   where node = $1 and generation = $2), $2 <= forgotten)"
                     " from membership_version",
                     {std::string{node}, static_cast<int64_t>(generation)});
  if (!r)
    return r.error();
  if (r->boolean(0, 0))
    return fail(errc::superseded, "this process was declared dead");
  return {};
}

result<uint64_t> next_generation(sql::connection& c) {
  auto r = c.execute("select nextval('node_generation')");
  if (!r)
    return r.error();
  return static_cast<uint64_t>(r->integer(0, 0));
}

} // namespace souk::persistence
