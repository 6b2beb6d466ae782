// `souk demo`: a catalogue of any size, written by several sessions at once: while one draws up
// products, Postgres writes those of the others.
#include "actors/catalogue/demo_load.hpp"
#include "actors/stock/opening.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/progress.hpp"
#include "app/runtime.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <thread>

namespace souk::app {

namespace {

/// One for each core: with more they wait for each other's pages.
const auto sessions = std::clamp(std::thread::hardware_concurrency(), 2u, 4u);
constexpr auto piece_deadline = 120s;

class demo_run {
public:
  demo_run(const config& c, const demo_choice& how)
      : config_(c), how_(how), shown_("products", how.products) {}

  /// Pieces are taken in turn; a failure ends all sessions after their piece.
  result<catalogue::demo_loaded> run();

private:
  result<std::unique_ptr<persistence::pg_connection>> connect() const;
  void work();
  result<catalogue::demo_loaded> load(persistence::pg_connection& c, size_t first);
  void add(const result<catalogue::demo_loaded>& piece);

  const config& config_;
  const demo_choice& how_;
  progress shown_;
  system_entropy random_;
  std::atomic<size_t> next_{0};
  std::mutex guard_;
  result<catalogue::demo_loaded> sum_{catalogue::demo_loaded{}};
};

result<std::unique_ptr<persistence::pg_connection>> demo_run::connect() const {
  auto options = runtime::postgres_options(config_, "souk/demo");
  options.statement_timeout = piece_deadline;
  auto c = persistence::pg_connection::open(options);
  if (!c)
    return c;
  // Pieces need not wait for the disk: those that a crash takes are missing, and written next time.
  if (auto set = (*c)->execute("set synchronous_commit = off"); !set)
    return set.error();
  return c;
}

result<catalogue::demo_loaded> demo_run::load(persistence::pg_connection& c, size_t first) {
  auto asked = c.execute("select clock_timestamp()");
  if (!asked)
    return asked.error();
  const auto now = asked->time(0, 0);
  const auto open_shelves = [&](std::vector<catalogue::stock_row> rows) -> result<size_t> {
    if (!how_.stock)
      return size_t{0};
    std::vector<stock::first_count> counts;
    counts.reserve(rows.size());
    for (auto& row : rows)
      counts.push_back({std::move(row.sku), std::move(row.warehouse), row.on_hand});
    auto known = stock::open_cells(c, std::move(counts), "demo", now);
    return known ? result<size_t>{rows.size() - known->size()} : known.error();
  };
  return catalogue::load_demo(
      c,
      {.seed = how_.seed,
       .first = first,
       .count = std::min(catalogue::demo_piece_products, how_.products - first)},
      {random_, now}, open_shelves);
}

void demo_run::add(const result<catalogue::demo_loaded>& piece) {
  std::lock_guard lock(guard_);
  if (!sum_)
    return;
  if (!piece) {
    sum_ = piece.error();
    next_ = how_.products;
    return;
  }
  sum_->created += piece->created;
  sum_->known += piece->known;
  sum_->counted += piece->counted;
  sum_->errors.insert(sum_->errors.end(), piece->errors.begin(), piece->errors.end());
  shown_.show(sum_->created + sum_->known + sum_->errors.size());
}

void demo_run::work() {
  auto c = connect();
  if (!c)
    return add(c.error());
  for (;;) {
    const auto first = next_.fetch_add(catalogue::demo_piece_products);
    if (first >= how_.products)
      return;
    add(load(**c, first));
  }
}

/// A commit that waits takes those before it along.
result<void> wait_for_disk(persistence::pg_connection& c) {
  auto done = c.execute("set synchronous_commit = on");
  if (done)
    done = c.execute("select pg_logical_emit_message(true, 'souk/demo', '')::text");
  return done ? result<void>{} : done.error();
}

result<catalogue::demo_loaded> demo_run::run() {
  auto c = connect();
  if (!c)
    return c.error();
  if (auto prepared = catalogue::prepare_demo(**c); !prepared)
    return prepared.error();
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < sessions; ++i)
      threads.emplace_back([this] { work(); });
  }
  shown_.end();
  if (auto safe = wait_for_disk(**c); !safe)
    return safe.error();
  return std::move(sum_);
}

} // namespace

int demo(const config& c, const demo_choice& how) {
  const auto done = demo_run{c, how}.run();
  if (!done)
    return complain(done.error());
  for (const auto& wrong : done->errors)
    std::printf("%s: %s\n", wrong.field.c_str(), wrong.reason.c_str());
  std::printf("%zu new, %zu were there, %zu left out, %zu shelves filled\n", done->created,
              done->known, done->errors.size(), done->counted);
  return done->errors.empty() ? exit_ok : exit_failed;
}

} // namespace souk::app
