#include "actors/catalogue/csv_reader.hpp"

#include <algorithm>
#include <csv.h>
#include <istream>
#include <utility>

namespace souk::catalogue {

namespace {
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr size_t line_bytes_max = 1 << 20;
int no_space(unsigned char) { return 0; } // RFC 4180: spaces belong to the cell
} // namespace

/// libcsv's state and what it has told of the open record.
struct csv_reader::parser {
  csv_parser state{};
  std::vector<std::string> cells;
  bool too_many = false;
  bool too_long = false;
  std::vector<std::vector<std::string>> done;

  parser() {
    csv_init(&state, CSV_STRICT | CSV_STRICT_FINI);
    csv_set_space_func(&state, no_space);
  }
  ~parser() { csv_free(&state); }
  parser(const parser&) = delete;
  parser& operator=(const parser&) = delete;

  bool feed(std::string_view bytes) {
    return csv_parse(&state, bytes.data(), bytes.size(), on_cell, on_row, this) == bytes.size();
  }
  bool finish() { return csv_fini(&state, on_cell, on_row, this) == 0; }
  bool is_open() const { return state.pstate != 0 || !cells.empty(); }

  static void on_cell(void* bytes, size_t size, void* self) {
    auto& mine = *static_cast<parser*>(self);
    mine.too_many = mine.too_many || mine.cells.size() == csv_cells_max;
    mine.too_long = mine.too_long || size > csv_cell_bytes_max;
    if (!mine.too_many && !mine.too_long)
      mine.cells.emplace_back(static_cast<const char*>(bytes), size);
  }
  static void on_row(int, void* self) {
    auto& mine = *static_cast<parser*>(self);
    mine.done.push_back(std::move(mine.cells));
    mine.cells.clear();
  }
};

csv_reader::csv_reader(std::istream& in) : in_(in), parser_(std::make_unique<parser>()) {
  std::string front(byte_order_mark.size(), '\0');
  in_.read(front.data(), static_cast<std::streamsize>(front.size()));
  if (front != byte_order_mark) {
    in_.clear();
    in_.seekg(0);
  }
}

csv_reader::~csv_reader() = default;

void csv_reader::restart() { parser_ = std::make_unique<parser>(); }

void csv_reader::fault(errc code, const std::string& detail) {
  ready_.push_back({{}, csv_fault{first_line_, fail(code, detail)}});
  restart();
  if (++faults_ < csv_faults_max)
    return;
  ready_.push_back(
      {{}, csv_fault{first_line_, fail(errc::malformed, "too many faults: is it CSV?")}});
  ended_ = true;
}

/// Behind the first line of the record that is open: the lines that its open quote swallowed are
/// read again.
void csv_reader::go_back() {
  ended_ = second_line_at_ < 0;
  in_.clear();
  in_.seekg(std::max<int64_t>(second_line_at_, 0));
  line_ = first_line_;
}

void csv_reader::end_of_file() {
  ended_ = true;
  if (!parser_->is_open())
    return;
  if (parser_->finish()) {
    for (auto& cells : parser_->done)
      ready_.push_back({csv_record{first_line_, std::move(cells)}, {}});
    return;
  }
  fault(errc::malformed, "a quote that is opened here is never closed");
  go_back();
}

bool csv_reader::feed_line() {
  std::string text;
  if (!std::getline(in_, text)) {
    end_of_file();
    return false;
  }
  ++line_;
  if (!parser_->is_open()) {
    first_line_ = line_;
    second_line_at_ = in_.eof() ? -1 : static_cast<int64_t>(in_.tellg());
  }
  if (!in_.eof())
    text += '\n';
  if (text.size() > line_bytes_max) {
    fault(errc::too_large, "a line may have 1 MiB");
    return true;
  }
  if (!parser_->feed(text)) {
    fault(errc::malformed, "a quote inside a cell must be doubled, and the cell quoted");
    return true;
  }
  if (parser_->state.entry_pos > csv_cell_bytes_max) {
    fault(errc::too_large, "a cell may have 256 KiB, or a quote opened here is never closed");
    go_back();
    return true;
  }
  if (parser_->too_many || parser_->too_long) {
    fault(errc::too_large, "a row may have 1000 cells of 256 KiB at most");
    return true;
  }
  for (auto& cells : std::exchange(parser_->done, {}))
    ready_.push_back({csv_record{first_line_, std::move(cells)}, {}});
  return true;
}

csv_reader::step csv_reader::next() {
  while (ready_.empty() && !ended_)
    feed_line();
  if (ready_.empty())
    return {};
  auto first = std::move(ready_.front());
  ready_.pop_front();
  return first;
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string out;
  for (const auto& cell : cells) {
    if (&cell != cells.data())
      out += ',';
    const bool plain = cell.find_first_of(",\"\r\n") == cell.npos && !cell.starts_with(' ') &&
                       !cell.ends_with(' ') && !cell.starts_with('\t') && !cell.ends_with('\t');
    if (plain) {
      out += cell;
      continue;
    }
    const auto start = out.size();
    out.resize(start + 2 * cell.size() + 2);
    out.resize(start + csv_write(out.data() + start, out.size() - start, cell.data(), cell.size()));
  }
  return out += "\r\n";
}

} // namespace souk::catalogue
