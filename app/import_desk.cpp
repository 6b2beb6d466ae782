#include "app/import_desk.hpp"

#include "actors/catalogue/shopify_reader.hpp"
#include "app/commands/import_stock.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <sstream>

namespace souk::app {

namespace {

constexpr auto batch_deadline = 120s;

/// The same bytes, read in the same way, are the same import.
std::string id_of(const catalogue::import_file& file) {
  const auto how = std::string{file.dry_run ? "check" : "import"} +
                   (file.format == catalogue::import_format::shopify
                        ? " " + std::string{file.sold_in.code()} + " " + file.warehouse
                        : std::string{});
  return base64url(sha256(how + "\n" + file.bytes)).substr(0, 22);
}

/// Ends the import behind its last batch when the node stops.
class stoppable final : public catalogue::product_reader {
public:
  stoppable(std::unique_ptr<product_reader> of, const std::atomic<bool>& stopping)
      : of_(std::move(of)), stopping_(stopping) {}
  std::optional<result<catalogue::product_input>> next() override {
    if (stopping_)
      return fail(errc::unavailable, "the node stops");
    return of_->next();
  }
  catalogue::read_place place() const override { return of_->place(); }

private:
  std::unique_ptr<product_reader> of_;
  const std::atomic<bool>& stopping_;
};

} // namespace

void import_desk::begin(catalogue::import_file file, callback<std::string> done) {
  auto id = id_of(file);
  std::lock_guard lock(guard_);
  if (!current_.empty()) {
    if (current_ == id && begun_)
      return done(std::move(id));
    return done(fail(errc::overloaded, "this node is importing another file"));
  }
  if (stopping_)
    return done(fail(errc::unavailable, "the node stops"));
  current_ = id;
  begun_ = false;
  thread_ =
      std::jthread{[this, file = std::move(file), id = std::move(id), done = std::move(done)] {
        run(file, id, done);
        std::lock_guard ended(guard_);
        current_.clear();
      }};
}

void import_desk::run(const catalogue::import_file& file, const std::string& id,
                      const callback<std::string>& done) {
  auto options = runtime::postgres_options(config_, "souk/" + config_.node.name + "/import");
  options.statement_timeout = batch_deadline;
  auto connection = persistence::pg_connection::open(options);
  if (!connection)
    return done(connection.error());
  std::istringstream bytes(file.bytes);
  const bool is_shopify = file.format == catalogue::import_format::shopify;
  stoppable reader(is_shopify ? catalogue::read_shopify(bytes, {file.sold_in, file.warehouse})
                              : catalogue::read_json_lines(bytes),
                   stopping_);
  stock_counter cells(**connection, node_.route, node_.time, random_);
  catalogue::import_sinks sinks;
  sinks.begun = [&] {
    begun_ = true;
    done(id);
  };
  sinks.stock = [&](std::vector<catalogue::stock_row> rows) { cells.count(std::move(rows)); };
  const auto report =
      catalogue::import_products(reader, **connection, {random_, node_.time.now()}, sinks,
                                 {.dry_run = file.dry_run,
                                  .run = id,
                                  .source = is_shopify ? "csv" : "jsonl",
                                  // What a check knows of a file is not kept.
                                  .from_start = file.dry_run});
  std::string reason = report ? "" : report.error().detail;
  if (cells.failed() > 0)
    reason = std::to_string(cells.failed()) + " stock counts failed: " + cells.last_failure();
  if (!report && !begun_)
    return done(report.error());
  if (!reason.empty()) {
    log::warn("import.incomplete", {{"import", id}, {"why", reason}});
    (void)(*connection)->execute("update import_run set reason = $2 where id = $1", {id, reason});
  }
}

void import_desk::stop() {
  stopping_ = true;
  std::jthread last;
  {
    std::lock_guard lock(guard_);
    last.swap(thread_);
  }
}

} // namespace souk::app
