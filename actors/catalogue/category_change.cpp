// Changes of the category tree. They wait for each other, so that two moves cannot make a circle,
// and lock from the top down, as writers of products do.
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/check_attributes.hpp"
#include "actors/catalogue/options_json.hpp"
#include "actors/catalogue/rows.hpp"

#include <algorithm>
#include <set>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr int64_t products_checked_at_once = 2'000;
constexpr int64_t position_max = 1'000'000;
constexpr size_t name_bytes_max = 100;

bool is_name(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") != std::string_view::npos &&
         text.size() <= name_bytes_max && text.find('\0') == std::string_view::npos;
}

/// What a category itself may be, whatever surrounds it.
std::vector<problem> check_category(const category& k) {
  auto problems = check_attribute_schema(k.attribute_schema);
  const auto expect = [&](bool good, std::string field, const char* code, const char* detail) {
    if (!good)
      problems.push_back({code, std::move(field), detail, {}});
  };
  expect(is_handle(k.handle), "/handle", "invalid", "1 to 100 of a-z, 0-9 and -");
  expect(is_name(k.name), "/name", "out_of_range", "1 to 100 bytes");
  expect(k.position >= 0 && k.position <= position_max, "/position", "out_of_range",
         "0 to 1000000");
  for (const auto& [locale, name] : k.names)
    expect(is_locale(locale) && is_name(name), "/translations/" + locale, "invalid",
           "a locale with a name of 1 to 100 bytes");
  return problems;
}

result<void> lock_tree(sql::connection& c) {
  auto locked = c.execute("select pg_advisory_xact_lock(hashtext('souk.category'))");
  if (!locked)
    return locked.error();
  return {};
}

/// The path of a new place; errc::conflict when that is below `handle` itself.
result<std::vector<std::string>> place_below(sql::connection& c, const std::string& parent,
                                             const std::string& handle) {
  if (parent.empty())
    return std::vector<std::string>{handle};
  const auto unknown = [] { return fail_field("/parent", "unknown", "there is no such category"); };
  if (!is_handle(parent))
    return unknown();
  auto found =
      c.execute("select to_json(path)::text from category where handle = $1 for share", {parent});
  if (!found)
    return found.error();
  if (found->empty())
    return unknown();
  auto path = parse_names(found->text(0, 0));
  if (std::ranges::find(path, handle) != path.end())
    return conflict_at("/parent", "cycle", "a category cannot be below itself");
  path.push_back(handle);
  if (path.size() > category_depth_max)
    return fail_field("/parent", "too_deep", "the tree has at most 16 levels");
  return path;
}

result<void> put_names(sql::connection& c, const std::string& handle,
                       const std::map<std::string, std::optional<std::string>>& names) {
  std::vector<std::string> dropped, locales, texts;
  for (const auto& [locale, name] : names) {
    if (name) {
      locales.push_back(locale);
      texts.push_back(*name);
    } else if (is_locale(locale)) {
      dropped.push_back(locale);
    }
  }
  auto gone = c.execute("delete from category_translation where category = $1 "
                        "and locale = any($2::text[])",
                        {handle, dropped});
  if (!gone)
    return gone.error();
  auto put = c.execute("insert into category_translation (category, locale, name) "
                       "select $1, * from unnest($2::text[], $3::text[]) "
                       "on conflict (category, locale) do update set name = excluded.name",
                       {handle, locales, texts});
  if (!put)
    return put.error();
  return {};
}

/// Collects the products that their categories' schemas refuse.
class schema_check {
public:
  explicit schema_check(std::map<std::string, std::string> schemas)
      : schemas_(std::move(schemas)) {}

  void look_at(std::string_view handle, const std::string& category, std::string_view attributes) {
    auto problems = check_attributes(attributes, schemas_.at(category));
    if (problems.empty())
      return;
    if (++count_ > offenders_named_max)
      return;
    auto& first = problems.front();
    first.field = "/products/" + std::string{handle} + first.field;
    named_.push_back(std::move(first));
  }

  result<void> verdict() && {
    if (count_ == 0)
      return {};
    auto why = fail(errc::conflict,
                    std::to_string(count_) + " products would not satisfy the attribute schema");
    why.problems = std::move(named_);
    why.extra = R"({"products":)" + std::to_string(count_) + "}";
    return why;
  }

private:
  std::map<std::string, std::string> schemas_;
  std::vector<problem> named_;
  size_t count_ = 0;
};

/// Whether every product of `handle` and below satisfies what its category demands now.
result<void> check_products(sql::connection& c, const std::string& handle) {
  auto below = c.execute("select handle from category where path @> array[$1::text]", {handle});
  if (!below)
    return below.error();
  std::vector<std::string> handles;
  for (size_t i = 0; i < below->size(); ++i)
    handles.emplace_back(below->text(i, 0));
  auto schemas = load_schemas(c, handles);
  if (!schemas)
    return schemas.error();
  schema_check check{std::move(*schemas)};
  std::string last;
  for (;;) {
    auto some = c.execute("select id, handle, category, attributes::text from product "
                          "where category = any($1::text[]) and id > $2 order by id limit $3",
                          {handles, last, products_checked_at_once});
    if (!some)
      return some.error();
    for (size_t i = 0; i < some->size(); ++i)
      check.look_at(some->text(i, 1), std::string{some->text(i, 2)}, some->text(i, 3));
    if (static_cast<int64_t>(some->size()) < products_checked_at_once)
      return std::move(check).verdict();
    last = some->text(some->size() - 1, 0);
  }
}

result<category> locked_category(sql::connection& c, const std::string& handle,
                                 std::optional<int64_t> expected) {
  if (auto locked = lock_tree(c); !locked)
    return locked.error();
  if (is_handle(handle))
    if (auto held =
            c.execute("select 1::bigint from category where handle = $1 for update", {handle});
        !held)
      return held.error();
  auto now = find_category(c, handle);
  if (!now)
    return now;
  if (auto same = expect_version(expected, now->version); !same)
    return same.error();
  return now;
}

category merged(category k, const category_patch& patch) {
  k.name = patch.name.value_or(k.name);
  k.parent = patch.parent.value_or(k.parent);
  k.position = patch.position.value_or(k.position);
  k.attribute_schema = patch.attribute_schema.value_or(k.attribute_schema);
  k.names.clear();
  for (const auto& [locale, name] : patch.names)
    if (name)
      k.names.emplace(locale, *name);
  return k;
}

result<void> move_rows(sql::connection& c, const category& before, const category& after,
                       const std::vector<std::string>& path) {
  auto moved = c.execute(
      "update category set parent = nullif($2, ''), name = $3, position = $4::bigint, "
      "attribute_schema = $5::text::jsonb, path = $6, version = version + 1 where handle = $1",
      {after.handle, after.parent, after.name, after.position, after.attribute_schema, path});
  if (!moved)
    return moved.error();
  if (path == before.path)
    return {};
  auto below = c.execute("update category set path = $2::text[] || path[$3::bigint::integer:], "
                         "version = version + 1 "
                         "where path @> array[$1::text] and handle <> $1",
                         {after.handle, path, static_cast<int64_t>(before.path.size() + 1)});
  if (!below)
    return below.error();
  return {};
}

} // namespace

result<std::string> create_category(sql::connection& c, const category& wanted) {
  if (auto problems = check_category(wanted); !problems.empty())
    return refused(std::move(problems));
  if (auto locked = lock_tree(c); !locked)
    return locked.error();
  auto path = place_below(c, wanted.parent, wanted.handle);
  if (!path)
    return path.error();
  auto made = c.execute(
      "insert into category (handle, parent, path, name, attribute_schema, "
      "position) values ($1, nullif($2, ''), $3, $4, $5::text::jsonb, "
      "$6::bigint) on conflict do nothing",
      {wanted.handle, wanted.parent, *path, wanted.name, wanted.attribute_schema, wanted.position});
  if (!made)
    return made.error();
  if (made->affected() == 0)
    return conflict_at("/handle", "taken", "another category has this handle");
  std::map<std::string, std::optional<std::string>> names(wanted.names.begin(), wanted.names.end());
  if (auto named = put_names(c, wanted.handle, names); !named)
    return named.error();
  return wanted.handle;
}

result<std::string> change_category(sql::connection& c, const std::string& handle,
                                    std::optional<int64_t> expected, const category_patch& patch) {
  auto before = locked_category(c, handle, expected);
  if (!before)
    return before.error();
  const auto after = merged(*before, patch);
  if (auto problems = check_category(after); !problems.empty())
    return refused(std::move(problems));
  auto path = after.parent == before->parent ? before->path : place_below(c, after.parent, handle);
  if (!path)
    return path.error();
  if (auto moved = move_rows(c, *before, after, *path); !moved)
    return moved.error();
  if (auto named = put_names(c, handle, patch.names); !named)
    return named.error();
  if (*path != before->path || after.attribute_schema != before->attribute_schema)
    if (auto good = check_products(c, handle); !good)
      return good.error();
  return handle;
}

result<std::string> remove_category(sql::connection& c, const std::string& handle,
                                    std::optional<int64_t> expected) {
  auto before = locked_category(c, handle, expected);
  if (!before)
    return before.error();
  auto inside = c.execute("select (select count(*) from category where parent = $1), "
                          "(select count(*) from product where category = $1)",
                          {handle});
  if (!inside)
    return inside.error();
  if (inside->integer(0, 0) > 0 || inside->integer(0, 1) > 0)
    return fail(errc::conflict, "it holds " + std::to_string(inside->integer(0, 0)) +
                                    " categories and " + std::to_string(inside->integer(0, 1)) +
                                    " products; only an empty one can be deleted");
  auto gone = c.execute("delete from category where handle = $1", {handle});
  if (!gone)
    return gone.error();
  return handle;
}

} // namespace souk::catalogue
