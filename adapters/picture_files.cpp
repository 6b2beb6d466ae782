#include "adapters/picture_files.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace souk::adapters {

namespace {

namespace fs = std::filesystem;

failure disk_failure(const char* what) {
  log::error("pictures.disk", {{"what", what}, {"why", std::strerror(errno)}});
  return fail(errc::unavailable, "the media directory cannot be written");
}

class descriptor {
public:
  explicit descriptor(int fd) : fd_(fd) {}
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return fd_; }

private:
  const int fd_;
};

/// A name is on disk only when its folder is.
bool sync_folder(const fs::path& path) {
  const descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder.get() >= 0 && ::fsync(folder.get()) == 0;
}

bool write_file(const fs::path& path, const std::string& bytes) {
  const descriptor file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)};
  if (file.get() < 0)
    return false;
  for (size_t at = 0; at < bytes.size();) {
    const auto n = ::write(file.get(), bytes.data() + at, bytes.size() - at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += static_cast<size_t>(n);
  }
  return ::fsync(file.get()) == 0;
}

/// Removed at the end unless it was renamed away.
struct temporary_folder {
  explicit temporary_folder(const fs::path& below)
      : path((below / unfinished_folder).string() + "XXXXXX") {
    made = ::mkdtemp(path.data()) != nullptr && ::chmod(path.c_str(), 0755) == 0;
  }
  ~temporary_folder() {
    std::error_code ignored;
    if (made)
      fs::remove_all(path, ignored);
  }
  temporary_folder(const temporary_folder&) = delete;
  temporary_folder& operator=(const temporary_folder&) = delete;
  std::string path;
  bool made = false;
};

/// Renames `fresh` to `target`, or renews the target that is there. A collector may take that away
/// in between, once for each time somebody made it.
bool put_in_place(temporary_folder& fresh, const std::string& target) {
  constexpr int tries = 10;
  for (int i = 0; i < tries; ++i) {
    if (::rename(fresh.path.c_str(), target.c_str()) == 0) {
      fresh.made = false;
      return true;
    }
    if (errno != EEXIST && errno != ENOTEMPTY)
      return false;
    if (::utimensat(AT_FDCWD, target.c_str(), nullptr, 0) == 0)
      return true;
    if (errno != ENOENT)
      return false;
  }
  return false;
}

} // namespace

std::string picture_folder(const std::string& directory, const std::string& hash) {
  return directory + "/" + hash.substr(0, 2) + "/" + hash;
}

result<void> write_folder(const std::string& directory, const std::string& target,
                          const std::vector<named_file>& files) {
  const fs::path parent = fs::path{target}.parent_path();
  std::error_code failed;
  fs::create_directories(parent, failed);
  if (failed) {
    errno = failed.value();
    return disk_failure("create_directories");
  }
  temporary_folder fresh{directory};
  if (!fresh.made)
    return disk_failure("mkdtemp");
  for (const auto& file : files)
    if (!write_file(fs::path{fresh.path} / file.name, file.bytes))
      return disk_failure("write");
  if (!sync_folder(fresh.path))
    return disk_failure("fsync");
  if (!put_in_place(fresh, target))
    return disk_failure("rename");
  if (!sync_folder(parent) || !sync_folder(directory))
    return disk_failure("fsync");
  return {};
}

} // namespace souk::adapters
