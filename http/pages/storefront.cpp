#include "http/pages/assets.hpp"
#include "http/pages/pages.hpp"
#include "http/pages/render.hpp"

namespace souk::http {

void add_storefront(router& to, shop& at) {
  load_templates();
  add_asset_routes(to);
  add_catalogue_pages(to, at);
  add_cart_pages(to, at);
  add_checkout_pages(to, at);
  add_order_pages(to, at);
  add_account_pages(to, at);
  add_page_models(to, at);
  add_page(to, at, "/{rest*}",
           [](const visit_ptr& v) { v->refuse(fail(errc::not_found, "no such page")); });
}

} // namespace souk::http
