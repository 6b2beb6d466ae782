#include "actors/cart/service.hpp"

#include <algorithm>

namespace souk::cart {

void service::with_access(const caller& who, const std::string& cart_id,
                          const cluster::command_meta& how, callback<cart_view> refused,
                          std::function<void(cart_view)> then) {
  if (!is_plausible_id(cart_id))
    return refused(fail(errc::not_found, "no such cart"));
  entity::ask<contract>(route_, cart_id, cart::get{}, entity::read_meta(how),
                        [user = who.user_id, refused = std::move(refused),
                         then = std::move(then)](result<cart_view> found) {
                          if (!found)
                            return refused(found.error());
                          if (!found->user_id.empty() && found->user_id != user)
                            return refused(
                                fail(errc::forbidden, "this cart belongs to somebody else"));
                          then(std::move(*found));
                        });
}

void service::open(caller who, souk::currency in, std::string country, bool keyed,
                   cluster::command_meta how, callback<opened_cart> done) {
  auto id = keyed ? derive_capability(secret_, "cart/" + to_hex(how.id.bytes))
                  : make_capability(time_.now(), random_);
  entity::ask<contract>(route_, id, cart::open{in, std::move(country), who.user_id, ""},
                        std::move(how), [id, done = std::move(done)](result<cart_view> r) {
                          if (!r)
                            return done(r.error());
                          done(opened_cart{id, std::move(*r)});
                        });
}

void service::get(caller who, std::string cart_id, cluster::command_meta how,
                  callback<cart_view> done) {
  with_access(who, cart_id, how, done, [done](cart_view v) { done(std::move(v)); });
}

void service::add_line(caller who, std::string cart_id, new_line what, cluster::command_meta how,
                       callback<cart_view> done) {
  with_access(who, cart_id, how, done, [=, this](const cart_view& cart) {
    goods_.variants(
        {what.sku}, cart.currency, cart.country,
        [=, this](result<std::vector<catalogue::sellable>> found) {
          if (!found)
            return done(found.error());
          if (found->empty() || found->front().status != catalogue::product_status::active ||
              !found->front().price)
            return done(fail_field("/sku", "unknown", "this SKU is not sold here"));
          auto& item = found->front();
          const std::string_view key{reinterpret_cast<const char*>(how.id.bytes.data()), 12};
          cart::add_line line{.line_id = base64url(key),
                              .sku = item.sku,
                              .product_id = item.product,
                              .title = item.title,
                              .quantity = what.quantity,
                              .options = {},
                              .unit_price = *item.price,
                              .priced_at = time_.now(),
                              .expected_version = what.expected_version};
          for (auto& option : item.options)
            line.options.emplace(option.name, option.value);
          entity::ask<contract>(route_, cart_id, std::move(line), how, done);
        });
  });
}

void service::change_line(caller who, std::string cart_id, cart::change_line what,
                          cluster::command_meta how, callback<cart_view> done) {
  with_access(who, cart_id, how, done, [=, this](const cart_view&) {
    entity::ask<contract>(route_, cart_id, what, how, done);
  });
}

void service::remove_line(caller who, std::string cart_id, cart::remove_line what,
                          cluster::command_meta how, callback<cart_view> done) {
  with_access(who, cart_id, how, done, [=, this](const cart_view&) {
    entity::ask<contract>(route_, cart_id, what, how, done);
  });
}

void service::join(std::string user_id, std::string guest_cart, std::string user_cart,
                   cluster::command_meta how, callback<opened_cart> done) {
  const auto claim_guests = [=, this] {
    entity::ask<contract>(route_, guest_cart, cart::claim{user_id}, entity::step_meta(how, "claim"),
                          [=](result<cart_view> r) {
                            if (!r)
                              return done(r.error());
                            done(opened_cart{guest_cart, std::move(*r)});
                          });
  };
  if (user_cart.empty() || user_cart == guest_cart)
    return claim_guests();
  entity::ask<contract>(
      route_, user_cart, cart::get{}, entity::read_meta(how), [=, this](result<cart_view> own) {
        if (!own || own->status != status::open)
          return claim_guests();
        entity::ask<contract>(route_, guest_cart, cart::hand_over{guest_cart, user_cart},
                              entity::step_meta(how, "hand_over"),
                              [=](result<cart_view> handed) mutable {
                                // A guest's cart that is gone or was ordered leaves nothing to
                                // merge.
                                if (!handed && is_transient(handed.error().code))
                                  return done(handed.error());
                                done(opened_cart{user_cart, std::move(*own)});
                              });
      });
}

void service::in_language(cart_view cart, std::string locale, callback<cart_view> done) {
  std::vector<std::string> products;
  for (const auto& line : cart.lines)
    if (std::ranges::find(products, line.product_id) == products.end())
      products.push_back(line.product_id);
  if (locale.empty() || products.empty())
    return done(std::move(cart));
  goods_.titles(std::move(products), std::move(locale),
                [cart = std::move(cart), done = std::move(done)](
                    const result<std::map<std::string, std::string>>& titles) mutable {
                  if (titles)
                    for (auto& line : cart.lines)
                      if (const auto it = titles->find(line.product_id); it != titles->end())
                        line.title = it->second;
                  done(std::move(cart));
                });
}

} // namespace souk::cart
