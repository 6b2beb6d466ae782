#include "actors/catalogue/demo.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/demo_dice.hpp"
#include "actors/catalogue/demo_lists.hpp"

#include <algorithm>
#include <cstdio>

namespace souk::catalogue {

namespace {

using namespace demo;

constexpr size_t variants_of_demo = 6;
constexpr time_point demo_opening = std::chrono::sys_days{std::chrono::year{2026} / 1 / 1};
constexpr std::array<std::string_view, 3> warehouses = {"berlin", "lyon", "leeds"};

/// Shops write 4.90, 19.99 and 249.00, not 251.37.
int64_t shop_price(int64_t cents) {
  if (cents < 1000)
    return cents / 50 * 50 + 40;
  if (cents < 10'000)
    return cents / 100 * 100 + 99;
  return (cents / 1000 + 1) * 1000 - 100;
}

std::vector<price_input> demo_prices(dice& d, const kind& k) {
  static constexpr std::array markets = {std::pair{souk::currency{"EUR"}, 100},
                                         std::pair{souk::currency{"USD"}, 110},
                                         std::pair{souk::currency{"GBP"}, 87}};
  // The product makes cheap things common, as in any shop.
  const auto spread = d.between(0, 1000) * d.between(0, 1000);
  const auto euro = shop_price(k.price_least + (k.price_most - k.price_least) * spread / 1'000'000);
  const bool reduced = d.one_in(5);
  const auto markup = d.between(115, 150);
  std::vector<price_input> prices;
  prices.reserve(markets.size());
  for (const auto& [in, percent] : markets) {
    price_input price{{shop_price(euro * percent / 100), in}};
    const auto before = shop_price(price.amount.amount * markup / 100);
    if (reduced && before > price.amount.amount)
      price.original_amount = before;
    prices.push_back(std::move(price));
  }
  return prices;
}

/// Most goods lie in one warehouse, some in two or three, and of some there is none or few.
std::vector<stock_input> demo_stock(dice& d, size_t home) {
  const auto mood = d.between(1, 100);
  if (mood <= 7)
    return {};
  const size_t places = mood <= 72 ? 1 : mood <= 95 ? 2 : 3;
  std::vector<stock_input> stock;
  for (size_t i = 0; i < places; ++i)
    stock.push_back({std::string{warehouses[(home + i) % warehouses.size()]},
                     mood <= 17 ? d.between(1, 5) : d.between(6, 240)});
  return stock;
}

/// What an option is called and which values there are; the values of a colour stand in words.
std::pair<std::string, const words*> option_of(choice c) {
  const auto& l = lists();
  switch (c) {
  case choice::none:
    break;
  case choice::colour:
    return {"colour", &l.colours};
  case choice::size:
  case choice::colour_and_size:
    return {"size", &l.sizes};
  case choice::shoe:
    return {"size", &l.shoe_sizes};
  case choice::volume:
    return {"volume", &l.volumes};
  case choice::weight:
    return {"weight", &l.weights};
  case choice::bed:
    return {"size", &l.beds};
  case choice::storage:
    return {"storage", &l.storages};
  case choice::ring:
    return {"size", &l.rings};
  }
  return {"", nullptr};
}

/// A run of neighbouring values: a shop has S, M and L, not XS and XXL. Few are commoner than many.
std::vector<std::string_view> some_of(dice& d, const words& values, size_t most) {
  most = std::min(most, values.size());
  const auto count = 1 + static_cast<size_t>(std::min(d.next() % most, d.next() % most));
  const auto first = d.next() % (values.size() - count + 1);
  return {values.begin() + static_cast<ptrdiff_t>(first),
          values.begin() + static_cast<ptrdiff_t>(first + count)};
}

std::vector<std::vector<option_value>> demo_options(dice& d, const kind& k, product_input& p) {
  const auto [name, values] = option_of(k.options);
  if (values == nullptr)
    return {{}};
  std::vector<std::vector<option_value>> all;
  if (k.options == choice::colour_and_size) {
    p.option_names = {"colour", name};
    for (auto colour : some_of(d, lists().colours, 2))
      for (auto size : some_of(d, *values, variants_of_demo / 2))
        all.push_back({{"colour", std::string{colour}}, {name, std::string{size}}});
    return all;
  }
  p.option_names = {name};
  for (auto value : some_of(d, *values, k.options == choice::colour ? 3 : variants_of_demo))
    all.push_back({{name, std::string{value}}});
  return all;
}

std::string number_text(size_t index) {
  char text[24];
  std::snprintf(text, sizeof text, "%06zu", index);
  return text;
}

/// Two syllables, or three: "Varo", "Lumiren".
std::string model_name(dice& d) {
  const auto& all = lists().syllables;
  std::string name{d.one_of(all)};
  name += d.one_of(all);
  if (d.one_in(3))
    name += d.one_of(all);
  name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

struct texts {
  const spoken& noun;
  const spoken& material;
  std::string_view style;
  std::string model;
};

void describe(dice& d, const texts& t, product_input& p) {
  const auto& l = lists();
  const bool by_material = !d.one_in(4);
  p.title = t.model + " " + std::string{by_material ? t.material.english : t.style} + " " +
            std::string{t.noun.english};
  p.description.reserve(400);
  p.description = d.one_of(l.openings);
  ((((p.description += " The ") += t.model) += " by ") += p.brand) += " is a";
  const auto put_small = [&](std::string_view word) {
    for (char c : word)
      p.description += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  p.description += std::string_view{"AEIOU"}.find(t.style.front()) < 5 ? "n " : " ";
  put_small(t.style);
  put_small(" " + std::string{t.noun.english} + " in " + std::string{t.material.english});
  p.description += ". ";
  ((p.description += d.one_of(l.middles)) += " ") += d.one_of(l.closings);
  if (!d.one_in(4))
    return;
  const auto made_of = [&](std::string_view word, std::string_view of) {
    return of.empty() || !by_material ? std::string{} : std::string{word} + std::string{of};
  };
  p.translations = {
      {"de", std::string{t.noun.german} + " " + t.model + made_of(" aus ", t.material.german),
       "Von " + p.brand +
           ", für jeden Tag gemacht und auf Dauer angelegt. Lässt sich pflegen und "
           "reparieren; Ersatzteile halten wir zehn Jahre vor."},
      {"fr", std::string{t.noun.french} + " " + t.model + made_of(" en ", t.material.french),
       "De " + p.brand +
           ", fait pour servir tous les jours et pour durer. Facile à entretenir et à "
           "réparer ; pièces détachées disponibles pendant dix ans."}};
}

/// What the filters of a category page go by.
std::string demo_attributes(dice& d, const kind& k, const texts& t, const product_input& p,
                            std::string_view colour) {
  std::string out = k.root == "food" ? R"({"variety":")" : R"({"material":")";
  ((out += t.material.english) += R"(","style":")") += t.style;
  ((out += R"(","made_in":")") += d.one_of(lists().countries)) += '"';
  if (is_coloured(k)) {
    out += R"(,"colours":[")";
    std::string_view last = colour;
    out += colour;
    for (const auto& v : p.variants)
      if (!v.options.empty() && v.options.front().name == "colour" &&
          v.options.front().value != last)
        (out += R"(",")") += last = v.options.front().value;
    out += "\"]";
  }
  if (has_warranty(k))
    (out += R"(,"warranty_months":)") += std::to_string(12 * d.between(2, 5));
  return out += d.one_in(3) ? R"(,"recycled":true})" : R"(,"recycled":false})";
}

/// A few things sell all the time and most hardly ever; ratings follow sales.
void set_demand(dice& d, product_input& p) {
  p.velocity = 1'500 / d.between(1, 1'500) - 1;
  p.velocity += d.one_in(3) ? d.between(0, 12) : 0;
  p.rating_count = p.velocity * d.between(0, 6) + (d.one_in(2) ? d.between(0, 8) : 0);
  // Four and a half stars are usual; the lower ones come with few ratings.
  const auto tenths = std::max({d.between(28, 49), d.between(28, 49), d.between(20, 48)});
  p.rating_sum = std::max(p.rating_count, p.rating_count * tenths / 10);
}

const kind& kind_of(dice& d, size_t index) {
  if (index < kinds.size())
    return kinds[index];
  const auto& by_weight = lists().by_weight;
  return kinds[by_weight[d.next() % by_weight.size()]];
}

std::string id_of(dice& d, size_t index) {
  return make_uuid7(demo_opening + std::chrono::milliseconds{index}, d);
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

void add_variants(dice& d, const kind& k, size_t index, size_t home, product_input& p) {
  const auto prices = demo_prices(d, k);
  const auto grams = d.between(k.grams_least, k.grams_most) / 5 * 5;
  const auto number = std::string{k.code} + "-" + number_text(index);
  for (auto& options : demo_options(d, k, p)) {
    variant_input v{.sku = number, .prices = prices};
    for (const auto& o : options)
      v.sku += "-" + make_handle(o.value);
    if (!options.empty() && options.front().name == "colour")
      v.image = demo_picture_url(p.handle, options.front().value);
    v.options = std::move(options);
    v.weight_grams = grams;
    v.cost = money{prices.front().amount.amount * 55 / 100, prices.front().amount.currency};
    v.stock = demo_stock(d, home);
    p.variants.push_back(std::move(v));
  }
}

} // namespace

std::string demo_id(uint64_t seed, size_t index) {
  dice d{seed, index};
  return id_of(d, index);
}

product_input demo_product(uint64_t seed, size_t index) {
  dice d{seed, index};
  const auto& l = lists();
  product_input p;
  p.id = id_of(d, index);
  const auto& k = kind_of(d, index);
  const auto number = static_cast<size_t>(&k - kinds.data());
  p.category_path = {{std::string{k.root}, "", root_name(k.root)},
                     {std::string{k.leaf}, "", std::string{k.name}}};
  p.tax_category = k.tax_category;
  // Each category has its own few large brands and many small ones.
  const auto rank =
      std::min({d.next(), d.next(), d.next()}, [](auto a, auto b) { return a % 300 < b % 300; }) %
      300;
  const auto brand = (number * 37 + rank) % l.brands.size();
  p.brand = l.brands[brand];
  const texts t{d.one_of(l.nouns[number]), d.one_of(l.materials[number]), d.one_of(l.adjectives),
                model_name(d)};
  describe(d, t, p);
  p.handle = make_handle(p.title) + "-" + std::to_string(index);
  add_variants(d, k, index, brand % warehouses.size(), p);
  const auto& first = p.variants.front().options;
  const std::string colour = !first.empty() && first.front().name == "colour"
                                 ? first.front().value
                                 : std::string{d.one_of(l.colours)};
  p.images = {{demo_picture_url(p.handle, colour), p.title}};
  p.attributes = demo_attributes(d, k, t, p, colour);
  set_demand(d, p);
  return p;
}

std::unique_ptr<product_reader> read_demo(uint64_t seed, size_t count) {
  return std::make_unique<demo_reader>(seed, count);
}

} // namespace souk::catalogue
