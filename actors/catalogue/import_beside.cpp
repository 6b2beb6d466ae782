#include "actors/catalogue/import_beside.hpp"

#include <algorithm>
#include <map>

namespace souk::catalogue {

namespace sql = persistence::sql;

result<void> put_sources(sql::connection& c, const batch& entries,
                         const std::vector<product_input>& products) {
  std::vector<std::string> ids, formats, kept;
  for (size_t i = 0; i < products.size(); ++i)
    if (!entries[i].place.format.empty()) {
      ids.push_back(products[i].id);
      formats.push_back(entries[i].place.format);
      kept.push_back(entries[i].place.kept);
    }
  if (ids.empty())
    return {};
  auto done = c.execute("with n as (select * from unnest($1::text[], $2::text[], $3::text[]) "
                        "as n(id, format, data)), "
                        "gone as (delete from product_source o using n where o.product = n.id "
                        "and o.format = n.format and n.data = '') "
                        "insert into product_source as o (product, format, data) "
                        "select id, format, data::jsonb from n where data <> '' "
                        "on conflict (product) do update set format = excluded.format, "
                        "data = excluded.data where (o.format, o.data) is distinct from "
                        "(excluded.format, excluded.data)",
                        {ids, formats, kept});
  return done ? result<void>{} : done.error();
}

result<size_t> put_own(sql::connection& c, const batch& entries) {
  std::vector<own_price> own;
  for (const auto& e : entries)
    own.insert(own.end(), e.own.begin(), e.own.end());
  auto priced = put_own_prices(c, own);
  if (!priced)
    return priced.error();
  // What this transaction changed already has its time.
  auto raised = c.execute("update product set version = version + 1, updated_at = now() "
                          "where id = any($1::text[]) and updated_at <> now()",
                          {std::vector<std::string>(priced->begin(), priced->end())});
  return raised ? result<size_t>{raised->affected()} : raised.error();
}

result<std::vector<size_t>> find_unpriced(sql::connection& c, const batch& entries,
                                          const std::vector<product_input>& products) {
  std::map<std::string, size_t, std::less<>> silent; ///< about prices: those there are stay
  for (size_t i = 0; i < products.size(); ++i)
    if (products[i].status == product_status::active && entries[i].own.empty() &&
        std::ranges::all_of(products[i].variants,
                            [](const variant_input& v) { return v.prices.empty(); }))
      silent.emplace(products[i].id, i);
  std::vector<size_t> unpriced;
  if (silent.empty())
    return unpriced;
  std::vector<std::string> ids;
  for (const auto& [id, i] : silent)
    ids.push_back(id);
  auto found = c.execute("select p.id from product p where p.id = any($1::text[]) and not exists "
                         "(select from variant v join price r on r.variant = v.id "
                         "where v.product = p.id) order by p.id",
                         {ids});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i)
    unpriced.push_back(silent.find(found->text(i, 0))->second);
  return unpriced;
}

} // namespace souk::catalogue
