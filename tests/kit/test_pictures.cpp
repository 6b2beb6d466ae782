#include "tests/kit/test_pictures.hpp"

#include "adapters/vips_scaling.hpp"

#include <stdexcept>
#include <vips/vips.h>

namespace souk::tests {

namespace {

constexpr const char* description = "exif-ifd0-ImageDescription";

void check(int failed) {
  if (failed != 0)
    throw std::runtime_error(std::string{"libvips: "} + vips_error_buffer());
}

/// Dark on the left, bright on the right; the transparent half is on the left.
VipsImage* gradient(const drawn& how) {
  VipsImage *places = nullptr, *column = nullptr, *grey = nullptr, *bytes = nullptr;
  check(vips_xyz(&places, how.width, how.height, nullptr));
  check(vips_extract_band(places, &column, 0, nullptr));
  check(vips_linear1(column, &grey, 255.0 / how.width, 0, nullptr));
  VipsImage* bands[] = {grey, grey, grey, nullptr};
  int count = 3;
  if (how.transparent) {
    VipsImage* right = nullptr;
    check(vips_moreeq_const1(column, &right, how.width / 2.0, nullptr));
    bands[3] = right;
    count = 4;
  }
  VipsImage *joined = nullptr, *coloured = nullptr;
  check(vips_bandjoin(bands, &joined, count, nullptr));
  check(vips_cast_uchar(joined, &bytes, nullptr));
  check(vips_copy(bytes, &coloured, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr));
  return coloured;
}

} // namespace

std::string draw_picture(const drawn& how) {
  adapters::start_vips();
  VipsImage* image = gradient(how);
  if (how.orientation != 1)
    vips_image_set_int(image, VIPS_META_ORIENTATION, how.orientation);
  if (!how.comment.empty())
    vips_image_set_string(image, description, how.comment.c_str());
  void* data = nullptr;
  size_t size = 0;
  check(vips_image_write_to_buffer(image, how.suffix.c_str(), &data, &size, nullptr));
  std::string out{static_cast<const char*>(data), size};
  g_free(data);
  g_object_unref(image);
  return out;
}

seen look_at_picture(const std::string& bytes) {
  adapters::start_vips();
  seen out;
  VipsImage* image = vips_image_new_from_buffer(bytes.data(), bytes.size(), "", nullptr);
  if (image == nullptr)
    return out;
  out.width = vips_image_get_width(image);
  out.height = vips_image_get_height(image);
  const char* loader = nullptr;
  if (vips_image_get_string(image, VIPS_META_LOADER, &loader) == 0)
    out.loader = loader;
  // Encoders write an EXIF block of their own; the camera's has a description.
  for (const char* name : {description, VIPS_META_XMP_NAME, VIPS_META_IPTC_NAME})
    out.metadata = out.metadata || vips_image_get_typeof(image, name) != 0;
  double* point = nullptr;
  int bands = 0;
  check(vips_getpoint(image, &point, &bands, 0, out.height / 2, nullptr));
  out.left = static_cast<int>(point[0]);
  g_free(point);
  g_object_unref(image);
  return out;
}

} // namespace souk::tests
