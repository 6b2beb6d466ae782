#include "actors/catalogue/categories.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/options_json.hpp"
#include "actors/catalogue/rows.hpp"

#include <set>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr std::string_view columns =
    "select k.handle, coalesce(k.parent, ''), k.name, k.attribute_schema::text, k.position, "
    "to_json(k.path)::text, k.version from category k ";

category category_of(const sql::rows& r, size_t i) {
  return {.handle = std::string{r.text(i, 0)},
          .parent = std::string{r.text(i, 1)},
          .name = std::string{r.text(i, 2)},
          .attribute_schema = std::string{r.text(i, 3)},
          .position = r.integer(i, 4),
          .path = parse_names(r.text(i, 5)),
          .version = r.integer(i, 6)};
}

/// Handle → name in the first of the languages that has one.
result<std::map<std::string, std::string, std::less<>>> names_in(sql::connection& c,
                                                                 const std::string& locale) {
  std::map<std::string, std::string, std::less<>> names;
  const auto wanted = locales_of(locale);
  if (wanted.empty())
    return names;
  auto found = c.execute("select distinct on (category) category, name from category_translation "
                         "where locale = any($1::text[]) "
                         "order by category, array_position($1::text[], locale)",
                         {wanted});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i)
    names.emplace(found->text(i, 0), found->text(i, 1));
  return names;
}

} // namespace

result<std::vector<category>> load_categories(sql::connection& c, const std::string& locale) {
  auto found =
      c.execute(std::string{columns} + "order by cardinality(k.path), k.position, k.handle");
  if (!found)
    return found.error();
  auto names = names_in(c, locale);
  if (!names)
    return names.error();
  std::vector<category> all;
  for (size_t i = 0; i < found->size(); ++i) {
    all.push_back(category_of(*found, i));
    if (const auto name = names->find(all.back().handle); name != names->end())
      all.back().name = name->second;
  }
  return all;
}

result<category> find_category(sql::connection& c, const std::string& handle) {
  if (!is_handle(handle))
    return fail(errc::not_found, "no such category");
  auto found = c.execute(std::string{columns} + "where k.handle = $1", {handle});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such category");
  auto names =
      c.execute("select locale, name from category_translation where category = $1", {handle});
  if (!names)
    return names.error();
  auto one = category_of(*found, 0);
  for (size_t i = 0; i < names->size(); ++i)
    one.names.emplace(names->text(i, 0), names->text(i, 1));
  return one;
}

result<std::map<std::string, std::string>> load_schemas(sql::connection& c,
                                                        const std::vector<std::string>& handles) {
  auto found = c.execute("select k.handle, coalesce((select jsonb_object_agg(rule.key, rule.value "
                         "order by cardinality(above.path)) from category above "
                         "cross join lateral jsonb_each(above.attribute_schema) rule "
                         "where above.handle = any(k.path)), '{}')::text from category k "
                         "where k.handle = any($1::text[])",
                         {handles});
  if (!found)
    return found.error();
  std::map<std::string, std::string> schemas;
  for (size_t i = 0; i < found->size(); ++i)
    schemas.emplace(found->text(i, 0), found->text(i, 1));
  return schemas;
}

result<void> lock_categories(sql::connection& c, const std::vector<std::string>& handles) {
  // From the root down, as changes of the tree lock too.
  auto locked = c.execute("select k.handle from category k where k.handle = any(array("
                          "select unnest(path) from category where handle = any($1::text[]))) "
                          "order by cardinality(k.path), k.handle for share",
                          {handles});
  if (!locked)
    return locked.error();
  return {};
}

result<void> add_categories(sql::connection& c, const std::vector<product_input>& products) {
  std::vector<std::string> handles, parents, names, paths;
  std::set<std::string_view> seen;
  for (const auto& p : products) {
    std::string path;
    std::string_view parent;
    for (const auto& step : p.category_path) {
      path += (path.empty() ? "" : "/") + step.handle;
      if (seen.insert(step.handle).second) {
        handles.push_back(step.handle);
        parents.emplace_back(parent);
        names.push_back(step.name.empty() ? step.handle : step.name);
        paths.push_back(path);
      }
      parent = step.handle;
    }
  }
  // In order of depth, and a known category keeps its place in the tree.
  auto done = c.execute("insert into category (handle, parent, name, path) "
                        "select handle, nullif(parent, ''), name, string_to_array(path, '/') "
                        "from unnest($1::text[], $2::text[], $3::text[], $4::text[]) "
                        "as n(handle, parent, name, path) on conflict (handle) do nothing",
                        {handles, parents, names, paths});
  if (!done)
    return done.error();
  if (done->affected() == 0)
    return {};
  // A known step may stand elsewhere than the import says: paths follow parents.
  auto settled = c.execute("with recursive tree as (select handle, array[handle] as path from "
                           "category where parent is null "
                           "union all select k.handle, t.path || k.handle from category k join "
                           "tree t on k.parent = t.handle) "
                           "update category k set path = t.path from tree t where t.handle = "
                           "k.handle and k.path <> t.path");
  if (!settled)
    return settled.error();
  return {};
}

} // namespace souk::catalogue
