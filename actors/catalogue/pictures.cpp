#include "actors/catalogue/pictures.hpp"

#include <algorithm>

namespace souk::catalogue {

namespace {

std::string_view ending_of(picture_format f) {
  return f == picture_format::webp ? ".webp" : ".jpg";
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

std::string path_of(const picture_file& file) {
  return "/media/" + file.hash + "/" + std::to_string(file.box) +
         std::string{ending_of(file.format)};
}

result<picture_file> parse_picture_file(std::string_view hash, std::string_view name) {
  if (is_hash(hash))
    for (const auto box : picture_boxes)
      for (const auto format : {picture_format::webp, picture_format::jpeg})
        if (name == std::to_string(box) + std::string{ending_of(format)})
          return picture_file{std::string{hash}, box, format};
  return fail(errc::not_found, "no such picture");
}

} // namespace souk::catalogue
