// Pictures of the demo shop's products: drawn with each request, which takes microseconds, and the
// same for ever, so that caches keep them.
#include "actors/catalogue/demo_picture.hpp"
#include "http/api/routes.hpp"
#include "http/headers.hpp"

namespace souk::http {

namespace {

constexpr size_t name_bytes_max = 200;
constexpr const char* for_ever = "public, max-age=31536000, immutable";

void read_demo_picture(const request_ptr& in, const responder& done) {
  const auto& file = in->param("file");
  auto drawing = file.size() <= name_bytes_max ? catalogue::demo_picture(file) : std::nullopt;
  if (!drawing)
    return done(to_response(fail(errc::not_found, "no such picture"), *in));
  auto tag = "\"" + std::to_string(fingerprint(*drawing)) + "\"";
  done(with_etag(*in, std::move(tag), response::text(200, std::move(*drawing), "image/svg+xml"))
           .with("Cache-Control", for_ever)
           .with("Content-Security-Policy", "default-src 'none'; sandbox"));
}

} // namespace

void add_demo_picture_routes(router& to) {
  to.add(method::get, "/media/demo/{file}", "", read_demo_picture);
}

} // namespace souk::http
