#include "actors/catalogue/picture_collection.hpp"

#include "actors/catalogue/picture_rows.hpp"

#include <set>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

result<int64_t> collect(sql::connection& c, picture_shelf& files, time_point now) {
  auto gone = files.remove_unfinished(now - unfinished_kept);
  const auto before = now - picture_kept;
  auto unused = unused_pictures(c, before, pictures_collected_max);
  if (!unused)
    return unused.error();
  std::set<std::string> hidden;
  for (auto& hash : *unused)
    if (files.set_aside(hash, before))
      hidden.insert(std::move(hash));
  for (auto& hash : files.aside())
    hidden.insert(std::move(hash));
  const auto forgotten = forget_pictures(c, {hidden.begin(), hidden.end()}, before);
  if (!forgotten)
    return forgotten.error();
  const std::set<std::string> old{forgotten->begin(), forgotten->end()};
  for (const auto& hash : hidden)
    if (!old.contains(hash))
      files.put_back(hash);
    else if (files.remove_aside(hash, before))
      ++gone;
  return gone;
}

} // namespace

result<int64_t> collect_pictures(sql::connection& c, picture_shelf& files, time_point now) {
  const auto mine = c.execute("select pg_try_advisory_lock(hashtext('souk.pictures'))");
  if (!mine)
    return mine.error();
  if (!mine->boolean(0, 0))
    return 0;
  auto gone = collect(c, files, now);
  // Where this fails, the session and its lock have ended.
  (void)c.execute("select pg_advisory_unlock(hashtext('souk.pictures'))");
  return gone;
}

} // namespace souk::catalogue
