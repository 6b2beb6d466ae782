#include "actors/warehouse/store.hpp"

namespace souk::warehouse {

namespace sql = persistence::sql;

namespace {

bool is_site_id(std::string_view id) {
  return !id.empty() && id.size() <= 32 &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

result<void> check(const site& s) {
  if (!is_site_id(s.id))
    return fail_field("/id", "invalid", "1 to 32 of a-z, 0-9 and -");
  if (s.name.empty() || s.name.size() > 100)
    return fail_field("/name", "out_of_range", "1 to 100 bytes");
  if (s.country.size() != 2)
    return fail_field("/country", "invalid", "two letters");
  constexpr int64_t degree = 1'000'000;
  if (s.where.latitude < -90 * degree || s.where.latitude > 90 * degree ||
      s.where.longitude < -180 * degree || s.where.longitude > 180 * degree)
    return fail_field("/latitude", "out_of_range", "not on this globe");
  return {};
}

} // namespace

result<geography> load_geography(sql::connection& c) {
  auto sites = c.execute("select id, name, country::text, postal_code, latitude, longitude, active "
                         "from warehouse order by id");
  if (!sites)
    return sites.error();
  auto areas = c.execute("select country::text, prefix, latitude, longitude from country_place "
                         "order by country, prefix");
  if (!areas)
    return areas.error();
  geography map;
  for (size_t i = 0; i < sites->size(); ++i)
    map.sites.push_back({std::string{sites->text(i, 0)},
                         std::string{sites->text(i, 1)},
                         std::string{sites->text(i, 2)},
                         std::string{sites->text(i, 3)},
                         {sites->integer(i, 4), sites->integer(i, 5)},
                         sites->boolean(i, 6)});
  for (size_t i = 0; i < areas->size(); ++i)
    map.areas.push_back({std::string{areas->text(i, 0)},
                         std::string{areas->text(i, 1)},
                         {areas->integer(i, 2), areas->integer(i, 3)}});
  return map;
}

result<void> put_site(sql::connection& c, const site& s) {
  if (auto checked = check(s); !checked)
    return checked.error();
  auto done = c.execute(
      "insert into warehouse (id, name, country, postal_code, latitude, longitude, active) "
      "values ($1::text, $2::text, $3::text, $4::text, $5::bigint, $6::bigint, $7::boolean) "
      "on conflict (id) do update set name = excluded.name, country = excluded.country, "
      "postal_code = excluded.postal_code, latitude = excluded.latitude, "
      "longitude = excluded.longitude, active = excluded.active",
      {s.id, s.name, s.country, s.postal_code, s.where.latitude, s.where.longitude, s.active});
  if (!done)
    return done.error();
  return {};
}

result<std::vector<level>> load_levels(sql::connection& c, const std::vector<std::string>& skus) {
  auto found = c.execute("select l.sku, l.warehouse, l.available from stock_level l "
                         "join warehouse w on w.id = l.warehouse and w.active "
                         "where l.sku = any($1::text[]) order by l.sku, l.warehouse",
                         {skus});
  if (!found)
    return found.error();
  std::vector<level> levels;
  for (size_t i = 0; i < found->size(); ++i)
    levels.push_back(
        {std::string{found->text(i, 0)}, std::string{found->text(i, 1)}, found->integer(i, 2)});
  return levels;
}

} // namespace souk::warehouse
