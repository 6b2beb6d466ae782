// The catalogue for everyone else: reads and single changes, answered from pool threads.
#pragma once

#include "actors/catalogue/messages.hpp"
#include "actors/row_command.hpp"

namespace souk::catalogue {

/// Thread-safe; every call answers once, on a pool thread, or with overloaded/unavailable perhaps
/// at once. The pool is stopped before this goes.
class service {
public:
  service(persistence::sql::pool& pool, const clock& time, entropy& random)
      : pool_(pool), clock_(time), random_(random) {}

  /// By id or handle, with availability. errc::not_found; drafts and archived ones are found too,
  /// their status says so.
  void product(std::string id_or_handle, market m, callback<product_view> done);
  void list(list_request request, callback<product_page> done);
  void search(search_request request, callback<product_page> done);
  /// Several by id, in that order, for search hits; unknown ones are left out.
  void products(std::vector<std::string> ids, market m, callback<std::vector<product_view>> done);
  void variants(std::vector<std::string> skus, souk::currency in, std::string country,
                callback<std::vector<sellable>> done);
  /// Of products by id, in the first of `locale` (as market.locale) that has one, else their own.
  void titles(std::vector<std::string> products, std::string locale,
              callback<std::map<std::string, std::string>> done);
  void availability(std::vector<std::string> skus, callback<std::vector<sku_availability>> done);
  /// Parents before children, named in the first of `locale` (as market.locale) that has names.
  void categories(std::string locale, callback<std::vector<category>> done);
  void categories(callback<std::vector<category>> done) { categories({}, std::move(done)); }

  /// Answers the product as it is now; a repeat too.
  void create(product_input p, market m, std::optional<idempotency> repeat,
              callback<product_view> done);
  void patch(std::string id, std::optional<int64_t> expected_version, product_patch patch, market m,
             std::optional<idempotency> repeat, callback<product_view> done);

private:
  persistence::sql::pool& pool_;
  const clock& clock_;
  entropy& random_;
};

} // namespace souk::catalogue
