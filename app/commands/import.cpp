// `souk import`: rows into the catalogue, stock into the stock entities. The
// process is a small node of its own; a shop that runs meanwhile notices by law 1 and replays.
#include "actors/catalogue/csv_reader.hpp"
#include "actors/catalogue/shopify_reader.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/import_stock.hpp"
#include "app/commands/progress.hpp"
#include "app/runtime.hpp"
#include "base/crypto.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace souk::app {

namespace {

constexpr auto batch_deadline = 120s;
constexpr size_t fingerprint_bytes = 64 << 10;
constexpr size_t errors_shown = 20;

/// The importing node charges nobody.
class no_provider final : public payment::gateway {
  static failure refused() { return fail(errc::unavailable, "an import takes no payments"); }
  void authorise(const std::string&, const payment::authorisation&,
                 callback<payment::intent> done) override {
    done(refused());
  }
  void confirm(const std::string&, const std::string&, callback<payment::intent> done) override {
    done(refused());
  }
  void capture(const std::string&, const std::string&, money,
               callback<payment::intent> done) override {
    done(refused());
  }
  void cancel(const std::string&, const std::string&, callback<payment::intent> done) override {
    done(refused());
  }
  void refund(const std::string&, const std::string&, money,
              callback<payment::intent> done) override {
    done(refused());
  }
  void read(const std::string&, callback<payment::intent> done) override { done(refused()); }
  void find(const std::string&, int64_t, callback<std::optional<payment::intent>> done) override {
    done(refused());
  }
};

/// Every error as a line of CSV, for the people who keep the file.
class error_file {
public:
  explicit error_file(std::string path) : path_(std::move(path)) {}

  void add(const catalogue::row_error& e) {
    if (!out_.is_open()) {
      out_.open(path_, std::ios::binary | std::ios::trunc);
      out_ << catalogue::csv_line({"row", "column", "reason"});
    }
    out_ << catalogue::csv_line({std::to_string(e.row), e.field, e.reason});
    if (++count_ <= errors_shown)
      std::printf("row %zu, %s: %s\n", e.row, e.field.c_str(), e.reason.c_str());
  }
  /// Nothing when there was no error.
  void summarise() {
    if (count_ == 0)
      return;
    out_.flush();
    if (count_ > errors_shown)
      std::printf("… and %zu more\n", count_ - errors_shown);
    std::printf(out_ ? "all errors: %s\n" : "the errors could not be written to %s\n",
                path_.c_str());
  }

private:
  std::string path_;
  std::ofstream out_;
  size_t count_ = 0;
};

/// What an interrupted import of the same file, read in the same way, is recognised by.
std::string run_name(std::ifstream& in, const std::string& file, const import_choice& how) {
  std::string front(fingerprint_bytes, '\0');
  in.read(front.data(), static_cast<std::streamsize>(front.size()));
  front.resize(static_cast<size_t>(in.gcount()));
  in.clear();
  in.seekg(0);
  std::error_code unknown;
  front += std::to_string(std::filesystem::file_size(file, unknown)) + how.format + how.warehouse +
           how.currency;
  return base64url(sha256(front)).substr(0, 22);
}

struct import_parts {
  catalogue::product_reader& reader;
  catalogue::import_options options;
  std::string errors_to;
};

int tell(const result<catalogue::import_report>& report, const stock_counter& cells) {
  if (!report)
    return complain(report.error());
  if (report->resumed > 0)
    std::printf("went on behind product %zu of an interrupted import\n", report->resumed);
  std::printf("%zu products, %zu new, %zu changed, %zu wrong, %d stock counts failed\n",
              report->rows, report->created, report->changed, report->failed, cells.failed());
  if (cells.failed() > 0)
    std::fprintf(stderr, "souk: stock was not counted: %s\n", cells.last_failure().c_str());
  return report->failed == 0 && cells.failed() == 0 ? exit_ok : exit_failed;
}

int run_import(const config& c, const import_parts& with) {
  system_entropy random;
  no_provider nobody;
  runtime node(c, {.name = "import-" + std::to_string(::getpid())}, nobody);
  if (auto started = node.start(10s); !started)
    return complain(started.error());
  auto options = runtime::postgres_options(c, "souk/import");
  options.statement_timeout = batch_deadline;
  auto connection = persistence::pg_connection::open(options);
  if (!connection)
    return complain(connection.error());
  stock_counter cells(**connection, node.route, node.time, random);
  error_file errors(with.errors_to);
  progress shown("products");
  const auto report = catalogue::import_products(
      with.reader, **connection, {random, node.time.now()},
      {.progress = [&](const catalogue::import_report& r) { shown.show(r.rows); },
       .stock = [&](std::vector<catalogue::stock_row> rows) { cells.count(std::move(rows)); },
       .error = [&](const catalogue::row_error& e) { errors.add(e); }},
      with.options);
  shown.end();
  node.stop();
  errors.summarise();
  if (with.options.dry_run)
    std::printf("a dry run: nothing was written\n");
  return tell(report, cells);
}

/// What a file is, by how it begins: an array is DummyJSON's, an object ours, a word a heading.
std::string format_of(std::ifstream& in) {
  std::string front(4, '\0');
  in.read(front.data(), static_cast<std::streamsize>(front.size()));
  in.clear();
  in.seekg(0);
  const auto first = front.find_first_not_of(" \t\r\n");
  const char c = first == front.npos ? '{' : front[first];
  return c == '[' ? "dummyjson" : c == '{' ? "jsonl" : "shopify";
}

result<std::vector<currency>> currencies_of(const import_choice& how) {
  std::vector<currency> all;
  for (const auto& code : how.currencies) {
    const auto unit = currency::parse(code);
    if (!unit || unit->decimals() != 2)
      return fail(errc::invalid, "--currencies: " + code + " is no currency with cents");
    all.push_back(*unit);
  }
  return all;
}

} // namespace

int import_file(const config& c, const std::string& file, const import_choice& how) {
  std::ifstream in(file, std::ios::binary);
  if (!in)
    return complain(fail(errc::invalid, "cannot read " + file));
  const auto sold_in = currencies_of(how);
  if (!sold_in)
    return complain(sold_in.error());
  const auto one = currency::parse(how.currency);
  if (!one)
    return complain(fail(errc::invalid, "--currency: " + how.currency + " is no currency"));
  const auto name = run_name(in, file, how);
  const auto format = how.format == "auto" ? format_of(in) : how.format;
  const auto reader = format == "dummyjson" ? catalogue::read_dummyjson(in, how.warehouse, *sold_in)
                      : format == "shopify" ? catalogue::read_shopify(in, {*one, how.warehouse})
                                            : catalogue::read_json_lines(in);
  return run_import(c, {*reader,
                        {.dry_run = how.dry_run,
                         .run = how.dry_run ? std::string{} : name,
                         .source = std::filesystem::path(file).filename().string(),
                         .from_start = how.from_start},
                        how.report.empty() ? file + ".errors.csv" : how.report});
}

} // namespace souk::app
