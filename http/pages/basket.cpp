#include "http/pages/basket.hpp"

namespace souk::http {

namespace {

using after = std::function<void()>;

/// A fresh, empty cart. No key: two visitors that hold the same cached page must not share one.
void open_cart(const visit_ptr& v, after then) {
  v->c.at.carts.open(v->c.shopper(), v->market.currency, v->market.country, false, v->fresh_meta(),
                     [v, then = std::move(then)](result<cart::opened_cart> r) {
                       if (!r)
                         return v->refuse(r.error());
                       v->use_cart(r->id);
                       v->cart = std::move(r->view);
                       if (!v->signed_in())
                         return then();
                       v->c.at.sessions.remember_cart(v->user(), v->cart_id,
                                                      [v, then](result<bool> kept) {
                                                        kept ? then() : v->refuse(kept.error());
                                                      });
                     });
}

/// Adds lines[at…] again; what is not sold in this market is left behind.
void copy_lines(const visit_ptr& v, std::shared_ptr<const std::vector<cart::line_view>> lines,
                size_t at, after then) {
  if (at == lines->size())
    return then();
  const auto& line = (*lines)[at];
  v->c.at.carts.add_line(v->c.shopper(), v->cart_id, {line.sku, line.quantity, {}}, v->fresh_meta(),
                         [v, lines, at, then = std::move(then)](result<cart::cart_view> r) {
                           if (!r && is_transient(r.error().code))
                             return v->refuse(r.error());
                           if (r)
                             v->cart = std::move(*r);
                           copy_lines(v, lines, at + 1, then);
                         });
}

} // namespace

void with_cart(const visit_ptr& v, std::function<void()> then) {
  const bool open = v->cart && v->cart->status == cart::status::open;
  if (!open)
    return open_cart(v, std::move(then));
  if (v->cart->currency == v->market.currency && v->cart->country == v->market.country)
    return then();
  auto lines = std::make_shared<const std::vector<cart::line_view>>(v->cart->lines);
  open_cart(v, [v, lines, then = std::move(then)] { copy_lines(v, lines, 0, then); });
}

} // namespace souk::http
