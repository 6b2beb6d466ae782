// `souk import` and `souk demo`: rows into the catalogue, stock into the stock entities. The
// process is a small node of its own; a shop that runs meanwhile notices by law 1 and replays.
#include "actors/catalogue/import.hpp"

#include "actors/stock/messages.hpp"
#include "app/commands/commands.hpp"
#include "app/runtime.hpp"

#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <unistd.h>

namespace souk::app {

namespace {

constexpr int counts_under_way_max = 512;
constexpr auto count_deadline = 60s;

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

/// Counts stock in, a bounded number of cells at a time.
class stock_counter {
public:
  stock_counter(cluster::router& route, const souk::clock& time, entropy& random)
      : route_(route), time_(time), random_(random) {}

  void count(const std::vector<catalogue::stock_row>& rows) {
    for (const auto& row : rows) {
      {
        std::unique_lock lock(guard_);
        changed_.wait(lock, [&] { return under_way_ < counts_under_way_max; });
        ++under_way_;
      }
      entity::ask<stock::contract>(
          route_, stock::key_of(row.sku, row.warehouse), stock::count{row.on_hand, "import"},
          {random_command_id(random_), 1, time_.now() + count_deadline, {}},
          [this](result<stock::level> r) { answered(r); });
    }
  }

  /// Waits for all and says why the last of the failed did; how many failed.
  int finish() {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return under_way_ == 0; });
    if (failed_ > 0)
      std::fprintf(stderr, "\nsouk: stock was not counted: %s\n", last_.c_str());
    return failed_;
  }

private:
  void answered(const result<stock::level>& r) {
    std::lock_guard lock(guard_);
    --under_way_;
    if (!r) {
      ++failed_;
      last_ = r.error().detail;
    }
    changed_.notify_all();
  }

  cluster::router& route_;
  const souk::clock& time_;
  entropy& random_;
  std::mutex guard_;
  std::condition_variable changed_;
  int under_way_ = 0;
  int failed_ = 0;
  std::string last_;
};

void show(const catalogue::import_report& r) {
  std::fprintf(stderr, "\r%zu rows: %zu new, %zu changed, %zu wrong", r.rows, r.created, r.changed,
               r.failed);
}

int run_import(const config& c, catalogue::product_reader& reader) {
  system_entropy random;
  no_provider nobody;
  runtime node(c, "import-" + std::to_string(::getpid()), random, nobody);
  if (auto started = node.start(10s); !started)
    return complain(started.error());
  auto connection = persistence::pg_connection::open(runtime::postgres_options(c, "souk/import"));
  if (!connection)
    return complain(connection.error());
  stock_counter cells(node.route, node.time, random);
  const catalogue::id_source ids{random, node.time.now()};
  const auto report = catalogue::import_products(
      reader, **connection, ids,
      {.progress = show,
       .stock = [&](std::vector<catalogue::stock_row> rows) { cells.count(rows); }});
  const int uncounted = cells.finish();
  node.stop();
  if (!report)
    return complain(report.error());
  show(*report);
  std::fprintf(stderr, "\n");
  for (const auto& wrong : report->errors)
    std::printf("row %zu, %s: %s\n", wrong.row, wrong.field.c_str(), wrong.reason.c_str());
  std::printf("%zu rows, %zu new, %zu changed, %zu wrong, %d stock counts failed\n", report->rows,
              report->created, report->changed, report->failed, uncounted);
  return report->failed == 0 && uncounted == 0 ? exit_ok : exit_failed;
}

/// An array of products is DummyJSON's; a line that is an object is ours.
bool looks_like_dummyjson(std::istream& in) {
  char first = 0;
  in >> first;
  in.seekg(0);
  return first == '[';
}

} // namespace

int import_file(const config& c, const std::string& file, const import_choice& how) {
  std::ifstream in(file);
  if (!in)
    return complain(fail(errc::invalid, "cannot read " + file));
  std::vector<currency> sold_in;
  for (const auto& code : how.currencies) {
    const auto unit = currency::parse(code);
    if (!unit || unit->decimals() != 2)
      return complain(fail(errc::invalid, "--currencies: " + code + " is no currency with cents"));
    sold_in.push_back(*unit);
  }
  const bool dummyjson =
      how.format == "dummyjson" || (how.format == "auto" && looks_like_dummyjson(in));
  const auto reader = dummyjson ? catalogue::read_dummyjson(in, how.warehouse, sold_in)
                                : catalogue::read_json_lines(in);
  return run_import(c, *reader);
}

} // namespace souk::app
