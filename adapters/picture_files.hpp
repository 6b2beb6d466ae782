// Writing a folder of files so that it is there whole or not at all.
#pragma once

#include "base/result.hpp"

namespace souk::adapters {

struct named_file {
  std::string name;
  std::string bytes;
};

/// Writes `files` into a new folder below `directory` and renames that to `target` when everything
/// is on disk. One that is there already stays: its content is the same by its name.
/// errc::unavailable when the disk does not take it. Blocking.
result<void> write_folder(const std::string& directory, const std::string& target,
                          const std::vector<named_file>& files);

} // namespace souk::adapters
