#include "actors/catalogue/prices.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/rows.hpp"

#include <set>

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr size_t prices_max = 500; ///< of one variant

using texts = std::vector<std::string>;
using numbers = std::vector<int64_t>;

/// List → currency, for those that exist.
result<std::map<std::string, souk::currency>> currencies_of(sql::connection& c,
                                                            const std::vector<own_price>& prices) {
  texts ids;
  for (const auto& p : prices)
    if (is_price_list_id(p.price.list))
      ids.push_back(p.price.list);
  auto found = c.execute("select id, currency::text from price_list where id = any($1::text[]) "
                         "order by id for share",
                         {ids});
  if (!found)
    return found.error();
  std::map<std::string, souk::currency> known;
  for (size_t i = 0; i < found->size(); ++i)
    known.emplace(found->text(i, 0), souk::currency::parse(found->text(i, 1)).value());
  return known;
}

std::vector<problem> check_prices(const std::vector<own_price>& prices,
                                  const std::map<std::string, souk::currency>& lists) {
  std::vector<problem> problems;
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (size_t i = 0; i < prices.size(); ++i) {
    const auto& [sku, price] = prices[i];
    const auto at = "/prices/" + std::to_string(i);
    const auto expect = [&](bool good, const char* field, const char* code, const char* detail) {
      if (!good)
        problems.push_back({code, at + field, detail, {}});
    };
    const auto list = lists.find(price.list);
    expect(list != lists.end(), "/list", "unknown_list", "there is no such price list");
    expect(list == lists.end() || price.currency.value_or(list->second) == list->second,
           "/currency", "invalid", "is not the price list's");
    expect(price.amount >= 0 && price.amount <= amount_max, "/amount", "out_of_range", "from 0");
    expect(!price.original_amount ||
               (*price.original_amount > price.amount && *price.original_amount <= amount_max),
           "/original_amount", "out_of_range", "must be above the price");
    expect(seen.emplace(sku, price.list).second, "/list", "duplicate", "each list once");
  }
  return problems;
}

listed_price price_of(const sql::rows& r, size_t i) {
  listed_price p{.list = std::string{r.text(i, 1)},
                 .amount = r.integer(i, 2),
                 .currency = souk::currency::parse(r.text(i, 4)).value(),
                 .country = std::string{r.text(i, 5)}};
  if (!r.is_null(i, 3))
    p.original_amount = r.integer(i, 3);
  return p;
}

/// Whether any went; a variant remembers that it had one.
result<bool> drop_other_prices(sql::connection& c, const std::string& sku, const texts& kept) {
  auto gone =
      c.execute("with gone as (delete from price p using variant v where v.id = p.variant "
                "and v.sku = $1 and p.price_list <> all($2::text[]) returning p.variant) "
                "update variant set was_priced = true where id in (select variant from gone)",
                {sku, kept});
  if (!gone)
    return gone.error();
  return gone->affected() > 0;
}

} // namespace

std::vector<own_price> take_own_prices(product_input& p) {
  std::vector<own_price> own;
  for (auto& v : p.variants) {
    for (const auto& price : v.prices)
      if (!price.list.empty())
        own.push_back({v.sku,
                       {.list = price.list,
                        .amount = price.amount.amount,
                        .original_amount = price.original_amount,
                        .currency = price.amount.currency}});
    std::erase_if(v.prices, [](const price_input& price) { return !price.list.empty(); });
  }
  return own;
}

result<std::set<std::string>> put_own_prices(sql::connection& c,
                                             const std::vector<own_price>& prices) {
  std::set<std::string> changed;
  if (prices.empty())
    return changed;
  auto lists = currencies_of(c, prices);
  if (!lists)
    return lists.error();
  if (auto problems = check_prices(prices, *lists); !problems.empty())
    return refused(std::move(problems));
  texts sku, list;
  numbers amount, original;
  for (const auto& p : prices) {
    sku.push_back(p.sku);
    list.push_back(p.price.list);
    amount.push_back(p.price.amount);
    original.push_back(p.price.original_amount.value_or(-1));
  }
  auto done = c.execute("insert into price as old (variant, price_list, amount, original_amount) "
                        "select v.id, list, n.amount, nullif(original, -1) "
                        "from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) "
                        "as n(sku, list, amount, original) join variant v on v.sku = n.sku "
                        "on conflict (variant, price_list) do update set amount = excluded.amount, "
                        "original_amount = excluded.original_amount "
                        "where (old.amount, old.original_amount) is distinct from "
                        "(excluded.amount, excluded.original_amount) "
                        "returning (select product from variant where id = old.variant)",
                        {sku, list, amount, original});
  if (!done)
    return done.error();
  for (size_t i = 0; i < done->size(); ++i)
    changed.emplace(done->text(i, 0));
  return changed;
}

result<std::map<std::string, std::vector<listed_price>>>
load_prices(sql::connection& c, const std::vector<std::string>& variants) {
  auto found = c.execute("select p.variant, p.price_list, p.amount, p.original_amount, "
                         "l.currency::text, coalesce(l.country::text, '') from price p "
                         "join price_list l on l.id = p.price_list "
                         "where p.variant = any($1::text[]) order by p.variant, l.id",
                         {variants});
  if (!found)
    return found.error();
  std::map<std::string, std::vector<listed_price>> all;
  for (size_t i = 0; i < found->size(); ++i)
    all[std::string{found->text(i, 0)}].push_back(price_of(*found, i));
  return all;
}

result<variant_prices> find_prices(sql::connection& c, const std::string& sku) {
  if (!is_sku(sku))
    return fail(errc::not_found, "no such SKU");
  auto found = c.execute("select v.id, v.product, p.version from variant v "
                         "join product p on p.id = v.product where v.sku = $1",
                         {sku});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such SKU");
  const std::string variant{found->text(0, 0)};
  auto prices = load_prices(c, {variant});
  if (!prices)
    return prices.error();
  return variant_prices{sku, std::string{found->text(0, 1)}, found->integer(0, 2),
                        std::move((*prices)[variant])};
}

result<std::string> set_prices(sql::connection& c, const std::string& sku,
                               std::optional<int64_t> expected,
                               const std::vector<listed_price>& prices) {
  if (prices.size() > prices_max)
    return fail_field("/prices", "too_many", "at most 500");
  auto before = find_prices(c, sku);
  if (!before)
    return before.error();
  auto locked =
      c.execute("select version from product where id = $1 for update", {before->product});
  if (!locked)
    return locked.error();
  if (locked->empty())
    return fail(errc::not_found, "no such SKU");
  if (auto same = expect_version(expected, locked->integer(0, 0)); !same)
    return same.error();
  std::vector<own_price> wanted;
  texts kept;
  for (const auto& price : prices) {
    wanted.push_back({sku, price});
    if (is_price_list_id(price.list))
      kept.push_back(price.list);
  }
  auto put = put_own_prices(c, wanted);
  if (!put)
    return put.error();
  auto dropped = drop_other_prices(c, sku, kept);
  if (!dropped)
    return dropped.error();
  if (!put->empty() || *dropped)
    if (auto raised = raise_version(c, before->product, locked->integer(0, 0)); !raised)
      return raised.error();
  return sku;
}

} // namespace souk::catalogue
