// One upload in, all its sizes out: the only code that hands bytes of strangers to libvips.
#pragma once

#include "actors/catalogue/pictures.hpp"

namespace souk::adapters {

struct scaled_picture {
  catalogue::picture_size size;
  std::string webp;
  std::string jpeg;
};

/// Starts libvips once for the process, with the loaders of JPEG, PNG and WebP alone.
void start_vips();

/// Upright, in sRGB, without metadata, transparent parts white in JPEG; small to large.
/// errc::unsupported_media_type for content of another kind, errc::invalid for more than
/// picture_pixels_max or what cannot be decoded to its end. Takes up to a few seconds.
result<std::vector<scaled_picture>> scale_picture(const std::string& bytes);

} // namespace souk::adapters
