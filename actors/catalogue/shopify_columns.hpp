// The columns of Shopify's product CSV as its help pages name them, in their order, and where souk
// has a place for them.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace souk::catalogue::shopify {

/// Where a product goes whose file says nothing.
inline constexpr std::string_view no_category = "Uncategorised";

enum class owner : uint8_t { product, variant, image };

struct column {
  std::string_view name;
  owner of;
  bool ours; ///< souk has a place for it; the others are kept as they are
};

inline constexpr auto documented = std::to_array<column>({
    {"Handle", owner::product, true},
    {"Title", owner::product, true},
    {"Body (HTML)", owner::product, true},
    {"Vendor", owner::product, true},
    {"Product Category", owner::product, false},
    {"Type", owner::product, false},
    {"Tags", owner::product, false},
    {"Published", owner::product, false},
    {"Option1 Name", owner::product, true},
    {"Option1 Value", owner::variant, true},
    {"Option2 Name", owner::product, true},
    {"Option2 Value", owner::variant, true},
    {"Option3 Name", owner::product, true},
    {"Option3 Value", owner::variant, true},
    {"Variant SKU", owner::variant, true},
    {"Variant Grams", owner::variant, true},
    {"Variant Inventory Tracker", owner::variant, false},
    {"Variant Inventory Qty", owner::variant, true},
    {"Variant Inventory Policy", owner::variant, false},
    {"Variant Fulfillment Service", owner::variant, false},
    {"Variant Price", owner::variant, true},
    {"Variant Compare At Price", owner::variant, true},
    {"Variant Requires Shipping", owner::variant, false},
    {"Variant Taxable", owner::variant, false},
    {"Variant Barcode", owner::variant, true},
    {"Image Src", owner::image, true},
    {"Image Position", owner::image, true},
    {"Image Alt Text", owner::image, true},
    {"Gift Card", owner::product, false},
    {"SEO Title", owner::product, false},
    {"SEO Description", owner::product, false},
    {"Google Shopping / Google Product Category", owner::product, false},
    {"Google Shopping / Gender", owner::product, false},
    {"Google Shopping / Age Group", owner::product, false},
    {"Google Shopping / MPN", owner::variant, false},
    {"Google Shopping / Condition", owner::product, false},
    {"Google Shopping / Custom Product", owner::product, false},
    {"Google Shopping / Custom Label 0", owner::product, false},
    {"Google Shopping / Custom Label 1", owner::product, false},
    {"Google Shopping / Custom Label 2", owner::product, false},
    {"Google Shopping / Custom Label 3", owner::product, false},
    {"Google Shopping / Custom Label 4", owner::product, false},
    {"Variant Image", owner::variant, false},
    {"Variant Weight Unit", owner::variant, false},
    {"Variant Tax Code", owner::variant, false},
    {"Cost per item", owner::variant, true},
    {"Status", owner::product, true},
});

/// A column that is not documented belongs to whom its name says: markets have a price for each
/// variant, "Price / International", and say of a product whether it is "Included / International".
constexpr column column_of(std::string_view name) {
  const auto* known = std::ranges::find(documented, name, &column::name);
  if (known != documented.end())
    return *known;
  const bool each = name.starts_with("Variant ") || name.starts_with("Price / ") ||
                    name.starts_with("Compare At Price / ");
  return {name, each ? owner::variant : owner::product, false};
}

} // namespace souk::catalogue::shopify
