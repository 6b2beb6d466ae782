// What only the back office asks and answers: brands, price lists, whole product records.
#pragma once

#include "actors/catalogue/messages.hpp"

namespace souk::catalogue {

/// The part of a list after `cursor`.
struct page_request {
  size_t limit = 20; ///< 1 to page_max
  std::string cursor = {};
};

template <class T>
struct page {
  std::vector<T> items;
  std::string next_cursor; ///< empty: that was all
};

/// Only what is there is changed.
struct category_patch {
  std::optional<std::string> name = {};
  std::optional<std::string> parent = {}; ///< empty: becomes a root
  std::optional<int64_t> position = {};
  std::optional<std::string> attribute_schema = {};
  std::map<std::string, std::optional<std::string>> names = {}; ///< by locale; nothing: removed
};

struct brand {
  std::string name;
  std::string handle = {}; ///< empty when asked: made of the name
  int64_t version = 0;
};

struct brand_patch {
  std::optional<std::string> name = {};
  std::optional<std::string> handle = {};
};

/// Prices of one currency, for a country or everywhere, for some time or always.
struct price_list {
  std::string id;
  std::string name;
  souk::currency currency = {};
  std::string country = {}; ///< empty: everywhere
  int64_t priority = 0;     ///< the higher wins among equally specific ones
  std::optional<time_point> valid_from = {};
  std::optional<time_point> valid_until = {};
  int64_t version = 0;
};

struct price_list_patch {
  std::optional<std::string> name = {};
  std::optional<souk::currency> currency = {};
  std::optional<std::string> country = {};
  std::optional<int64_t> priority = {};
  /// Set: changed; inner nothing: without that end.
  std::optional<std::optional<time_point>> valid_from = {};
  std::optional<std::optional<time_point>> valid_until = {};
};

/// What a variant costs by one list.
struct listed_price {
  std::string list;
  int64_t amount = 0; ///< minor units of the list's currency
  std::optional<int64_t> original_amount = {};
  std::optional<souk::currency> currency = {}; ///< has to be the list's, where asked
  std::string country = {};                    ///< answered, not asked
};

struct variant_prices {
  std::string sku;
  std::string product;
  int64_t version = 0; ///< of the product
  std::vector<listed_price> prices;
};

/// A product with everything that is kept of it.
struct product_record {
  product_view product; ///< archived variants too
  std::vector<translation> translations;
  std::vector<std::optional<money>> costs;       ///< of its variants, in their order
  std::vector<std::vector<listed_price>> prices; ///< of its variants, in their order
};

struct office_list_request {
  catalogue::market market;
  std::optional<product_status> status = {};
  std::string category = {}; ///< with everything below it; empty: all
  std::string query = {};    ///< words, the beginning of one, a SKU, handle or barcode
  page_request page = {};
};

} // namespace souk::catalogue
