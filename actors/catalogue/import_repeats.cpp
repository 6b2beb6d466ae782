#include "actors/catalogue/import_repeats.hpp"

#include <functional>

namespace souk::catalogue {

std::optional<result<product_input>> repeat_watcher::next() {
  auto row = reader_.next();
  repeated_ = false;
  if (row && *row) {
    const auto handle = std::hash<std::string>{}((*row)->handle);
    repeated_ = handles_.contains(handle);
    if (handles_.size() < watched_handles_max)
      handles_.insert(handle);
  }
  return row;
}

read_place repeat_watcher::place() const {
  auto place = reader_.place();
  if (repeated_)
    place.warnings.push_back({"warning",
                              "/handle",
                              "an earlier row of this file has it: this one changes its product",
                              {}});
  return place;
}

} // namespace souk::catalogue
