#include "actors/catalogue/service.hpp"

#include "actors/catalogue/store.hpp"
#include "actors/catalogue/write.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

result<std::vector<product_view>> with_availability(sql::connection& c,
                                                    result<std::vector<product_view>> products) {
  if (!products)
    return products;
  if (auto added = add_availability(c, *products); !added)
    return added.error();
  return products;
}

result<product_page> with_availability(sql::connection& c, result<product_page> page) {
  if (!page)
    return page;
  if (auto added = add_availability(c, page->items); !added)
    return added.error();
  return page;
}

result<product_view> find_with_availability(sql::connection& c, const std::string& id,
                                            const market& m) {
  auto found = find_product(c, id, m);
  if (!found)
    return found;
  std::vector<product_view> one{std::move(*found)};
  if (auto added = add_availability(c, one); !added)
    return added.error();
  return std::move(one.front());
}

} // namespace

void service::product(std::string id_or_handle, market m, callback<product_view> done) {
  pool_.ask([id = std::move(id_or_handle),
             m = std::move(m)](sql::connection& c) { return find_with_availability(c, id, m); },
            std::move(done));
}

void service::list(list_request request, callback<product_page> done) {
  pool_.ask([request = std::move(request)](
                sql::connection& c) { return with_availability(c, list_products(c, request)); },
            std::move(done));
}

void service::search(search_request request, callback<product_page> done) {
  pool_.ask([request = std::move(request)](
                sql::connection& c) { return with_availability(c, search_products(c, request)); },
            std::move(done));
}

void service::products(std::vector<std::string> ids, market m,
                       callback<std::vector<product_view>> done) {
  pool_.ask([ids = std::move(ids), m = std::move(m)](
                sql::connection& c) { return with_availability(c, load_products(c, ids, m)); },
            std::move(done));
}

void service::variants(std::vector<std::string> skus, souk::currency in, std::string country,
                       callback<std::vector<sellable>> done) {
  pool_.ask([skus = std::move(skus), in, country = std::move(country)](
                sql::connection& c) { return variants_by_sku(c, skus, in, country); },
            std::move(done));
}

void service::titles(std::vector<std::string> products, std::string locale,
                     callback<std::map<std::string, std::string>> done) {
  pool_.ask([products = std::move(products), locale = std::move(locale)](
                sql::connection& c) { return load_titles(c, products, locale); },
            std::move(done));
}

void service::availability(std::vector<std::string> skus,
                           callback<std::vector<sku_availability>> done) {
  pool_.ask([skus = std::move(skus)](sql::connection& c) { return availability_of(c, skus); },
            std::move(done));
}

void service::categories(std::string locale, callback<std::vector<category>> done) {
  pool_.ask([locale = std::move(locale)](sql::connection& c) { return load_categories(c, locale); },
            std::move(done));
}

void service::create(product_input p, market m, std::optional<idempotency> repeat,
                     callback<product_view> done) {
  auto work = [this, p = std::move(p), m = std::move(m),
               repeat](sql::connection& c) -> result<product_view> {
    auto id = run_once(c, repeat, [&] { return create_product(c, p, {random_, clock_.now()}); });
    if (!id)
      return id.error();
    return find_with_availability(c, *id, m);
  };
  pool_.ask(std::move(work), std::move(done));
}

void service::patch(std::string id, std::optional<int64_t> expected_version, product_patch patch,
                    market m, std::optional<idempotency> repeat, callback<product_view> done) {
  auto work = [this, id = std::move(id), expected_version, patch = std::move(patch),
               m = std::move(m), repeat](sql::connection& c) -> result<product_view> {
    auto patched = run_once(c, repeat, [&] {
      return patch_product(c, id, expected_version, patch, {random_, clock_.now()});
    });
    if (!patched)
      return patched.error();
    return find_with_availability(c, *patched, m);
  };
  pool_.ask(std::move(work), std::move(done));
}

} // namespace souk::catalogue
