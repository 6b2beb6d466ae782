#include "http/pages/assets.hpp"

#include "http/headers.hpp"
#include "http/pages/embedded.hpp"

#include <algorithm>

namespace souk::http {

namespace {

constexpr const char* for_ever = "public, max-age=31536000, immutable";

std::string type_of(std::string_view name) {
  if (name.ends_with(".css"))
    return "text/css; charset=utf-8";
  return name.ends_with(".svg") ? "image/svg+xml" : "text/javascript; charset=utf-8";
}

std::string hashed_name(const embedded_file& file) {
  const auto dot = file.name.rfind('.');
  return std::string{file.name.substr(0, dot)} + "." + std::string{file.hash} +
         std::string{file.name.substr(dot)};
}

bool takes_gzip(const request& in) {
  return in.header_value("accept-encoding").find("gzip") != std::string_view::npos;
}

/// Both forms of a file, shared by all answers.
struct asset {
  std::string type;
  std::shared_ptr<const std::string> plain, packed;
};

void send(const asset& file, const request& in, const responder& done, const char* caching) {
  const bool packed = takes_gzip(in) && file.packed->size() < file.plain->size();
  response out{.content_type = file.type, .shared_body = packed ? file.packed : file.plain};
  out.with("Cache-Control", caching).with("Vary", "Accept-Encoding");
  if (packed)
    out.with("Content-Encoding", "gzip");
  // An SVG opened by itself is a document: it may style itself and nothing else.
  out.with("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  done(std::move(out));
}

} // namespace

std::string asset_url(std::string_view name) {
  const auto files = embedded_files();
  const auto file = std::ranges::find(files, name, &embedded_file::name);
  SOUK_ASSERT(file != files.end() && !file->hash.empty(), "pages name assets that are there");
  return "/assets/" + hashed_name(*file);
}

void add_asset_routes(router& to) {
  for (const auto& file : embedded_files()) {
    if (file.hash.empty())
      continue;
    const asset shared{type_of(file.name), std::make_shared<const std::string>(file.text),
                       std::make_shared<const std::string>(file.gzipped)};
    to.add(method::get, "/assets/" + hashed_name(file), "",
           [shared](request_ptr in, responder done) { send(shared, *in, done, for_ever); });
    if (file.name == "icon.svg")
      to.add(method::get, "/favicon.ico", "", [shared](request_ptr in, responder done) {
        send(shared, *in, done, "public, max-age=86400");
      });
  }
  to.add(method::get, "/robots.txt", "", [](request_ptr, responder done) {
    done(response::text(200, "User-agent: *\nDisallow: /cart\nDisallow: /checkout\n"
                             "Disallow: /orders\nDisallow: /account\nDisallow: /search\n")
             .with("Cache-Control", "public, max-age=86400"));
  });
}

} // namespace souk::http
