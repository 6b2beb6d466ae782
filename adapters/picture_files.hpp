// Writing a folder of files so that it is there whole or not at all.
#pragma once

#include "base/result.hpp"

namespace souk::adapters {

struct named_file {
  std::string name;
  std::string bytes;
};

/// Below the media directory: writing folders while they begin so.
inline constexpr const char* unfinished_folder = ".new-";

/// Where a picture's files lie: <directory>/<first 2 digits>/<hash>
std::string picture_folder(const std::string& directory, const std::string& hash);

/// Writes `files` into a new folder below `directory` and renames that to `target` when everything
/// is on disk. One that is there already stays, because its content is the same by its name, and is
/// young again: its time of change is now, so that nobody collects it.
/// errc::unavailable when the disk does not take it. Blocking.
result<void> write_folder(const std::string& directory, const std::string& target,
                          const std::vector<named_file>& files);

} // namespace souk::adapters
