// The port behind which uploaded pictures become files in several sizes. The adapter decides what a
// picture is by its content and never shows what a camera wrote beside it.
#pragma once

#include "base/result.hpp"

#include <array>
#include <memory>

namespace souk::catalogue {

/// Longest sides, pixels. A smaller picture is not enlarged: it ends with the first that holds it.
inline constexpr std::array<int64_t, 4> picture_boxes{160, 480, 960, 1920};
inline constexpr size_t picture_bytes_max = 10 << 20;     ///< of an upload
inline constexpr int64_t picture_pixels_max = 50'000'000; ///< of an upload

struct picture_size {
  int64_t box = 0; ///< one of picture_boxes
  int64_t width = 0;
  int64_t height = 0;
  bool operator==(const picture_size&) const = default;
};

struct picture {
  std::string hash;                ///< SHA-256 of the upload, 64 hex digits
  std::vector<picture_size> sizes; ///< small to large, at least one
};

enum class picture_format : uint8_t { webp, jpeg };

struct picture_file {
  std::string hash;
  int64_t box = 0;
  picture_format format = picture_format::webp;
};

/// "/media/<hash>/<box>.webp"
std::string path_of(const picture_file& file);
/// The inverse, from both parts of the path; errc::not_found for anything else.
result<picture_file> parse_picture_file(std::string_view hash, std::string_view name);

/// Thread-safe; answers from threads of its own, or at once with errc::overloaded.
class picture_store {
public:
  virtual ~picture_store() = default;
  /// Keeps a JPEG, PNG or WebP on disk in all its sizes before it answers. errc::
  /// unsupported_media_type for other content, errc::invalid for a broken or too large picture.
  virtual void put(std::string bytes, callback<picture> done) = 0;
  /// A file's bytes. errc::not_found.
  virtual void get(picture_file file, callback<std::shared_ptr<const std::string>> done) = 0;
};

} // namespace souk::catalogue
