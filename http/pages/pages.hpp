// The storefront: every page and form, and the same models as JSON. One file a family of pages.
#pragma once

#include "http/pages/visit.hpp"

namespace souk::http {

void add_catalogue_pages(router& to, shop& at);
void add_cart_pages(router& to, shop& at);
void add_checkout_pages(router& to, shop& at);
void add_order_pages(router& to, shop& at);
void add_account_pages(router& to, shop& at);
/// GET /v1/pages/…
void add_page_models(router& to, shop& at);

/// All of them, the assets, and a page for addresses that lead nowhere. `at` outlives the router.
void add_storefront(router& to, shop& at);

/// A model as the answer: then(model), or the page that says why not.
template <class Then>
callback<boost::json::object> showing(const visit_ptr& v, Then then) {
  return [v, then = std::move(then)](result<boost::json::object> model) {
    model ? then(std::move(*model)) : v->refuse(model.error());
  };
}

} // namespace souk::http
