// What the catalogue is asked and answers. Products are rows; ids are opaque strings.
#pragma once

#include "base/money.hpp"
#include "base/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace souk::catalogue {

inline constexpr size_t page_max = 100;      ///< products of one page
inline constexpr size_t skus_max = 500;      ///< of one look-up
inline constexpr size_t variants_max = 100;  ///< of one product
inline constexpr int64_t few_left_below = 6; ///< 1 to 5 units are shown as a number

/// For whom prices and texts are chosen.
struct market {
  souk::currency currency = {};
  std::string country = {}; ///< two letters; empty: prices of no special country
  /// Languages in order of preference, "de-AT,fr": the first with texts is taken, a region's
  /// language too; empty, unknown or own_language: the product's own texts.
  std::string locale = {};
};

/// Of the texts that stand in products and categories themselves.
inline constexpr std::string_view own_language = "en";

enum class product_status : uint8_t { draft, active, archived };
std::string_view to_string(product_status s);
result<product_status> parse_product_status(std::string_view text);

enum class availability_bucket : uint8_t { in_stock, few_left, sold_out };
std::string_view to_string(availability_bucket b);

struct availability {
  availability_bucket bucket = availability_bucket::sold_out;
  int64_t units = 0; ///< of few_left; 0 for the others, so that pages change with the bucket
};
/// What shoppers may know of a number of units.
availability bucket_of(int64_t units);

struct option_value {
  std::string name;  ///< "size"
  std::string value; ///< "M"
  bool operator==(const option_value&) const = default;
};

struct image_size {
  std::string url;
  int64_t width = 0; ///< pixels
  int64_t height = 0;
  bool operator==(const image_size&) const = default;
};

/// Those whose file is kept here know their size; others are addresses elsewhere.
struct image {
  std::string url;
  std::string alt;
  int64_t width = 0; ///< of the largest size, pixels; 0: unknown
  int64_t height = 0;
  std::vector<image_size> sizes = {}; ///< small to large
  bool operator==(const image&) const = default;
};

struct variant_view {
  std::string id;
  std::string sku;
  std::vector<option_value> options;
  std::optional<money> price; ///< nothing: not sold in this market
  std::optional<money> original_price;
  int64_t weight_grams = 0;
  std::string barcode;
  std::string image;
  catalogue::availability availability;
  bool archived = false; ///< no longer sold; only the back office sees those
};

struct product_view {
  std::string id;
  std::string handle;
  std::string title;
  std::string description;
  std::string brand;
  std::string category;
  product_status status = product_status::draft;
  std::string tax_category;
  std::string attributes = "{}"; ///< a JSON object
  std::vector<std::string> option_names;
  std::vector<image> images;
  int64_t rating_sum = 0; ///< of whole stars; average = sum / count
  int64_t rating_count = 0;
  int64_t velocity = 0;
  int64_t version = 0; ///< rises with each change: the ETag
  time_point created_at{};
  time_point updated_at{};
  std::vector<variant_view> variants;
};

struct product_page {
  std::vector<product_view> items;
  std::string next_cursor; ///< empty: that was all
};

enum class list_order : uint8_t { newest, popular, title };
result<list_order> parse_list_order(std::string_view text);

struct list_request {
  catalogue::market market;
  std::string category = {}; ///< with everything below it; empty: all
  list_order order = list_order::newest;
  size_t limit = 20; ///< 1 to page_max
  std::string cursor = {};
};

struct search_request {
  catalogue::market market;
  std::string query = {}; ///< words, "phrases", -without; the last word also as a beginning
  size_t limit = 20;
  std::string cursor = {};
};

/// What a cart or checkout needs to know of a SKU.
struct sellable {
  std::string sku;
  std::string product;
  std::string variant;
  std::string title;
  std::vector<option_value> options;
  std::optional<money> price; ///< nothing: not sold in this market
  std::optional<money> original_price;
  int64_t weight_grams = 0;
  std::string tax_category;
  product_status status = product_status::draft; ///< only active ones may be sold
  int64_t version = 0;
};

struct sku_availability {
  std::string sku;
  int64_t units = 0; ///< over all active warehouses
  availability shown;
  int64_t seq = 0; ///< rises with every change of stock, in any warehouse
};

struct category {
  std::string handle;
  std::string parent; ///< empty: a root
  std::string name;
  std::string attribute_schema = "{}"; ///< see check.hpp
  int64_t position = 0;
  std::vector<std::string> path = {};            ///< from the root to this one; answered, not asked
  int64_t version = 0;                           ///< the ETag; answered, not asked
  std::map<std::string, std::string> names = {}; ///< translated, by locale; for the back office
};

// What is written. The same shape is one line of an import file.

struct price_input {
  money amount;
  std::optional<int64_t> original_amount = {};
  std::string country = {}; ///< empty: everywhere
  std::string list = {};    ///< a price list of the shop's own; empty: that of the market
};

struct stock_input {
  std::string warehouse;
  int64_t on_hand = 0;
};

struct variant_input {
  std::string sku = {};
  std::vector<option_value> options = {};
  std::vector<price_input> prices = {};
  std::vector<stock_input> stock = {}; ///< handed on to the stock entities, never written here
  int64_t weight_grams = 0;
  std::string barcode = {};
  std::optional<money> cost = {};
  std::string image = {};
  bool archived = false;
};

struct translation {
  std::string locale;
  std::string title;
  std::string description;
};

struct product_input {
  std::string id = {}; ///< empty: one is made
  std::string handle = {};
  std::string title = {};
  std::string description = {};
  std::string brand = {};
  std::vector<category> category_path = {}; ///< root first; unknown ones are made by imports only
  product_status status = product_status::active;
  std::string tax_category = "standard";
  std::string attributes = "{}";
  std::vector<std::string> option_names = {};
  std::optional<std::vector<image>> images = {}; ///< nothing: left as they are
  std::vector<translation> translations = {};
  int64_t rating_sum = 0;
  int64_t rating_count = 0;
  int64_t velocity = 0;
  std::vector<variant_input> variants = {};
};

/// A variant is found by its SKU; an unknown one is new.
struct variant_patch {
  std::string sku = {};
  std::optional<std::vector<option_value>> options = {};
  std::vector<price_input> prices = {}; ///< others stay
  std::vector<stock_input> stock = {};
  std::optional<int64_t> weight_grams = {};
  std::optional<std::string> barcode = {};
  std::optional<money> cost = {};
  std::optional<std::string> image = {};
  std::optional<bool> archived = {};
};

/// Only what is there is changed; variants are removed by name alone.
struct product_patch {
  std::optional<std::string> title = {};
  std::optional<std::string> description = {};
  std::optional<std::string> brand = {};
  std::optional<std::string> category = {};
  std::optional<product_status> status = {};
  std::optional<std::string> tax_category = {};
  std::optional<std::string> attributes = {};
  std::optional<std::vector<image>> images = {};
  std::vector<variant_patch> variants = {};
  std::optional<std::string> handle = {};
  std::optional<std::vector<std::string>> option_names = {};
  std::vector<translation> translations = {};     ///< others stay
  std::vector<std::string> dropped_locales = {};  ///< translations to remove
  std::vector<std::string> removed_variants = {}; ///< SKUs
  std::vector<std::string> variant_order = {};    ///< SKUs; those not named stay behind these
};

} // namespace souk::catalogue
