// The catalogue's back office: categories, brands, price lists, whole product records and their
// pictures, for people who may edit the catalogue. What shoppers read is service.hpp.
#pragma once

#include "actors/catalogue/import_run.hpp"
#include "actors/catalogue/office_messages.hpp"
#include "actors/catalogue/picture_rows.hpp"
#include "actors/catalogue/shopify_options.hpp"
#include "actors/row_command.hpp"

namespace souk::catalogue {

/// In one answer; more are for `souk export`, which writes a file page by page.
inline constexpr int64_t exported_products_max = 20'000;

/// A change under way: which version its author saw, and who asks again.
struct edit {
  std::optional<int64_t> expected = {}; ///< errc::precondition_failed when it is another now
  std::optional<idempotency> repeat = {};
};

/// Thread-safe; every call answers once, on a pool thread, or with overloaded/unavailable perhaps
/// at once. The pool is stopped before this goes. Changes answer the thing as it is now, a repeat
/// too; removals answer its name. Errors are those of categories.hpp, brands.hpp, price_lists.hpp,
/// prices.hpp, write.hpp and picture_rows.hpp.
class office {
public:
  office(persistence::sql::pool& pool, picture_store& pictures)
      : pool_(pool), pictures_(pictures) {}

  void category(std::string handle, callback<catalogue::category> done);
  void create_category(catalogue::category wanted, edit how, callback<catalogue::category> done);
  void change_category(std::string handle, category_patch patch, edit how,
                       callback<catalogue::category> done);
  void remove_category(std::string handle, edit how, callback<std::string> done);

  void brands(page_request p, callback<page<catalogue::brand>> done);
  void brand(std::string handle, callback<catalogue::brand> done);
  void create_brand(catalogue::brand wanted, edit how, callback<catalogue::brand> done);
  void change_brand(std::string handle, brand_patch patch, edit how,
                    callback<catalogue::brand> done);
  void remove_brand(std::string handle, edit how, callback<std::string> done);

  void price_lists(page_request p, callback<page<catalogue::price_list>> done);
  void price_list(std::string id, callback<catalogue::price_list> done);
  void create_price_list(catalogue::price_list wanted, edit how,
                         callback<catalogue::price_list> done);
  void change_price_list(std::string id, price_list_patch patch, edit how,
                         callback<catalogue::price_list> done);
  void remove_price_list(std::string id, edit how, callback<std::string> done);
  void prices(std::string sku, callback<variant_prices> done);
  void set_prices(std::string sku, std::vector<listed_price> prices, edit how,
                  callback<variant_prices> done);

  void products(office_list_request request, callback<product_page> done);
  void record(std::string id_or_handle, callback<product_record> done);
  void remove_product(std::string id, edit how, callback<std::string> done);

  /// Keeps the picture, then shows it with the product.
  void add_image(std::string product, std::string bytes, new_image shown, edit how,
                 callback<product_record> done);
  void change_image(std::string product, std::string image, image_patch patch, edit how,
                    callback<product_record> done);
  void remove_image(std::string product, std::string image, edit how,
                    callback<product_record> done);

  void import_run(std::string id, callback<import_state> done);
  void import_problems(std::string id, page_request p, callback<page<row_error>> done);
  /// The whole catalogue as such a Shopify CSV, or as JSON Lines. errc::conflict when it has more
  /// than exported_products_max.
  void export_products(std::optional<shopify_options> as_shopify, callback<std::string> done);

private:
  persistence::sql::pool& pool_;
  picture_store& pictures_;
};

} // namespace souk::catalogue
