// Where staff hand in a catalogue file: the port through which HTTP starts imports. Their progress
// is in import_run, for whoever asks on any node.
#pragma once

#include "base/money.hpp"
#include "base/result.hpp"

#include <string>

namespace souk::catalogue {

inline constexpr size_t import_file_bytes_max = 64 << 20;

enum class import_format : uint8_t { json_lines, shopify };

struct import_file {
  std::string bytes;
  import_format format = import_format::json_lines;
  souk::currency sold_in{}; ///< of a Shopify file, which names none
  std::string warehouse;    ///< takes a Shopify file's quantities
  bool dry_run = false;
};

class import_desk {
public:
  virtual ~import_desk() = default;
  /// Answers the run's id once it has begun, from another thread; the same file answers the same
  /// id, and goes on where it was interrupted. errc::overloaded while this node imports another
  /// file, errc::conflict when another node imports this one.
  virtual void begin(import_file file, callback<std::string> done) = 0;
};

} // namespace souk::catalogue
