// Real pictures for tests, encoded by libvips: a gradient, so that sizes and turns can be seen.
#pragma once

#include <string>

namespace souk::tests {

struct drawn {
  int width = 640;
  int height = 480;
  std::string suffix = ".jpg"; ///< or ".png", ".webp", ".tif"
  int orientation = 1;         ///< EXIF; 6: has to be turned clockwise
  bool transparent = false;    ///< the left half
  std::string comment = {};    ///< into the metadata
};

std::string draw_picture(const drawn& how);

struct seen {
  int width = 0;
  int height = 0;
  std::string loader;    ///< "jpegload_buffer", …
  bool metadata = false; ///< a description, XMP or IPTC came along
  int left = 0;          ///< brightness of the middle of the left edge, 0 to 255
};
/// What a decoder finds in these bytes; width 0 when it finds no picture.
seen look_at_picture(const std::string& bytes);

} // namespace souk::tests
