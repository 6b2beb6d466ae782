// Pictures: the staff uploads them to products, everybody reads their files.
#include "http/api/office.hpp"
#include "http/api/product_json.hpp"
#include "http/api/routes.hpp"
#include "http/api/staff_routes.hpp"

#include <charconv>

namespace souk::http {

namespace {

constexpr size_t alt_bytes_max = 300;
constexpr std::chrono::seconds upload_deadline{30}; ///< also of reading the body
/// A file's content is its name, so it never changes.
constexpr const char* for_ever = "public, max-age=31536000, immutable";

callback<catalogue::product_record> answering_record(const call& c, int status) {
  return answering<catalogue::product_record>(c, [in = c.in, status](const auto& r) {
    auto out = versioned(*in, status, json_of(r), r.product.version);
    const auto place = "/v1/admin/products/" + r.product.id;
    return status == 201 ? std::move(out).with("Location", place) : std::move(out);
  });
}

result<std::optional<int64_t>> read_position(const request& in) {
  const auto text = in.query_value("position");
  if (!text)
    return std::optional<int64_t>{};
  int64_t position = 0;
  const auto* last = text->data() + text->size();
  const auto [end, ec] = std::from_chars(text->data(), last, position);
  if (ec != std::errc{} || end != last || position < 0)
    return fail_field("position", "out_of_range", "must be a whole number from 0");
  return std::optional{position};
}

void add_image(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  auto alt = read_query(*c.in, "alt", alt_bytes_max);
  if (!alt)
    return c.refuse(alt.error());
  const auto position = read_position(*c.in);
  if (!position)
    return c.refuse(position.error());
  if (c.in->body.empty())
    return c.refuse(fail_field("/body", "required", "the bytes of a JPEG, PNG or WebP"));
  c.at.office.add_image(c.in->param("id"), std::move(c.in->body), {std::move(*alt), *position},
                        *how, answering_record(c, 201));
}

void change_image(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  auto body = json_body::of(*c.in);
  if (!body)
    return c.refuse(body.error());
  catalogue::image_patch patch{.alt = body->root().optional_text("alt", {.max = alt_bytes_max}),
                               .position = body->root().optional_integer("position", 0, 1'000)};
  if (auto wrong = body->finish())
    return c.refuse(*wrong);
  c.at.office.change_image(c.in->param("id"), c.in->param("image"), std::move(patch), *how,
                           answering_record(c, 200));
}

void delete_image(const call& c) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  c.at.office.remove_image(c.in->param("id"), c.in->param("image"), *how, answering_record(c, 200));
}

void read_picture(const call& c) {
  const auto file = catalogue::parse_picture_file(c.in->param("hash"), c.in->param("file"));
  if (!file)
    return c.refuse(file.error());
  const bool webp = file->format == catalogue::picture_format::webp;
  const auto tag = "\"" + file->hash.substr(0, 32) + "-" + c.in->param("file") + "\"";
  c.at.pictures.get(
      *file, answering<std::shared_ptr<const std::string>>(c, [in = c.in, webp, tag](auto bytes) {
        response out{.content_type = webp ? "image/webp" : "image/jpeg",
                     .shared_body = std::move(bytes)};
        return with_etag(*in, tag, std::move(out)).with("Cache-Control", for_ever);
      }));
}

} // namespace

void add_picture_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::edit_catalogue};
  add(method::post, "/v1/admin/products/{id}/images", "add_image", add_image,
      {.body_limit = catalogue::picture_bytes_max, .deadline = upload_deadline});
  add(method::patch, "/v1/admin/products/{id}/images/{image}", "change_image", change_image);
  add(method::del, "/v1/admin/products/{id}/images/{image}", "delete_image", delete_image);
  to.add(method::get, "/media/{hash}/{file}", "read_picture", for_users(at, read_picture));
}

} // namespace souk::http
