// What a page shows, as JSON: GET /v1/pages/… answers it as it is, the HTML pages render it. One
// model, two renderings, so that an app and the storefront cannot tell different stories.
#pragma once

#include "http/api/context.hpp"

#include <boost/json/object.hpp>

namespace souk::http {

using model_callback = callback<boost::json::object>;

/// {categories: [{handle, name}], newest: [card], popular: [card]}
void home_model(shop& at, const catalogue::market& m, model_callback done);

struct listing_query {
  catalogue::market market;
  std::string category; ///< handle; errc::not_found when there is none such
  catalogue::list_order order = catalogue::list_order::newest;
  std::string cursor;
  size_t limit = 24;
};
/// {category, path: […], subcategories: […], order, items: [card], next_cursor}
void category_model(shop& at, listing_query what, model_callback done);

/// {product, path: [category], gallery: [image], facts: [{name, value}], choices: [variant of the
/// product as one form control], choice: the one to show first}. `sku`: the chosen variant, or
/// empty. errc::not_found also for what is not on sale.
void product_model(shop& at, const catalogue::market& m, std::string handle, std::string sku,
                   model_callback done);

/// The cart as POST /v1/carts answers it; each line with its product's handle and image, and with
/// problems about what changed since it was put in: not_sold, price_changed, fewer_left.
void cart_model(shop& at, std::string id, cart::cart_view cart, catalogue::market m,
                model_callback done);

/// A product in a list: {handle, title, brand, image, price, original_price, several_prices,
/// availability, rating}.
boost::json::object card_of(const catalogue::product_view& product);

/// {url, alt, srcset}; our own drawing where the product has none.
boost::json::object image_of(const catalogue::product_view& product);

} // namespace souk::http
