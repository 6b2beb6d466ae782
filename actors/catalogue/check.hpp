// What may be written into the catalogue. Pure; every problem is found at once and names its field.
//
// A category's attribute schema is a JSON object: attribute → {"type": "string" | "integer" |
// "boolean" | "strings", "required": true?, "values": ["…"]? (for texts), "minimum", "maximum" (for
// integers)}. What an ancestor's schema says holds below it too; of two rules for one attribute the
// deeper one counts. Without any rule every text, number, boolean or list of texts is allowed.
#pragma once

#include "actors/catalogue/messages.hpp"

namespace souk::catalogue {

/// 1 to 64 of A–Z a–z 0–9 . _ -; it is part of a stock entity's key "SKU@warehouse".
bool is_sku(std::string_view text);
/// 1 to 100 of a–z 0–9 and -, not at an end.
bool is_handle(std::string_view text);
/// 2 to 35 of A–Z a–z 0–9 and -, as BCP 47 tags are.
bool is_locale(std::string_view text);
/// Those made for markets ("EUR", "EUR/FR") and handles.
bool is_price_list_id(std::string_view text);
/// Two capital letters.
bool is_country(std::string_view text);
/// "Café Très Bon!" → "caf-tr-s-bon": never empty, always a handle.
std::string make_handle(std::string_view title);

/// Nothing when the product may be written. `attribute_schema` as stored with its category.
std::vector<problem> check_product(const product_input& p, std::string_view attribute_schema);

/// Pictures on other hosts are neither fetched nor shown.
bool is_own_picture(std::string_view url);

/// Of a variant whose SKU another product has.
problem taken_sku(const product_input& p, size_t variant);
/// Of a category that no country has a tax rate for.
problem unknown_tax_category(const std::string& category);
/// errc::invalid with all problems.
failure refused(std::vector<problem> problems);

} // namespace souk::catalogue
