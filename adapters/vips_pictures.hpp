// Pictures through libvips: an upload becomes WebP and JPEG files in every size below the media
// directory, addressed by its content and never changed after.
//
//   <directory>/<first 2 digits>/<hash>/<box>.webp|jpg
#pragma once

#include "actors/catalogue/pictures.hpp"

namespace souk::adapters {

/// Runs a job on threads that may block; false when their queue is full.
using executor = std::function<bool(std::function<void()>)>;

/// Thread-safe. Jobs refer to it: their threads end before it goes.
class vips_pictures final : public catalogue::picture_store {
public:
  /// `heavy` decodes and writes (tens of megabytes and a second a job), `light` reads files.
  vips_pictures(std::string directory, executor heavy, executor light);

  void put(std::string bytes, callback<catalogue::picture> done) override;
  void get(catalogue::picture_file file,
           callback<std::shared_ptr<const std::string>> done) override;

private:
  result<catalogue::picture> keep(const std::string& bytes) const;

  const std::string directory_;
  const executor heavy_, light_;
};

} // namespace souk::adapters
