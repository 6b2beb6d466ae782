#include "app/commands/import_stock.hpp"

#include "actors/entity/ask.hpp"
#include "actors/stock/messages.hpp"
#include "actors/stock/opening.hpp"

namespace souk::app {

namespace {
constexpr int counts_under_way_max = 512;
constexpr auto count_deadline = std::chrono::seconds{60};
} // namespace

void stock_counter::count(std::vector<catalogue::stock_row> rows) {
  std::vector<stock::first_count> firsts;
  for (auto& row : rows)
    firsts.push_back({std::move(row.sku), std::move(row.warehouse), row.on_hand,
                      row.command.empty() ? random_command_id(random_) : row.command});
  if (firsts.empty())
    return;
  // Where the bulk way fails, the cells themselves will say why.
  auto known = stock::open_cells(connection_, firsts, "import", time_.now());
  for (const auto& cell : known ? *known : firsts)
    ask(cell.sku, cell.warehouse, cell.on_hand, cell.command);
  std::unique_lock lock(guard_);
  changed_.wait(lock, [&] { return under_way_ == 0; });
}

void stock_counter::ask(std::string_view sku, std::string_view warehouse, int64_t on_hand,
                        command_id command) {
  {
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return under_way_ < counts_under_way_max; });
    ++under_way_;
  }
  entity::ask<stock::contract>(
      route_, stock::key_of(sku, warehouse), stock::count{on_hand, "import"},
      {command, stock::count_fingerprint, time_.now() + count_deadline, {}},
      [this](const result<stock::level>& r) {
        answered(r ? std::nullopt : std::optional{r.error()});
      });
}

void stock_counter::answered(const std::optional<failure>& why) {
  std::lock_guard lock(guard_);
  --under_way_;
  if (why) {
    ++failed_;
    last_ = why->detail;
  }
  changed_.notify_all();
}

} // namespace souk::app
