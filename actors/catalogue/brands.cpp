#include "actors/catalogue/brands.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/rows.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr size_t name_bytes_max = 100;

brand brand_of(const sql::rows& r, size_t i) {
  return {std::string{r.text(i, 0)}, std::string{r.text(i, 1)}, r.integer(i, 2)};
}

std::vector<problem> check_brand(const brand& b) {
  std::vector<problem> problems;
  if (b.name.find_first_not_of(" \t\r\n") == std::string::npos || b.name.size() > name_bytes_max ||
      b.name.find('\0') != std::string::npos)
    problems.push_back({"out_of_range", "/name", "1 to 100 bytes", {}});
  if (!is_handle(b.handle))
    problems.push_back({"invalid", "/handle", "1 to 100 of a-z, 0-9 and -", {}});
  return problems;
}

/// errc::conflict when another brand than `name` has one of both.
result<void> expect_free(sql::connection& c, const brand& wanted, const std::string& name) {
  auto taken = c.execute("select name = $1 from brand where (name = $1 or handle = $2) "
                         "and name <> $3 limit 1",
                         {wanted.name, wanted.handle, name});
  if (!taken)
    return taken.error();
  if (taken->empty())
    return {};
  return conflict_at(taken->boolean(0, 0) ? "/name" : "/handle", "taken", "another brand has it");
}

result<brand> locked_brand(sql::connection& c, const std::string& handle,
                           std::optional<int64_t> expected) {
  if (!is_handle(handle))
    return fail(errc::not_found, "no such brand");
  auto found =
      c.execute("select name, handle, version from brand where handle = $1 for update", {handle});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such brand");
  auto now = brand_of(*found, 0);
  if (auto same = expect_version(expected, now.version); !same)
    return same.error();
  return now;
}

} // namespace

result<page<brand>> list_brands(sql::connection& c, const page_request& p) {
  if (auto good = check_limit(p.limit); !good)
    return good.error();
  std::string last;
  if (!p.cursor.empty()) {
    auto after = parse_cursor(p.cursor, "brands");
    if (!after)
      return after.error();
    last = after->id;
  }
  auto found = c.execute("select name, handle, version from brand where name > $1 "
                         "order by name limit $2",
                         {last, static_cast<int64_t>(p.limit + 1)});
  if (!found)
    return found.error();
  page<brand> answer;
  for (size_t i = 0; i < found->size() && i < p.limit; ++i)
    answer.items.push_back(brand_of(*found, i));
  if (found->size() > p.limit)
    answer.next_cursor = render_cursor({"brands", "", answer.items.back().name});
  return answer;
}

result<brand> find_brand(sql::connection& c, const std::string& handle) {
  if (!is_handle(handle))
    return fail(errc::not_found, "no such brand");
  auto found = c.execute("select name, handle, version from brand where handle = $1", {handle});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such brand");
  return brand_of(*found, 0);
}

result<std::string> create_brand(sql::connection& c, const brand& wanted) {
  auto made = wanted;
  if (made.handle.empty())
    made.handle = make_handle(made.name);
  if (auto problems = check_brand(made); !problems.empty())
    return refused(std::move(problems));
  // A handle that nobody asked for gives way by itself.
  if (auto free = expect_free(c, wanted, ""); !free)
    return free.error();
  auto done = c.execute("insert into brand (name, handle) values ($1, $2) returning handle",
                        {made.name, made.handle});
  if (!done)
    return done.error();
  return std::string{done->text(0, 0)};
}

result<std::string> change_brand(sql::connection& c, const std::string& handle,
                                 std::optional<int64_t> expected, const brand_patch& patch) {
  auto before = locked_brand(c, handle, expected);
  if (!before)
    return before.error();
  brand after{patch.name.value_or(before->name), patch.handle.value_or(before->handle)};
  if (auto problems = check_brand(after); !problems.empty())
    return refused(std::move(problems));
  if (auto free = expect_free(c, after, before->name); !free)
    return free.error();
  auto done = c.execute("update brand set name = $2, handle = $3, version = version + 1 "
                        "where name = $1",
                        {before->name, after.name, after.handle});
  if (!done)
    return done.error();
  if (after.name != before->name) {
    auto raised = c.execute("update product set version = version + 1, updated_at = now() "
                            "where brand = $1",
                            {after.name});
    if (!raised)
      return raised.error();
  }
  return after.handle;
}

result<std::string> remove_brand(sql::connection& c, const std::string& handle,
                                 std::optional<int64_t> expected) {
  auto before = locked_brand(c, handle, expected);
  if (!before)
    return before.error();
  auto products = c.execute("select count(*) from product where brand = $1", {before->name});
  if (!products)
    return products.error();
  if (products->integer(0, 0) > 0)
    return fail(errc::conflict,
                std::to_string(products->integer(0, 0)) + " products have this brand");
  auto gone = c.execute("delete from brand where name = $1", {before->name});
  if (!gone)
    return gone.error();
  return handle;
}

} // namespace souk::catalogue
