#include "adapters/vips_pictures.hpp"

#include "adapters/picture_files.hpp"
#include "adapters/vips_scaling.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <fstream>
#include <sstream>

namespace souk::adapters {

namespace {

using shared_bytes = std::shared_ptr<const std::string>;

std::string name_of(const catalogue::picture_file& file) {
  const auto path = catalogue::path_of(file);
  return path.substr(path.rfind('/') + 1);
}

result<shared_bytes> read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream all;
  if (!in || !(all << in.rdbuf()))
    return fail(errc::not_found, "no such picture");
  return shared_bytes{std::make_shared<const std::string>(std::move(all).str())};
}

} // namespace

vips_pictures::vips_pictures(std::string directory, executor heavy, executor light)
    : directory_(std::move(directory)), heavy_(std::move(heavy)), light_(std::move(light)) {
  start_vips();
}

result<catalogue::picture> vips_pictures::keep(const std::string& bytes) const {
  auto scaled = scale_picture(bytes);
  if (!scaled)
    return scaled.error();
  const auto digest = sha256(bytes);
  catalogue::picture kept{
      .hash = to_hex({reinterpret_cast<const unsigned char*>(digest.data()), digest.size()}),
      .sizes = {}};
  std::vector<named_file> files;
  for (auto& each : *scaled) {
    kept.sizes.push_back(each.size);
    files.push_back({name_of({kept.hash, each.size.box, catalogue::picture_format::webp}),
                     std::move(each.webp)});
    files.push_back({name_of({kept.hash, each.size.box, catalogue::picture_format::jpeg}),
                     std::move(each.jpeg)});
  }
  if (auto written = write_folder(directory_, picture_folder(directory_, kept.hash), files);
      !written)
    return written.error();
  return kept;
}

void vips_pictures::put(std::string bytes, callback<catalogue::picture> done) {
  const auto upload = std::make_shared<const std::string>(std::move(bytes));
  if (!heavy_([this, upload, done] { done(keep(*upload)); }))
    done(fail(errc::overloaded, "too many pictures at once"));
}

void vips_pictures::get(catalogue::picture_file file, callback<shared_bytes> done) {
  auto path = picture_folder(directory_, file.hash) + "/" + name_of(file);
  if (!light_([path = std::move(path), done] { done(read_file(path)); }))
    done(fail(errc::overloaded, "too many pictures at once"));
}

} // namespace souk::adapters
