#include "actors/pricing/quote.hpp"

#include "base/ids.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace souk::pricing {

namespace {

constexpr int64_t grams_per_kilo = 1000;
__extension__ typedef __int128 wide; // a product of two amounts needs more than 64 bits

const tax_rate* find_rate(const rules& by, std::string_view country, std::string_view category) {
  const auto found = std::ranges::find_if(
      by.tax, [&](const tax_rate& r) { return r.country == country && r.category == category; });
  return found == by.tax.end() ? nullptr : &*found;
}

/// An unknown category is taxed as standard: rather too much than owed to the state.
tax_rate rate_for(const rules& by, std::string_view country, std::string_view category) {
  if (const auto* exact = find_rate(by, country, category))
    return *exact;
  if (const auto* standard = find_rate(by, country, "standard"))
    return *standard;
  return {std::string{country}, std::string{category}, 0, false};
}

int64_t tax_on(int64_t amount, const tax_rate& rate, souk::currency c) {
  return rate.included ? tax_within({amount, c}, rate.ppm).amount
                       : share({amount, c}, rate.ppm).amount;
}

result<void> check(const quote_request& request) {
  if (request.lines.empty())
    return fail_field("/lines", "required", "there is nothing to price");
  if (request.lines.size() > lines_max)
    return fail_field("/lines", "too_many", "at most 200 lines");
  for (const auto& line : request.lines) {
    if (line.quantity < 1 || line.quantity > quantity_max)
      return fail_field(line.sku, "out_of_range", "quantity must be 1 to 100000");
    if (line.unit_price < 0 || line.unit_price > amount_max || line.weight_grams < 0)
      return fail_field(line.sku, "out_of_range", "price or weight out of range");
  }
  if (request.discount < 0)
    return fail_field("/discount", "out_of_range", "a discount cannot be negative");
  return {};
}

result<int64_t> subtotal_of(const quote_request& request) {
  money sum{0, request.currency};
  for (const auto& line : request.lines) {
    auto total = multiply({line.unit_price, request.currency}, line.quantity);
    if (!total)
      return fail_field(line.sku, "out_of_range", "the line's total is out of range");
    auto next = add(sum, *total);
    if (!next)
      return fail_field("/lines", "out_of_range", "the subtotal is out of range");
    sum = *next;
  }
  return sum.amount;
}

/// Whole cents by largest remainder; ties go to the earlier line.
void spread_discount(std::vector<quoted_line>& lines, int64_t discount, int64_t subtotal) {
  if (discount == 0)
    return;
  std::vector<int64_t> remainders;
  int64_t given = 0;
  for (auto& line : lines) {
    const auto product = static_cast<wide>(line.line_total) * discount;
    line.discount = static_cast<int64_t>(product / subtotal);
    remainders.push_back(static_cast<int64_t>(product % subtotal));
    given += line.discount;
  }
  std::vector<size_t> order(lines.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, std::greater{}, [&](size_t i) { return remainders[i]; });
  for (size_t i = 0; given < discount; ++i, ++given)
    ++lines[order[i]].discount;
}

const shipping_option* find_option(const rules& by, const quote_request& request,
                                   std::string_view id) {
  const shipping_option* elsewhere = nullptr;
  for (const auto& option : by.shipping) {
    if (option.id != id || option.currency != request.currency)
      continue;
    if (option.countries.empty())
      elsewhere = &option;
    else if (std::ranges::find(option.countries, request.country) != option.countries.end())
      return &option;
  }
  return elsewhere;
}

result<int64_t> shipping_price(const shipping_option& option, const quote_request& request,
                               int64_t goods) {
  const auto too_much = [] { return fail_field("/shipping_option", "out_of_range", "too heavy"); };
  if (option.kind == shipping_kind::free_over && goods >= option.free_over)
    return 0;
  if (option.kind != shipping_kind::by_weight)
    return option.amount;
  int64_t grams = 0;
  for (const auto& line : request.lines) {
    int64_t of_line = 0;
    if (__builtin_mul_overflow(line.weight_grams, line.quantity, &of_line) ||
        __builtin_add_overflow(grams, of_line, &grams))
      return too_much();
  }
  const auto kilos = grams / grams_per_kilo + (grams % grams_per_kilo != 0 ? 1 : 0);
  auto by_kilo = multiply({option.per_kilo, request.currency}, kilos);
  if (!by_kilo)
    return too_much();
  auto sum = add(*by_kilo, {option.amount, request.currency});
  if (!sum)
    return too_much();
  return sum->amount;
}

void price_lines(quote& q, const quote_request& request, const rules& by,
                 std::map<int64_t, tax_part>& parts) {
  for (const auto& line : request.lines)
    q.lines.push_back({line.sku, line.quantity, line.unit_price, line.unit_price * line.quantity});
  spread_discount(q.lines, q.discount, q.subtotal);
  for (size_t i = 0; i < q.lines.size(); ++i) {
    auto& line = q.lines[i];
    const auto rate = rate_for(by, request.country, request.lines[i].tax_category);
    const auto base = line.line_total - line.discount;
    line.tax = tax_on(base, rate, request.currency);
    line.tax_ppm = rate.ppm;
    q.tax += line.tax;
    auto& part = parts[rate.ppm];
    part.net += rate.included ? base - line.tax : base;
    part.tax += line.tax;
  }
}

result<void> price_shipping(quote& q, const quote_request& request, const rules& by,
                            std::map<int64_t, tax_part>& parts) {
  if (request.shipping_option.empty())
    return {};
  const auto* option = find_option(by, request, request.shipping_option);
  if (option == nullptr)
    return fail_field("/shipping_option", "unknown",
                      "this option does not serve that country in that currency");
  auto price = shipping_price(*option, request, q.subtotal - q.discount);
  if (!price)
    return price.error();
  const auto rate = rate_for(by, request.country, "shipping");
  q.shipping = *price;
  q.shipping_tax = tax_on(q.shipping, rate, request.currency);
  q.tax += q.shipping_tax;
  auto& part = parts[rate.ppm];
  part.net += rate.included ? q.shipping - q.shipping_tax : q.shipping;
  part.tax += q.shipping_tax;
  return {};
}

} // namespace

result<quote> make_quote(const quote_request& request, const rules& by) {
  if (auto checked = check(request); !checked)
    return checked.error();
  auto subtotal = subtotal_of(request);
  if (!subtotal)
    return subtotal.error();
  if (request.discount > *subtotal)
    return fail_field("/discount", "out_of_range", "a discount cannot exceed the subtotal");
  quote q{.currency = request.currency,
          .country = request.country,
          .subtotal = *subtotal,
          .discount = request.discount,
          .shipping_option = request.shipping_option,
          .tax_included = rate_for(by, request.country, "standard").included};
  std::map<int64_t, tax_part> parts;
  price_lines(q, request, by, parts);
  if (auto shipped = price_shipping(q, request, by, parts); !shipped)
    return shipped.error();
  // Each of the four is at most amount_max, so the sum fits before it is checked.
  q.total = q.subtotal - q.discount + q.shipping + (q.tax_included ? 0 : q.tax);
  if (q.total > amount_max)
    return fail_field("/lines", "out_of_range", "the total is out of range");
  for (auto& [ppm, part] : parts) {
    part.ppm = ppm;
    if (part.net != 0 || part.tax != 0)
      q.breakdown.push_back(part);
  }
  return q;
}

result<std::vector<offered_option>> offer_shipping(const quote_request& request, const rules& by) {
  std::vector<offered_option> offers;
  auto with_option = request;
  for (const auto& option : by.shipping) {
    if (std::ranges::find(offers, option.id, &offered_option::id) != offers.end())
      continue;
    const auto* serving = find_option(by, request, option.id);
    if (serving == nullptr)
      continue;
    with_option.shipping_option = option.id;
    auto q = make_quote(with_option, by);
    if (!q)
      return q.error();
    offers.push_back({option.id, serving->name, q->shipping});
  }
  return offers;
}

std::string fingerprint_of(const quote& q) {
  std::string text{q.currency.code()};
  const auto put = [&text](std::string_view part) {
    text += '\x1f';
    text += part;
  };
  const auto put_number = [&put](int64_t n) { put(std::to_string(n)); };
  put(q.country);
  put(q.shipping_option);
  for (const auto& line : q.lines) {
    put(line.sku);
    for (auto n : {line.quantity, line.unit_price, line.line_total, line.discount, line.tax})
      put_number(n);
  }
  for (auto n : {q.subtotal, q.discount, q.shipping, q.tax, q.total, int64_t{q.tax_included}})
    put_number(n);
  const auto hash = fingerprint(text);
  std::array<unsigned char, sizeof hash> big_endian{};
  for (size_t i = 0; i < big_endian.size(); ++i)
    big_endian[i] = static_cast<unsigned char>(hash >> (56 - 8 * i));
  return to_hex(big_endian);
}

} // namespace souk::pricing
