// The files of kept pictures as a collector sees them: folders below the media directory, and those
// it has set aside there.
//
//   <directory>/<first 2 digits>/<hash>  ─ rename ─►  <directory>/.gone-<hash>
#pragma once

#include "actors/catalogue/picture_collection.hpp"

namespace souk::adapters {

class picture_folders : public catalogue::picture_shelf {
public:
  explicit picture_folders(std::string directory) : directory_(std::move(directory)) {}

  bool set_aside(const std::string& hash, time_point before) override;
  std::vector<std::string> aside() const override;
  bool remove_aside(const std::string& hash, time_point before) override;
  void put_back(const std::string& hash) override;
  int64_t remove_unfinished(time_point before) override;

private:
  std::string hidden(const std::string& hash) const;

  const std::string directory_;
};

} // namespace souk::adapters
