#include "http/api/product_json.hpp"
#include "http/pages/assets.hpp"
#include "http/pages/models.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t home_items = 8;

bj::array cards_of(const std::vector<catalogue::product_view>& products) {
  bj::array out;
  for (const auto& p : products)
    out.push_back(card_of(p));
  return out;
}

bj::object link_of(const catalogue::category& c) {
  return {{"handle", c.handle}, {"name", c.name}};
}

/// From the root to `handle`, itself included.
bj::array path_of(const std::vector<catalogue::category>& all, const std::string& handle) {
  bj::array out;
  const auto here = std::ranges::find(all, handle, &catalogue::category::handle);
  if (here == all.end())
    return out;
  for (const auto& step : here->path) {
    const auto known = std::ranges::find(all, step, &catalogue::category::handle);
    if (known != all.end())
      out.push_back(link_of(*known));
  }
  return out;
}

bj::array children_of(const std::vector<catalogue::category>& all, const std::string& parent) {
  std::vector<const catalogue::category*> mine;
  for (const auto& c : all)
    if (c.parent == parent)
      mine.push_back(&c);
  std::ranges::stable_sort(mine, {}, [](const auto* c) { return std::pair{c->position, c->name}; });
  bj::array out;
  for (const auto* c : mine)
    out.push_back(link_of(*c));
  return out;
}

catalogue::availability best_of(const catalogue::product_view& p) {
  catalogue::availability best;
  for (const auto& v : p.variants)
    if (v.price && v.availability.bucket < best.bucket)
      best = v.availability;
  return best;
}

bj::object shown(const catalogue::availability& a) {
  bj::object out{{"status", catalogue::to_string(a.bucket)}};
  if (a.bucket == catalogue::availability_bucket::few_left)
    out["units"] = a.units;
  return out;
}

void put_price(bj::object& to, const std::optional<money>& price,
               const std::optional<money>& original) {
  if (price)
    to["price"] = json_of(*price);
  if (price && original && original->amount > price->amount)
    to["original_price"] = json_of(*original);
}

/// Option names are data: a list of pairs, not an object.
std::string label_of(const catalogue::variant_view& v) {
  std::string out;
  for (const auto& o : v.options)
    out += (out.empty() ? "" : " · ") + o.value;
  return out.empty() ? v.sku : out;
}

bj::object choice_of(const catalogue::variant_view& v, bool several_prices) {
  bj::object out{{"sku", v.sku},
                 {"label", label_of(v)},
                 {"availability", shown(v.availability)},
                 {"several_prices", several_prices},
                 {"can_buy", v.price.has_value() && v.availability.bucket !=
                                                        catalogue::availability_bucket::sold_out}};
  put_price(out, v.price, v.original_price);
  return out;
}

/// The variant asked for, else the first that can be bought, else the first with a price.
size_t first_choice(const catalogue::product_view& p, const std::string& sku) {
  const auto index = [&](auto wanted) {
    return static_cast<size_t>(std::ranges::find_if(p.variants, wanted) - p.variants.begin());
  };
  const auto asked = index([&](const auto& v) { return v.sku == sku && v.price; });
  if (asked < p.variants.size())
    return asked;
  const auto here = index([](const auto& v) {
    return v.price && v.availability.bucket != catalogue::availability_bucket::sold_out;
  });
  return here < p.variants.size() ? here : index([](const auto& v) { return v.price.has_value(); });
}

bj::array choices_of(const catalogue::product_view& p, size_t chosen) {
  const auto priced = [](const auto& v) { return v.price.has_value(); };
  std::optional<money> first;
  bool several = false;
  for (const auto& v : p.variants)
    if (priced(v)) {
      several |= first && *first != *v.price;
      first = first ? first : v.price;
    }
  bj::array out;
  for (size_t i = 0; i < p.variants.size(); ++i)
    if (priced(p.variants[i])) {
      out.push_back(choice_of(p.variants[i], several));
      out.back().get_object()["chosen"] = i == chosen;
    }
  return out;
}

/// The attributes for people: {"weight_class": 3} is "weight class: 3".
bj::array facts_of(const catalogue::product_view& p) {
  bj::array out;
  boost::system::error_code not_json;
  const auto attributes = bj::parse(p.attributes, not_json);
  if (not_json || !attributes.is_object())
    return out;
  for (const auto& [key, value] : attributes.get_object()) {
    std::string name{key};
    std::ranges::replace(name, '_', ' ');
    if (!name.empty() && name[0] >= 'a' && name[0] <= 'z')
      name[0] = static_cast<char>(name[0] - 32);
    if (value.is_bool()) {
      out.push_back(bj::object{{"name", name}, {"flag", value}});
      continue;
    }
    std::string words;
    if (value.is_array()) {
      for (const auto& one : value.get_array())
        words += (words.empty() ? "" : ", ") +
                 (one.is_string() ? std::string{one.get_string()} : bj::serialize(one));
    } else {
      words = value.is_string() ? std::string{value.get_string()} : bj::serialize(value);
    }
    out.push_back(bj::object{{"name", name}, {"value", words}});
  }
  return out;
}

/// A kept picture comes in several sizes: "url 400w, url 800w".
bj::object shown(const catalogue::image& i, const std::string& title) {
  std::string sizes;
  for (const auto& one : i.sizes)
    sizes += (sizes.empty() ? "" : ", ") + one.url + " " + std::to_string(one.width) + "w";
  return {{"url", i.url}, {"alt", i.alt.empty() ? title : i.alt}, {"srcset", sizes}};
}

/// Browsers fetch no picture from another host: the pages' security policy forbids it.
bool is_own(const catalogue::image& i) {
  return i.url.starts_with('/') && !i.url.starts_with("//");
}

bj::array gallery_of(const catalogue::product_view& p) {
  bj::array out;
  for (const auto& i : p.images)
    if (is_own(i))
      out.push_back(shown(i, p.title));
  if (out.empty())
    out.push_back(image_of(p));
  return out;
}

bj::object whole_product(const catalogue::product_view& p, const std::string& sku) {
  const auto chosen = first_choice(p, sku);
  bj::object out{{"product", json_of(p)},
                 {"gallery", gallery_of(p)},
                 {"facts", facts_of(p)},
                 {"choices", choices_of(p, chosen)},
                 {"choice", nullptr}};
  if (chosen < p.variants.size())
    out["choice"] = choice_of(p.variants[chosen], false);
  return out;
}

} // namespace

bj::object image_of(const catalogue::product_view& p) {
  const auto first = std::ranges::find_if(p.images, is_own);
  if (first == p.images.end())
    return {{"url", asset_url("placeholder.svg")}, {"alt", ""}, {"srcset", ""}};
  return shown(*first, p.title);
}

bj::object card_of(const catalogue::product_view& p) {
  const catalogue::variant_view* cheapest = nullptr;
  bool several = false;
  for (const auto& v : p.variants) {
    if (!v.price)
      continue;
    several |= cheapest && cheapest->price->amount != v.price->amount;
    if (!cheapest || v.price->amount < cheapest->price->amount)
      cheapest = &v;
  }
  bj::object out{{"id", p.id},
                 {"handle", p.handle},
                 {"title", p.title},
                 {"brand", p.brand},
                 {"image", image_of(p)},
                 {"several_prices", several},
                 {"availability", shown(best_of(p))},
                 {"rating", json_of(p).at("rating")}};
  if (cheapest)
    put_price(out, cheapest->price, cheapest->original_price);
  return out;
}

void home_model(shop& at, const catalogue::market& m, model_callback done) {
  at.goods.categories(m.locale, [&at, m, done](result<std::vector<catalogue::category>> all) {
    if (!all)
      return done(all.error());
    at.goods.list({.market = m, .limit = home_items}, [&at, m, done, all = std::move(*all)](
                                                          result<catalogue::product_page> newest) {
      if (!newest)
        return done(newest.error());
      at.goods.list(
          {.market = m, .order = catalogue::list_order::popular, .limit = home_items},
          [done, all, newest = std::move(*newest)](result<catalogue::product_page> popular) {
            if (!popular)
              return done(popular.error());
            done(bj::object{{"categories", children_of(all, "")},
                            {"newest", cards_of(newest.items)},
                            {"popular", cards_of(popular->items)}});
          });
    });
  });
}

void category_model(shop& at, listing_query what, model_callback done) {
  auto locale = what.market.locale;
  at.goods.categories(std::move(locale), [&at, what = std::move(what), done = std::move(done)](
                                             result<std::vector<catalogue::category>> all) {
    if (!all)
      return done(all.error());
    const auto here = std::ranges::find(*all, what.category, &catalogue::category::handle);
    if (here == all->end())
      return done(fail(errc::not_found, "no such category"));
    bj::object model{{"category", link_of(*here)},
                     {"path", path_of(*all, what.category)},
                     {"subcategories", children_of(*all, what.category)}};
    at.goods.list({.market = what.market,
                   .category = what.category,
                   .order = what.order,
                   .limit = what.limit,
                   .cursor = what.cursor},
                  [done, model](result<catalogue::product_page> page) mutable {
                    if (!page)
                      return done(page.error());
                    model["items"] = cards_of(page->items);
                    model["next_cursor"] = page->next_cursor.empty() ? bj::value(nullptr)
                                                                     : bj::value(page->next_cursor);
                    done(std::move(model));
                  });
  });
}

void product_model(shop& at, const catalogue::market& m, std::string handle, std::string sku,
                   model_callback done) {
  at.goods.product(
      handle, m,
      [&at, sku, done, country = m.country, locale = m.locale](result<catalogue::product_view> p) {
        if (p && p->status != catalogue::product_status::active)
          p = fail(errc::not_found, "no such product");
        if (!p)
          return done(p.error());
        auto model = whole_product(*p, sku);
        at.goods.categories(locale, [&at, done, model, category = p->category, country](
                                        result<std::vector<catalogue::category>> all) mutable {
          if (!all)
            return done(all.error());
          model["path"] = path_of(*all, category);
          at.prices.current_rules(
              [done, model, country](result<std::shared_ptr<const pricing::rules>> rules) mutable {
                if (!rules)
                  return done(rules.error());
                const auto rate =
                    std::ranges::find((*rules)->tax, country, &pricing::tax_rate::country);
                model["tax_included"] = rate != (*rules)->tax.end() && rate->included;
                done(std::move(model));
              });
        });
      });
}

} // namespace souk::http
