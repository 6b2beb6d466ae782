#include "actors/catalogue/price_lists.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/rows.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

constexpr int64_t priority_max = 1'000'000;
constexpr size_t name_bytes_max = 100;

constexpr std::string_view columns =
    "select l.id, l.name, l.currency::text, coalesce(l.country::text, ''), l.priority, "
    "nullif(l.valid_from, '-infinity'), nullif(l.valid_until, 'infinity'), l.version "
    "from price_list l ";

price_list list_of(const sql::rows& r, size_t i) {
  price_list l{.id = std::string{r.text(i, 0)},
               .name = std::string{r.text(i, 1)},
               .currency = souk::currency::parse(r.text(i, 2)).value(),
               .country = std::string{r.text(i, 3)},
               .priority = r.integer(i, 4),
               .version = r.integer(i, 7)};
  if (!r.is_null(i, 5))
    l.valid_from = r.time(i, 5);
  if (!r.is_null(i, 6))
    l.valid_until = r.time(i, 6);
  return l;
}

std::vector<problem> check_list(const price_list& l) {
  std::vector<problem> problems;
  const auto expect = [&](bool good, const char* field, const char* code, const char* detail) {
    if (!good)
      problems.push_back({code, field, detail, {}});
  };
  expect(l.name.find_first_not_of(" \t\r\n") != std::string::npos &&
             l.name.size() <= name_bytes_max && l.name.find('\0') == std::string::npos,
         "/name", "out_of_range", "1 to 100 bytes");
  expect(l.country.empty() || is_country(l.country), "/country", "invalid",
         "two capital letters, ISO 3166-1");
  expect(l.priority >= -priority_max && l.priority <= priority_max, "/priority", "out_of_range",
         "-1000000 to 1000000");
  expect(!l.valid_from || !l.valid_until || *l.valid_from < *l.valid_until, "/valid_until",
         "out_of_range", "must be after valid_from");
  return problems;
}

sql::parameter time_or_null(const std::optional<time_point>& t) {
  return t ? sql::parameter{*t} : sql::parameter{nullptr};
}

result<price_list> locked_list(sql::connection& c, const std::string& id,
                               std::optional<int64_t> expected) {
  if (!is_price_list_id(id))
    return fail(errc::not_found, "no such price list");
  auto found = c.execute(std::string{columns} + "where l.id = $1 for update", {id});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such price list");
  auto now = list_of(*found, 0);
  if (auto same = expect_version(expected, now.version); !same)
    return same.error();
  return now;
}

result<bool> has_prices(sql::connection& c, const std::string& id) {
  auto found = c.execute("select exists (select from price where price_list = $1)", {id});
  if (!found)
    return found.error();
  return found->boolean(0, 0);
}

/// Amounts are in the list's currency, and imports know the lists of markets by name.
result<void> expect_same_market(sql::connection& c, const price_list& before,
                                const price_list& after) {
  if (after.currency == before.currency && after.country == before.country)
    return {};
  const bool other_currency = after.currency != before.currency;
  const auto* field = other_currency ? "/currency" : "/country";
  if (!is_handle(before.id))
    return conflict_at(field, "fixed", "this list is its market's");
  if (!other_currency)
    return {};
  auto priced = has_prices(c, before.id);
  if (!priced)
    return priced.error();
  if (*priced)
    return conflict_at(field, "fixed", "the list has prices in its currency");
  return {};
}

/// What its products show changes with the list.
result<void> raise_versions_of(sql::connection& c, const std::string& id) {
  auto done = c.execute("update product set version = version + 1, updated_at = now() where id in "
                        "(select v.product from price p join variant v on v.id = p.variant "
                        "where p.price_list = $1)",
                        {id});
  if (!done)
    return done.error();
  return {};
}

} // namespace

result<page<price_list>> list_price_lists(sql::connection& c, const page_request& p) {
  if (auto good = check_limit(p.limit); !good)
    return good.error();
  std::string last;
  if (!p.cursor.empty()) {
    auto after = parse_cursor(p.cursor, "price_lists");
    if (!after)
      return after.error();
    last = after->id;
  }
  auto found = c.execute(std::string{columns} + "where l.id > $1 order by l.id limit $2",
                         {last, static_cast<int64_t>(p.limit + 1)});
  if (!found)
    return found.error();
  page<price_list> answer;
  for (size_t i = 0; i < found->size() && i < p.limit; ++i)
    answer.items.push_back(list_of(*found, i));
  if (found->size() > p.limit)
    answer.next_cursor = render_cursor({"price_lists", "", answer.items.back().id});
  return answer;
}

result<price_list> find_price_list(sql::connection& c, const std::string& id) {
  if (!is_price_list_id(id))
    return fail(errc::not_found, "no such price list");
  auto found = c.execute(std::string{columns} + "where l.id = $1", {id});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such price list");
  return list_of(*found, 0);
}

result<std::string> create_price_list(sql::connection& c, const price_list& wanted) {
  auto problems = check_list(wanted);
  if (!is_handle(wanted.id))
    problems.push_back({"invalid", "/id", "1 to 100 of a-z, 0-9 and -", {}});
  if (!problems.empty())
    return refused(std::move(problems));
  auto made = c.execute(
      "insert into price_list (id, name, currency, country, priority, valid_from, "
      "valid_until) values ($1, $2, $3::text, nullif($4::text, ''), $5::bigint, "
      "coalesce($6::timestamptz, '-infinity'), "
      "coalesce($7::timestamptz, 'infinity')) on conflict do nothing",
      {wanted.id, wanted.name, std::string{wanted.currency.code()}, wanted.country, wanted.priority,
       time_or_null(wanted.valid_from), time_or_null(wanted.valid_until)});
  if (!made)
    return made.error();
  if (made->affected() == 0)
    return conflict_at("/id", "taken", "another price list has this id");
  return wanted.id;
}

result<std::string> change_price_list(sql::connection& c, const std::string& id,
                                      std::optional<int64_t> expected,
                                      const price_list_patch& patch) {
  auto before = locked_list(c, id, expected);
  if (!before)
    return before.error();
  auto after = *before;
  after.name = patch.name.value_or(after.name);
  after.currency = patch.currency.value_or(after.currency);
  after.country = patch.country.value_or(after.country);
  after.priority = patch.priority.value_or(after.priority);
  after.valid_from = patch.valid_from.value_or(after.valid_from);
  after.valid_until = patch.valid_until.value_or(after.valid_until);
  if (auto problems = check_list(after); !problems.empty())
    return refused(std::move(problems));
  if (auto same = expect_same_market(c, *before, after); !same)
    return same.error();
  auto done =
      c.execute("update price_list set name = $2, currency = $3::text, "
                "country = nullif($4::text, ''), priority = $5::bigint, "
                "valid_from = coalesce($6::timestamptz, '-infinity'), "
                "valid_until = coalesce($7::timestamptz, 'infinity'), "
                "version = version + 1 where id = $1",
                {id, after.name, std::string{after.currency.code()}, after.country, after.priority,
                 time_or_null(after.valid_from), time_or_null(after.valid_until)});
  if (!done)
    return done.error();
  if (auto raised = raise_versions_of(c, id); !raised)
    return raised.error();
  return id;
}

result<std::string> remove_price_list(sql::connection& c, const std::string& id,
                                      std::optional<int64_t> expected) {
  auto before = locked_list(c, id, expected);
  if (!before)
    return before.error();
  auto in_force = c.execute("select valid_until > now() and exists (select from price "
                            "where price_list = $1) from price_list where id = $1",
                            {id});
  if (!in_force)
    return in_force.error();
  if (in_force->boolean(0, 0))
    return fail(errc::conflict, "it has prices that hold or will; set its valid_until first");
  if (auto raised = raise_versions_of(c, id); !raised)
    return raised.error();
  auto marked = c.execute("update variant set was_priced = true "
                          "where id in (select variant from price where price_list = $1)",
                          {id});
  if (!marked)
    return marked.error();
  auto gone = c.execute("delete from price_list where id = $1", {id});
  if (!gone)
    return gone.error();
  return id;
}

} // namespace souk::catalogue
