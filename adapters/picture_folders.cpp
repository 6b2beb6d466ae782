#include "adapters/picture_folders.hpp"

#include "adapters/picture_files.hpp"
#include "base/log.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace souk::adapters {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view gone_folder = ".gone-";

void report(const std::string& path, int why) {
  log::warn("pictures.collect", {{"path", path}, {"why", std::strerror(why)}});
}

/// What is not there is old.
bool is_older(const std::string& path, time_point before) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0)
    return errno == ENOENT;
  const auto changed =
      std::chrono::seconds{found.st_mtim.tv_sec} + std::chrono::nanoseconds{found.st_mtim.tv_nsec};
  return changed < std::chrono::microseconds{to_micros(before)};
}

bool remove_folder(const std::string& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed)
    report(path, failed.value());
  return !failed;
}

/// Names of the folders directly below that begin so, without the beginning.
std::vector<std::string> names_after(std::string_view beginning, const std::string& directory) {
  std::vector<std::string> found;
  std::error_code failed;
  for (fs::directory_iterator i{directory, failed}, end; !failed && i != end; i.increment(failed))
    if (auto name = i->path().filename().string(); name.starts_with(beginning))
      found.push_back(name.substr(beginning.size()));
  if (failed && failed != std::errc::no_such_file_or_directory)
    report(directory, failed.value());
  return found;
}

} // namespace

std::string picture_folders::hidden(const std::string& hash) const {
  return directory_ + "/" + std::string{gone_folder} + hash;
}

bool picture_folders::set_aside(const std::string& hash, time_point before) {
  const auto folder = picture_folder(directory_, hash);
  if (!is_older(folder, before))
    return false;
  if (::rename(folder.c_str(), hidden(hash).c_str()) == 0 || errno == ENOENT)
    return true;
  report(folder, errno);
  return false;
}

std::vector<std::string> picture_folders::aside() const {
  return names_after(gone_folder, directory_);
}

bool picture_folders::remove_aside(const std::string& hash, time_point before) {
  if (is_older(hidden(hash), before))
    return remove_folder(hidden(hash));
  put_back(hash);
  return false;
}

void picture_folders::put_back(const std::string& hash) {
  const auto folder = picture_folder(directory_, hash);
  if (::rename(hidden(hash).c_str(), folder.c_str()) == 0 || errno == ENOENT)
    return;
  if (errno == EEXIST || errno == ENOTEMPTY) // uploaded again meanwhile
    remove_folder(hidden(hash));
  else
    report(folder, errno);
}

int64_t picture_folders::remove_unfinished(time_point before) {
  int64_t removed = 0;
  for (const auto& name : names_after(unfinished_folder, directory_)) {
    const auto path = directory_ + "/" + unfinished_folder + name;
    removed += is_older(path, before) && remove_folder(path) ? 1 : 0;
  }
  return removed;
}

} // namespace souk::adapters
