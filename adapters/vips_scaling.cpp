#include "adapters/vips_scaling.hpp"

#include "base/log.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <vips/vips.h>

namespace souk::adapters {

namespace {

constexpr int webp_quality = 80;
constexpr int jpeg_quality = 82;
constexpr std::string_view loaders[] = {"VipsForeignLoadJpeg", "VipsForeignLoadPng",
                                        "VipsForeignLoadWebp"};

struct image_release {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using image_ptr = std::unique_ptr<VipsImage, image_release>;

/// What libvips says is about its insides; it goes to the log.
failure broken() {
  log::debug("pictures.broken", {{"why", vips_error_buffer()}});
  vips_error_clear();
  return fail_field("/body", "broken", "the picture cannot be decoded to its end");
}

/// The type is what the content says, whatever the header claimed.
bool is_taken(const std::string& bytes) {
  const char* loader = vips_foreign_find_load_buffer(bytes.data(), bytes.size());
  vips_error_clear();
  const std::string_view name = loader == nullptr ? "" : loader;
  return std::ranges::any_of(loaders, [name](auto taken) { return name.starts_with(taken); });
}

/// Reads the head alone.
result<void> check_pixels(const std::string& bytes) {
  const image_ptr head{vips_image_new_from_buffer(bytes.data(), bytes.size(), "", nullptr)};
  if (!head)
    return broken();
  const auto pixels =
      static_cast<int64_t>(vips_image_get_width(head.get())) * vips_image_get_height(head.get());
  if (pixels > catalogue::picture_pixels_max)
    return fail_field("/body", "too_many_pixels", "at most 50000000 pixels");
  return {};
}

/// What cameras and editors wrote beside the picture; the encoders' own switch leaves some of it.
void drop_metadata(VipsImage* image) {
  gchar** fields = vips_image_get_fields(image);
  for (gchar** field = fields; *field != nullptr; ++field)
    vips_image_remove(image, *field); // what libvips needs itself cannot be removed
  g_strfreev(fields);
}

/// The largest size in memory: later errors are ours. Every pixel is read, because libvips finds a
/// picture's end missing only when it is asked for it.
result<image_ptr> decode(const std::string& bytes) {
  const image_ptr all{vips_image_new_from_buffer(bytes.data(), bytes.size(), "", "fail_on",
                                                 VIPS_FAIL_ON_ERROR, "access",
                                                 VIPS_ACCESS_SEQUENTIAL, nullptr)};
  if (!all)
    return broken();
  const auto box = static_cast<int>(catalogue::picture_boxes.back());
  VipsImage* out = nullptr;
  if (vips_thumbnail_image(all.get(), &out, box, "height", box, "size", VIPS_SIZE_DOWN,
                           "export_profile", "srgb", nullptr) != 0)
    return broken();
  const image_ptr lazy{out};
  image_ptr whole{vips_image_copy_memory(lazy.get())};
  if (!whole)
    return broken();
  drop_metadata(whole.get());
  return whole;
}

result<image_ptr> fit(VipsImage* image, int64_t box) {
  VipsImage* out = nullptr;
  const auto side = static_cast<int>(box);
  if (vips_thumbnail_image(image, &out, side, "height", side, "size", VIPS_SIZE_DOWN, nullptr) != 0)
    return broken();
  return image_ptr{out};
}

std::string take_buffer(void* bytes, size_t size) {
  std::string out{static_cast<const char*>(bytes), size};
  g_free(bytes);
  return out;
}

result<std::string> save_webp(VipsImage* image) {
  void* bytes = nullptr;
  size_t size = 0;
  if (vips_webpsave_buffer(image, &bytes, &size, "Q", webp_quality, "strip", TRUE, nullptr) != 0)
    return broken();
  return take_buffer(bytes, size);
}

/// JPEG knows no transparency: what was it becomes white.
result<image_ptr> opaque(VipsImage* image) {
  VipsImage* out = nullptr;
  if (!vips_image_hasalpha(image)) {
    g_object_ref(image);
    return image_ptr{image};
  }
  VipsArrayDouble* white = vips_array_double_newv(1, 255.0);
  const int failed = vips_flatten(image, &out, "background", white, nullptr);
  vips_area_unref(VIPS_AREA(white));
  if (failed != 0)
    return broken();
  return image_ptr{out};
}

result<std::string> save_jpeg(VipsImage* image) {
  auto flat = opaque(image);
  if (!flat)
    return flat.error();
  void* bytes = nullptr;
  size_t size = 0;
  if (vips_jpegsave_buffer(flat->get(), &bytes, &size, "Q", jpeg_quality, "strip", TRUE,
                           "optimize_coding", TRUE, "interlace", TRUE, nullptr) != 0)
    return broken();
  return take_buffer(bytes, size);
}

result<scaled_picture> scale(VipsImage* whole, int64_t box) {
  auto fitting = fit(whole, box);
  if (!fitting)
    return fitting.error();
  scaled_picture out{
      .size = {box, vips_image_get_width(fitting->get()), vips_image_get_height(fitting->get())},
      .webp = {},
      .jpeg = {}};
  auto webp = save_webp(fitting->get());
  if (!webp)
    return webp.error();
  auto jpeg = save_jpeg(fitting->get());
  if (!jpeg)
    return jpeg.error();
  out.webp = std::move(*webp);
  out.jpeg = std::move(*jpeg);
  return out;
}

} // namespace

void start_vips() {
  static std::once_flag once;
  std::call_once(once, [] {
    SOUK_ASSERT(vips_init("souk") == 0, "libvips starts");
    vips_concurrency_set(1); // a picture is one thread's work
    vips_cache_set_max(0);
    vips_block_untrusted_set(TRUE);
    vips_operation_block_set("VipsForeignLoad", TRUE);
    for (const auto loader : loaders)
      vips_operation_block_set(loader.data(), FALSE);
    // Warnings about strangers' files are no news.
    g_log_set_handler(
        "VIPS", G_LOG_LEVEL_MASK, [](const gchar*, GLogLevelFlags, const gchar*, gpointer) {},
        nullptr);
  });
}

result<std::vector<scaled_picture>> scale_picture(const std::string& bytes) {
  start_vips();
  if (!is_taken(bytes))
    return fail(errc::unsupported_media_type, "a picture is a JPEG, PNG or WebP");
  if (auto good = check_pixels(bytes); !good)
    return good.error();
  auto whole = decode(bytes);
  if (!whole)
    return whole.error();
  const int64_t side =
      std::max(vips_image_get_width(whole->get()), vips_image_get_height(whole->get()));
  std::vector<scaled_picture> all;
  for (const auto box : catalogue::picture_boxes) {
    auto one = scale(whole->get(), box);
    if (!one)
      return one.error();
    all.push_back(std::move(*one));
    if (box >= side)
      break;
  }
  return all;
}

} // namespace souk::adapters
