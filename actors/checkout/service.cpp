#include "actors/checkout/service.hpp"

#include "actors/entity/ask.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::checkout {

namespace json = boost::json;

namespace {

json::object money_json(int64_t amount, currency unit) {
  return {{"amount", amount}, {"currency", unit.code()}};
}

/// The lines of a cart that can no longer be sold as they are.
std::vector<problem> unsellable(const cart::cart_view& cart,
                                const std::vector<catalogue::sellable>& goods) {
  std::vector<problem> out;
  for (const auto& line : cart.lines) {
    const auto it = std::ranges::find(goods, line.sku, &catalogue::sellable::sku);
    if (it == goods.end() || it->status != catalogue::product_status::active || !it->price)
      out.push_back({"not_sold", line.id, line.title + " is not sold any more", 0});
  }
  return out;
}

pricing::quote_request request_for(const cart::cart_view& cart,
                                   const std::vector<catalogue::sellable>& goods,
                                   const std::string& country, const std::string& option,
                                   bool as_shown) {
  pricing::quote_request q{
      .currency = cart.currency, .country = country, .shipping_option = option};
  for (const auto& line : cart.lines) {
    const auto& item = *std::ranges::find(goods, line.sku, &catalogue::sellable::sku);
    q.lines.push_back({line.sku, line.quantity,
                       as_shown ? line.unit_price.amount : item.price->amount, item.tax_category,
                       item.weight_grams});
  }
  return q;
}

std::vector<std::string> skus_of(const cart::cart_view& cart) {
  std::vector<std::string> skus;
  for (const auto& line : cart.lines)
    if (std::ranges::find(skus, line.sku) == skus.end())
      skus.push_back(line.sku);
  return skus;
}

std::string contact_json(const order_request& r) {
  return json::serialize(json::object{{"email", r.email},
                                      {"name", r.to.name},
                                      {"line1", r.to.line1},
                                      {"line2", r.to.line2},
                                      {"city", r.to.city},
                                      {"postal_code", r.to.postal_code},
                                      {"state", r.to.state},
                                      {"country", r.to.country}});
}

} // namespace

std::string to_json(const pricing::quote& q) {
  json::array lines;
  for (const auto& line : q.lines)
    lines.push_back(json::object{{"sku", line.sku},
                                 {"quantity", line.quantity},
                                 {"unit_price", money_json(line.unit_price, q.currency)},
                                 {"line_total", money_json(line.line_total, q.currency)},
                                 {"tax", money_json(line.tax, q.currency)}});
  json::array taxes;
  for (const auto& part : q.breakdown)
    taxes.push_back(json::object{{"rate_ppm", part.ppm},
                                 {"net", money_json(part.net, q.currency)},
                                 {"tax", money_json(part.tax, q.currency)}});
  return json::serialize(json::object{{"fingerprint", pricing::fingerprint_of(q)},
                                      {"country", q.country},
                                      {"shipping_option", q.shipping_option},
                                      {"lines", std::move(lines)},
                                      {"subtotal", money_json(q.subtotal, q.currency)},
                                      {"discount", money_json(q.discount, q.currency)},
                                      {"shipping", money_json(q.shipping, q.currency)},
                                      {"tax", money_json(q.tax, q.currency)},
                                      {"tax_included", q.tax_included},
                                      {"taxes", std::move(taxes)},
                                      {"total", money_json(q.total, q.currency)}});
}

/// What is known so far about one checkout under way.
struct service::session {
  order_request what;
  std::string user_id;
  cluster::command_meta how;
  callback<placed_order> done;
  cart::cart_view cart;
  std::vector<catalogue::sellable> goods;
  pricing::quote shown, fresh;
  std::vector<warehouse::sourced_line> sources;
  std::string order_id, person, contact;
};

service::service(cluster::router& route, cart::service& carts, catalogue::service& goods,
                 pricing::service& prices, warehouse::service& warehouses, user::service& people,
                 persistence::sql::pool& rows, const clock& time, entropy& random, options how)
    : route_(route), carts_(carts), goods_(goods), prices_(prices), warehouses_(warehouses),
      people_(people), rows_(rows), time_(time), random_(random), options_(std::move(how)) {}

std::string service::access_token(const std::string& order_id) const {
  return base64url(hmac_sha256(options_.secret, "order-access/" + order_id));
}

void service::quote(cart::caller who, std::string cart_id, address to, std::string shipping_option,
                    cluster::command_meta how, callback<pricing::quote> done) {
  carts_.get(std::move(who), cart_id, how, [=, this](result<cart::cart_view> cart) {
    if (!cart)
      return done(cart.error());
    if (cart->lines.empty())
      return done(fail(errc::conflict, "the cart is empty"));
    goods_.variants(skus_of(*cart), cart->currency, to.country,
                    [=, this, cart = *cart](result<std::vector<catalogue::sellable>> goods) {
                      if (!goods)
                        return done(goods.error());
                      if (auto gone = unsellable(cart, *goods); !gone.empty())
                        return done(failure{.code = errc::conflict,
                                            .detail = "some lines are not sold any more",
                                            .problems = std::move(gone)});
                      prices_.quote(request_for(cart, *goods, to.country, shipping_option, false),
                                    done);
                    });
  });
}

void service::place(cart::caller who, order_request what, cluster::command_meta how,
                    callback<placed_order> done) {
  auto s = std::make_shared<session>();
  s->user_id = who.user_id;
  s->what = std::move(what);
  s->how = std::move(how);
  s->done = std::move(done);
  s->order_id = s->how.id.empty() ? make_uuid7(time_.now(), random_)
                                  : cart::order_id_for(s->how.id, s->what.cart_id, time_.now());
  carts_.get(std::move(who), s->what.cart_id, s->how, [this, s](result<cart::cart_view> cart) {
    if (!cart)
      return s->done(cart.error());
    s->cart = std::move(*cart);
    // A cart that has its order, or had this command's, answers it, once it has seen whether this
    // key came with another body.
    if (s->cart.status == cart::status::ordering || s->cart.status == cart::status::ordered ||
        cart::find_repeated(s->cart.rejected, s->order_id))
      return check_out(s, {});
    if (s->cart.lines.empty())
      return s->done(fail(errc::conflict, "the cart is empty"));
    translate(s);
  });
}

/// An order is a document: it keeps its titles in the language it was placed in.
void service::translate(const session_ptr& s) {
  carts_.in_language(s->cart, s->what.locale, [this, s](result<cart::cart_view> cart) {
    if (!cart)
      return s->done(cart.error());
    s->cart = std::move(*cart);
    goods_.variants(skus_of(s->cart), s->cart.currency, s->what.to.country,
                    [this, s](result<std::vector<catalogue::sellable>> goods) {
                      if (!goods)
                        return s->done(goods.error());
                      s->goods = std::move(*goods);
                      price(s);
                    });
  });
}

void service::price(const session_ptr& s) {
  if (auto gone = unsellable(s->cart, s->goods); !gone.empty())
    return s->done(failure{.code = errc::conflict,
                           .detail = "some lines are not sold any more",
                           .problems = std::move(gone)});
  prices_.current_rules([this, s](result<std::shared_ptr<const pricing::rules>> rules) {
    if (!rules)
      return s->done(rules.error());
    const auto quoted = [&](bool as_shown) {
      return pricing::make_quote(
          request_for(s->cart, s->goods, s->what.to.country, s->what.shipping_option, as_shown),
          **rules);
    };
    auto shown = quoted(true), fresh = quoted(false);
    if (!shown || !fresh)
      return s->done(shown ? fresh.error() : shown.error());
    s->shown = std::move(*shown);
    s->fresh = std::move(*fresh);
    check_total(s);
  });
}

/// What is charged is what was shown.
void service::check_total(const session_ptr& s) {
  const auto expected = s->what.expected_total.value_or(money{s->shown.total, s->cart.currency});
  if (expected == money{s->fresh.total, s->cart.currency})
    return source(s);
  cart::reprice fresh;
  for (const auto& line : s->cart.lines)
    fresh.prices.push_back(
        {line.id, *std::ranges::find(s->goods, line.sku, &catalogue::sellable::sku)->price,
         time_.now()});
  entity::ask<cart::contract>(route_, s->what.cart_id, std::move(fresh),
                              entity::step_meta(s->how, "reprice"), [s](result<cart::cart_view>) {
                                s->done(failure{.code = errc::quote_changed,
                                                .detail = "the total is not the expected one",
                                                .extra = "{\"quote\":" + to_json(s->fresh) + "}"});
                              });
}

void service::source(const session_ptr& s) {
  std::vector<warehouse::needed_line> needed;
  for (const auto& line : s->cart.lines)
    needed.push_back({line.sku, line.quantity});
  warehouses_.source(std::move(needed), s->what.to.country, s->what.to.postal_code,
                     [this, s](result<std::vector<warehouse::sourced_line>> found) {
                       if (!found)
                         return s->done(found.error());
                       s->sources = std::move(*found);
                       seal(s);
                     });
}

void service::seal(const session_ptr& s) {
  s->person = s->user_id.empty() ? "order:" + s->order_id : s->user_id;
  people_.seal_key(s->person, [this, s](result<std::string> key) {
    if (!key)
      return s->done(key.error());
    s->contact = souk::seal(contact_json(s->what), *key, random_);
    number(s);
  });
}

void service::number(const session_ptr& s) {
  rows_.ask(
      [](persistence::sql::connection& c) -> result<int64_t> {
        const auto found = c.execute("select nextval('order_number')");
        return found ? result<int64_t>{found->integer(0, 0)} : found.error();
      },
      [this, s](result<int64_t> number) {
        if (!number)
          return s->done(number.error());
        const auto amount = [&](int64_t minor) { return money{minor, s->cart.currency}; };
        order::placement placed{.order_id = s->order_id,
                                .number = "S" + std::to_string(*number),
                                .cart_id = s->what.cart_id,
                                .user_id = s->user_id,
                                .person = s->person,
                                .contact = s->contact,
                                .country = s->what.to.country,
                                .shipping_option = s->what.shipping_option,
                                .lines = {},
                                .sums = {amount(s->fresh.subtotal), amount(s->fresh.discount),
                                         amount(s->fresh.shipping), amount(s->fresh.tax),
                                         amount(s->fresh.total), s->fresh.tax_included},
                                .provider = s->what.provider,
                                .payment_method = s->what.payment_method,
                                .hold = options_.hold,
                                .locale = s->what.locale};
        for (size_t i = 0; i < s->cart.lines.size(); ++i) {
          const auto& line = s->cart.lines[i];
          placed.lines.push_back({.id = line.id,
                                  .sku = line.sku,
                                  .product_id = line.product_id,
                                  .title = line.title,
                                  .quantity = line.quantity,
                                  .unit_price = amount(s->fresh.lines[i].unit_price),
                                  .total = amount(s->fresh.lines[i].line_total),
                                  .warehouses = s->sources[i].candidates,
                                  .options = line.options});
        }
        check_out(s, std::move(placed));
      });
}

void service::check_out(const session_ptr& s, order::placement placed) {
  // Priced from this version: a line added meanwhile must not be charged at a total nobody saw.
  const auto version = placed.order_id.empty()    ? std::optional<uint64_t>{}
                       : s->what.expected_version ? s->what.expected_version
                                                  : s->cart.version;
  placed.order_id = s->order_id;
  entity::ask<cart::contract>(
      route_, s->what.cart_id, cart::checkout{std::move(placed), version}, s->how,
      [this, s](result<cart::cart_view> r) {
        if (!r && r.error().code == errc::precondition_failed && !s->what.expected_version)
          return s->done(fail(errc::quote_changed, "the cart changed while it was checked out"));
        if (!r)
          return s->done(r.error());
        // Made by a version that did not derive order ids from commands.
        if (r->order_id.empty())
          return s->done(fail(errc::conflict, "the order of this key was rejected"));
        await(r->order_id, s->how, s->done);
      });
}

void service::await(std::string order_id, cluster::command_meta how, callback<placed_order> done) {
  auto patience = entity::read_meta(how);
  patience.expires = std::min(patience.expires, time_.now() + options_.wait);
  const auto token = access_token(order_id);
  entity::ask<order::contract>(
      route_, order_id, order::await_outcome{}, patience, [=, this](result<order::order_view> r) {
        if (r)
          return done(placed_order{std::move(*r), token, true});
        if (r.error().code != errc::timed_out)
          return done(r.error());
        auto look = entity::read_meta(how);
        entity::ask<order::contract>(
            route_, order_id, order::get{}, look, [=](result<order::order_view> now) {
              // Its cart promised it and goes on making it.
              if (!now && now.error().code == errc::not_found)
                return done(fail(errc::unavailable, "the order is still being made"));
              if (!now)
                return done(now.error());
              done(placed_order{std::move(*now), token, false});
            });
      });
}

} // namespace souk::checkout
