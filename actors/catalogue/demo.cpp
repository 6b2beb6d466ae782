#include "actors/catalogue/demo.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/demo_words.hpp"

#include <cstdio>

namespace souk::catalogue {

namespace {

using namespace demo;

constexpr size_t variants_of_demo = 6;
constexpr time_point demo_opening = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};

/// SplitMix64: a few instructions, the same numbers on every machine, for ever.
class dice final : public entropy {
public:
  dice(uint64_t seed, uint64_t index)
      : state_(seed * 0x9E3779B97F4A7C15u ^ (index + 1) * 0xD1B54A32D192ED03u) {}

  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
  }
  /// least to most, both included.
  int64_t between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(next() % static_cast<uint64_t>(most - least + 1));
  }
  bool one_in(uint64_t n) { return next() % n == 0; }
  std::string_view word(words from) { return from[next() % from.size()]; }
  void fill(std::span<unsigned char> out) override {
    for (auto& byte : out)
      byte = static_cast<unsigned char>(next());
  }

private:
  uint64_t state_;
};

/// Shops write 4.90, 19.99 and 249.00, not 251.37.
int64_t shop_price(int64_t cents) {
  if (cents < 1000)
    return cents / 50 * 50 + 40;
  if (cents < 10'000)
    return cents / 100 * 100 + 99;
  return (cents / 1000 + 1) * 1000 - 100;
}

std::vector<price_input> demo_prices(dice& d, const kind& k) {
  // The square makes cheap things common, as in any shop.
  const auto spread = d.between(0, 1000) * d.between(0, 1000);
  const auto euro = shop_price(k.price_least + (k.price_most - k.price_least) * spread / 1'000'000);
  const bool reduced = d.one_in(5);
  const auto markup = d.between(115, 150);
  std::vector<price_input> prices;
  for (const auto& [in, percent] :
       {std::pair{souk::currency{"EUR"}, 100}, std::pair{souk::currency{"USD"}, 110},
        std::pair{souk::currency{"GBP"}, 87}}) {
    price_input price{{shop_price(euro * percent / 100), in}};
    const auto before = shop_price(price.amount.amount * markup / 100);
    if (reduced && before > price.amount.amount)
      price.original_amount = before;
    prices.push_back(std::move(price));
  }
  return prices;
}

std::vector<stock_input> demo_stock(dice& d) {
  const auto mood = d.between(1, 100);
  std::vector<stock_input> stock = {{"berlin", 0}, {"lyon", 0}, {"leeds", 0}};
  if (mood <= 8)
    return stock;
  if (mood <= 18) {
    stock[d.next() % stock.size()].on_hand = d.between(1, 5);
    return stock;
  }
  for (auto& s : stock)
    s.on_hand = d.one_in(5) ? 0 : d.between(6, 240);
  if (stock[0].on_hand + stock[1].on_hand + stock[2].on_hand == 0)
    stock[0].on_hand = 12;
  return stock;
}

words values_of(choice options) {
  switch (options) {
  case choice::none:
    return {};
  case choice::colour:
    return colours;
  case choice::size:
    return sizes;
  case choice::shoe:
    return shoe_sizes;
  case choice::colour_and_size:
    return sizes;
  case choice::volume:
    return volumes;
  }
  return {};
}

/// A run of neighbouring values: a shop has S, M and L, not XS and XXL.
std::vector<std::string_view> some_of(dice& d, words values, size_t most) {
  const auto count = std::min<size_t>(static_cast<size_t>(d.between(1, static_cast<int64_t>(most))),
                                      values.size());
  const auto first = d.next() % (values.size() - count + 1);
  return {values.begin() + static_cast<ptrdiff_t>(first),
          values.begin() + static_cast<ptrdiff_t>(first + count)};
}

std::vector<std::vector<option_value>> demo_options(dice& d, const kind& k, product_input& p) {
  if (k.options == choice::none)
    return {{}};
  std::vector<std::vector<option_value>> all;
  if (k.options == choice::colour_and_size) {
    p.option_names = {"colour", "size"};
    for (auto colour : some_of(d, colours, 2))
      for (auto size : some_of(d, sizes, variants_of_demo / 2))
        all.push_back({{"colour", std::string{colour}}, {"size", std::string{size}}});
    return all;
  }
  const auto* name = k.options == choice::colour   ? "colour"
                     : k.options == choice::volume ? "volume"
                                                   : "size";
  p.option_names = {name};
  for (auto value : some_of(d, values_of(k.options), variants_of_demo))
    all.push_back({{name, std::string{value}}});
  return all;
}

std::string number_text(size_t index) {
  char text[24];
  std::snprintf(text, sizeof text, "%06zu", index);
  return text;
}

void describe(dice& d, const kind& k, product_input& p) {
  const auto adjective = d.word(adjectives);
  const auto material = d.word(k.materials);
  const auto noun = d.word(k.nouns);
  p.brand = d.word(brands);
  p.title = std::string{adjective} + " " + std::string{material} + " " + std::string{noun};
  p.description = std::string{d.word(openings)} + " The " + p.brand + " " + std::string{noun} +
                  " in " + std::string{material} + " belongs to our " + std::string{k.name} +
                  " and was chosen because it is " + std::string{adjective} +
                  " without being loud about it. " + std::string{d.word(closings)};
  p.attributes = R"({"material":")" + std::string{material} + R"(","style":")" +
                 std::string{adjective} + "\"}";
}

class demo_reader final : public product_reader {
public:
  demo_reader(uint64_t seed, size_t count) : seed_(seed), count_(count) {}
  std::optional<result<product_input>> next() override {
    if (index_ == count_)
      return std::nullopt;
    return demo_product(seed_, index_++);
  }

private:
  uint64_t seed_;
  size_t count_;
  size_t index_ = 0;
};

} // namespace

product_input demo_product(uint64_t seed, size_t index) {
  dice d{seed, index};
  const auto& k = kinds[index % kinds.size()];
  product_input p;
  p.id = make_uuid7(demo_opening + std::chrono::milliseconds{index}, d);
  p.category_path = {{std::string{k.root}, "", std::string{k.root_name}},
                     {std::string{k.leaf}, "", std::string{k.name}}};
  p.tax_category = k.tax_category;
  describe(d, k, p);
  p.handle = make_handle(p.title) + "-" + std::to_string(index);
  if (!d.one_in(4)) {
    p.rating_count = 1 + d.between(0, 20) * d.between(0, 20);
    p.rating_sum = p.rating_count * d.between(32, 49) / 10;
  }
  p.velocity = d.between(0, 30) * d.between(0, 30) * d.between(0, 2);
  const auto prices = demo_prices(d, k);
  const auto grams = d.between(k.grams_least, k.grams_most) / 10 * 10;
  for (auto& options : demo_options(d, k, p)) {
    variant_input v{.sku = std::string{k.code} + "-" + number_text(index), .prices = prices};
    for (const auto& o : options)
      v.sku += "-" + make_handle(o.value);
    v.options = std::move(options);
    v.weight_grams = grams;
    v.cost = money{prices.front().amount.amount * 55 / 100, prices.front().amount.currency};
    v.stock = demo_stock(d);
    p.variants.push_back(std::move(v));
  }
  return p;
}

std::unique_ptr<product_reader> read_demo(uint64_t seed, size_t count) {
  return std::make_unique<demo_reader>(seed, count);
}

} // namespace souk::catalogue
