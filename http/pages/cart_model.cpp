#include "http/api/cart_json.hpp"
#include "http/pages/models.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::http {

namespace bj = boost::json;

namespace {

using products = std::vector<catalogue::product_view>;
using counts = std::vector<catalogue::sku_availability>;

void add_problem(bj::object& line, bj::object what) {
  auto& all = line["problems"].get_array();
  const auto same =
      std::ranges::any_of(all, [&](const bj::value& p) { return p.at("code") == what.at("code"); });
  if (!same)
    all.push_back(std::move(what));
}

bool is_lack(const bj::value& problem) {
  return problem.at("code") == "sold_out" || problem.at("code") == "held";
}

/// Notes what changed since the line was put in; false when it cannot be ordered as it is.
bool compare(bj::object& line, const cart::line_view& in_cart, const catalogue::variant_view* now,
             int64_t units) {
  if (!now || !now->price) {
    add_problem(line, {{"code", "not_sold"}, {"available", 0}});
    return false;
  }
  if (*now->price != in_cart.unit_price && now->price->currency == in_cart.unit_price.currency)
    add_problem(line, {{"code", "price_changed"}, {"price_now", json_of(*now->price)}});
  if (units >= in_cart.quantity)
    return true;
  if (std::ranges::none_of(line["problems"].get_array(), is_lack))
    add_problem(line, {{"code", units > 0 ? "fewer_left" : "sold_out"}, {"available", units}});
  return false;
}

bj::object enrich(bj::object model, const cart::cart_view& cart, const products& goods,
                  const counts& units) {
  bool blocked = false;
  int64_t total_units = 0;
  auto& lines = model["lines"].get_array();
  for (size_t i = 0; i < cart.lines.size(); ++i) {
    const auto& in_cart = cart.lines[i];
    auto& line = lines[i].get_object();
    const auto product = std::ranges::find(goods, in_cart.product_id, &catalogue::product_view::id);
    const catalogue::variant_view* now = nullptr;
    if (product != goods.end()) {
      line["handle"] = product->handle;
      line["title"] = product->title; // in the visitor's language
      line["image"] = image_of(*product);
      const auto variant =
          std::ranges::find(product->variants, in_cart.sku, &catalogue::variant_view::sku);
      if (product->status == catalogue::product_status::active &&
          variant != product->variants.end())
        now = &*variant;
    }
    const auto count = std::ranges::find(units, in_cart.sku, &catalogue::sku_availability::sku);
    blocked |=
        !compare(line, in_cart, now, count == units.end() ? 0 : std::max<int64_t>(count->units, 0));
    line["label"] = order::label_of(in_cart.options);
    total_units += in_cart.quantity;
  }
  model["units"] = total_units;
  model["blocked"] = blocked;
  return model;
}

} // namespace

void cart_model(shop& at, std::string id, cart::cart_view cart, catalogue::market m,
                model_callback done) {
  auto model = json_of(id, cart);
  m.currency = cart.currency;
  std::vector<std::string> ids, skus;
  for (const auto& line : cart.lines) {
    if (std::ranges::find(ids, line.product_id) == ids.end())
      ids.push_back(line.product_id);
    if (std::ranges::find(skus, line.sku) == skus.end())
      skus.push_back(line.sku);
  }
  if (ids.empty())
    return done(enrich(std::move(model), cart, {}, {}));
  at.goods.products(
      std::move(ids), std::move(m),
      [&at, skus, cart = std::move(cart), model, done = std::move(done)](result<products> goods) {
        if (!goods)
          return done(goods.error());
        at.goods.availability(skus,
                              [cart, model, done, goods = std::move(*goods)](result<counts> all) {
                                if (!all)
                                  return done(all.error());
                                done(enrich(model, cart, goods, *all));
                              });
      });
}

} // namespace souk::http
