// CSV by RFC 4180 through libcsv, which takes bytes and tells cells: this adds what an import has
// to say about a file. Lines are counted as an editor counts them, and a fault costs its own
// record.
#pragma once

#include "base/result.hpp"

#include <deque>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct csv_parser;

namespace souk::catalogue {

inline constexpr size_t csv_cell_bytes_max = 256 << 10;
inline constexpr size_t csv_cells_max = 1'000;  ///< of one record
inline constexpr size_t csv_faults_max = 1'000; ///< then it is no CSV

struct csv_record {
  size_t line = 0; ///< where it begins, from 1
  std::vector<std::string> cells;
};

/// A record that cannot be read, and where it begins.
struct csv_fault {
  size_t line = 0;
  failure why;
};

/// A byte order mark in front is passed over; lines end with LF or CR LF; cells may hold either.
/// Empty lines are no records.
class csv_reader {
public:
  /// The stream must outlive the reader and be seekable: after a quote that nobody closes, reading
  /// goes on behind the line it stands in.
  explicit csv_reader(std::istream& in);
  ~csv_reader();

  struct step {
    std::optional<csv_record> record;
    std::optional<csv_fault> fault;
  };
  /// The next record or fault; neither at the end. After csv_faults_max faults nothing follows.
  step next();

private:
  struct parser;

  bool feed_line();
  void end_of_file();
  void fault(errc code, const std::string& detail);
  void go_back();
  void restart();

  std::istream& in_;
  std::unique_ptr<parser> parser_;
  std::deque<step> ready_;
  size_t line_ = 0;            ///< read so far
  size_t first_line_ = 0;      ///< of the record that is open
  int64_t second_line_at_ = 0; ///< offset behind the open record's first line
  size_t faults_ = 0;
  bool ended_ = false;
};

/// The cells as one line with its end. What begins or ends with a space is quoted too.
std::string csv_line(const std::vector<std::string>& cells);

} // namespace souk::catalogue
