#include "actors/pricing/store.hpp"

#include <boost/json/parse.hpp>

namespace souk::pricing {

namespace {

result<shipping_kind> parse_kind(std::string_view text) {
  if (text == "flat")
    return shipping_kind::flat;
  if (text == "by_weight")
    return shipping_kind::by_weight;
  if (text == "free_over")
    return shipping_kind::free_over;
  return fail(errc::corrupt, "unknown kind of shipping option");
}

result<std::vector<shipping_option>> load_shipping(persistence::sql::connection& c) {
  auto found =
      c.execute("select id::text, name::text, kind::text, currency::text, amount, per_kilo, "
                "coalesce(free_over, 0), to_json(countries)::text "
                "from shipping_option order by position, id, zone");
  if (!found)
    return found.error();
  std::vector<shipping_option> options;
  for (size_t i = 0; i < found->size(); ++i) {
    auto kind = parse_kind(found->text(i, 2));
    auto in = souk::currency::parse(found->text(i, 3));
    if (!kind || !in)
      return fail(errc::corrupt, "a shipping option cannot be read");
    shipping_option option{std::string{found->text(i, 0)},
                           std::string{found->text(i, 1)},
                           *kind,
                           *in,
                           found->integer(i, 4),
                           found->integer(i, 5),
                           found->integer(i, 6),
                           {}};
    const auto countries = boost::json::parse(found->text(i, 7));
    for (const auto& country : countries.as_array())
      option.countries.emplace_back(country.as_string());
    options.push_back(std::move(option));
  }
  return options;
}

} // namespace

result<rules> load_rules(persistence::sql::connection& c) {
  auto found = c.execute("select country::text, tax_category, rate_ppm, included from tax_rate "
                         "order by country, tax_category");
  if (!found)
    return found.error();
  rules all;
  for (size_t i = 0; i < found->size(); ++i)
    all.tax.push_back({std::string{found->text(i, 0)}, std::string{found->text(i, 1)},
                       found->integer(i, 2), found->boolean(i, 3)});
  auto shipping = load_shipping(c);
  if (!shipping)
    return shipping.error();
  all.shipping = std::move(*shipping);
  return all;
}

} // namespace souk::pricing
