// A product's images as rows, and what is known of the pictures they show. Blocking calls; changes
// inside the caller's transaction.
#pragma once

#include "actors/catalogue/messages.hpp"
#include "actors/catalogue/pictures.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

/// Names an image within its product: 16 hex digits made of its URL.
std::string image_id(std::string_view url);

/// Of picture.sizes.
std::vector<picture_size> parse_sizes(std::string_view json);
/// Tells an image that shows a kept picture its sizes.
void add_sizes(image& one, const std::vector<picture_size>& sizes);

/// Its files are there: the row is made, or young again. An upload that ends here is collected.
result<void> keep_picture(persistence::sql::connection& c, const picture& kept);
/// Hashes of pictures that no product shows and whose rows are older than `before`, oldest first.
result<std::vector<std::string>> unused_pictures(persistence::sql::connection& c, time_point before,
                                                 int64_t most);
/// Drops the rows of those of `hashes` that are unused still; answers them, and those without row.
result<std::vector<std::string>> forget_pictures(persistence::sql::connection& c,
                                                 const std::vector<std::string>& hashes,
                                                 time_point before);

struct new_image {
  std::string alt;
  std::optional<int64_t> position; ///< from 0; nothing or beyond the end: last
};
struct image_patch {
  std::optional<std::string> alt = {};
  std::optional<int64_t> position = {};
};

// Each answers the product's id, raises its version when something changed, and checks `expected`
// against it: errc::precondition_failed.

/// A kept picture. One that the product shows already is changed to this text and place.
result<std::string> add_image(persistence::sql::connection& c, const std::string& product,
                              std::optional<int64_t> expected, const picture& shown,
                              const new_image& how);
/// errc::not_found for an image that is not the product's.
result<std::string> change_image(persistence::sql::connection& c, const std::string& product,
                                 const std::string& id, std::optional<int64_t> expected,
                                 const image_patch& patch);
result<std::string> remove_image(persistence::sql::connection& c, const std::string& product,
                                 const std::string& id, std::optional<int64_t> expected);

} // namespace souk::catalogue
