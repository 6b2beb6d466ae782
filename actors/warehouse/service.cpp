#include "actors/warehouse/service.hpp"

#include "actors/warehouse/store.hpp"

namespace souk::warehouse {

namespace sql = persistence::sql;

result<std::shared_ptr<const geography>> service::map(sql::connection& c) {
  const auto now = clock_.monotonic();
  {
    std::lock_guard lock{guard_};
    if (map_ && now - read_at_ < geography_age_max)
      return map_;
  }
  auto loaded = load_geography(c);
  if (!loaded)
    return loaded.error();
  auto shared = std::make_shared<const geography>(std::move(*loaded));
  std::lock_guard lock{guard_};
  map_ = shared;
  read_at_ = now;
  return shared;
}

void service::source(std::vector<needed_line> lines, std::string country, std::string postal_code,
                     callback<std::vector<sourced_line>> done) {
  auto work = [this, lines = std::move(lines), country = std::move(country),
               postal_code = std::move(postal_code)](
                  sql::connection& c) -> result<std::vector<sourced_line>> {
    auto where = map(c);
    if (!where)
      return where.error();
    std::vector<std::string> skus;
    for (const auto& line : lines)
      skus.push_back(line.sku);
    auto levels = load_levels(c, skus);
    if (!levels)
      return levels.error();
    return warehouse::source(lines, *levels, **where, locate(**where, country, postal_code));
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::sites(callback<std::vector<site>> done) {
  pool_.ask(
      [](sql::connection& c) -> result<std::vector<site>> {
        auto loaded = load_geography(c);
        if (!loaded)
          return loaded.error();
        return std::move(loaded->sites);
      },
      std::move(done));
}

void service::put_site(site s, callback<site> done) {
  pool_.ask(
      [this, s = std::move(s)](sql::connection& c) -> result<site> {
        if (auto put = warehouse::put_site(c, s); !put)
          return put.error();
        std::lock_guard lock{guard_};
        map_.reset(); // this node sees its own change at once
        return s;
      },
      std::move(done));
}

} // namespace souk::warehouse
