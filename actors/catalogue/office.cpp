#include "actors/catalogue/office.hpp"

#include "actors/catalogue/brands.hpp"
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/export_shopify.hpp"
#include "actors/catalogue/price_lists.hpp"
#include "actors/catalogue/prices.hpp"
#include "actors/catalogue/record.hpp"
#include "actors/catalogue/write.hpp"

namespace souk::catalogue {

namespace sql = persistence::sql;

namespace {

/// `change` in a transaction, once for a key; then `read` with the name it answered.
template <class T, class Change, class Read>
void change_and_read(sql::pool& pool, const edit& how, Change change, Read read, callback<T> done) {
  auto work = [repeat = how.repeat, change = std::move(change),
               read](sql::connection& c) -> result<T> {
    auto name = run_once(c, repeat, [&] { return change(c); });
    if (!name)
      return name.error();
    return read(c, *name);
  };
  pool.ask(std::move(work), std::move(done));
}

result<std::string> its_name(sql::connection&, const std::string& name) { return name; }

} // namespace

void office::category(std::string handle, callback<catalogue::category> done) {
  pool_.ask([handle = std::move(handle)](sql::connection& c) { return find_category(c, handle); },
            std::move(done));
}

void office::create_category(catalogue::category wanted, edit how,
                             callback<catalogue::category> done) {
  const auto change = [wanted = std::move(wanted)](sql::connection& c) {
    return catalogue::create_category(c, wanted);
  };
  change_and_read(pool_, how, change, find_category, std::move(done));
}

void office::change_category(std::string handle, category_patch patch, edit how,
                             callback<catalogue::category> done) {
  const auto change = [handle = std::move(handle), patch = std::move(patch),
                       expected = how.expected](sql::connection& c) {
    return catalogue::change_category(c, handle, expected, patch);
  };
  change_and_read(pool_, how, change, find_category, std::move(done));
}

void office::remove_category(std::string handle, edit how, callback<std::string> done) {
  const auto change = [handle = std::move(handle), expected = how.expected](sql::connection& c) {
    return catalogue::remove_category(c, handle, expected);
  };
  change_and_read(pool_, how, change, its_name, std::move(done));
}

void office::brands(page_request p, callback<page<catalogue::brand>> done) {
  pool_.ask([p = std::move(p)](sql::connection& c) { return list_brands(c, p); }, std::move(done));
}

void office::brand(std::string handle, callback<catalogue::brand> done) {
  pool_.ask([handle = std::move(handle)](sql::connection& c) { return find_brand(c, handle); },
            std::move(done));
}

void office::create_brand(catalogue::brand wanted, edit how, callback<catalogue::brand> done) {
  const auto change = [wanted = std::move(wanted)](sql::connection& c) {
    return catalogue::create_brand(c, wanted);
  };
  change_and_read(pool_, how, change, find_brand, std::move(done));
}

void office::change_brand(std::string handle, brand_patch patch, edit how,
                          callback<catalogue::brand> done) {
  const auto change = [handle = std::move(handle), patch = std::move(patch),
                       expected = how.expected](sql::connection& c) {
    return catalogue::change_brand(c, handle, expected, patch);
  };
  change_and_read(pool_, how, change, find_brand, std::move(done));
}

void office::remove_brand(std::string handle, edit how, callback<std::string> done) {
  const auto change = [handle = std::move(handle), expected = how.expected](sql::connection& c) {
    return catalogue::remove_brand(c, handle, expected);
  };
  change_and_read(pool_, how, change, its_name, std::move(done));
}

void office::price_lists(page_request p, callback<page<catalogue::price_list>> done) {
  pool_.ask([p = std::move(p)](sql::connection& c) { return list_price_lists(c, p); },
            std::move(done));
}

void office::price_list(std::string id, callback<catalogue::price_list> done) {
  pool_.ask([id = std::move(id)](sql::connection& c) { return find_price_list(c, id); },
            std::move(done));
}

void office::create_price_list(catalogue::price_list wanted, edit how,
                               callback<catalogue::price_list> done) {
  const auto change = [wanted = std::move(wanted)](sql::connection& c) {
    return catalogue::create_price_list(c, wanted);
  };
  change_and_read(pool_, how, change, find_price_list, std::move(done));
}

void office::change_price_list(std::string id, price_list_patch patch, edit how,
                               callback<catalogue::price_list> done) {
  const auto change = [id = std::move(id), patch = std::move(patch),
                       expected = how.expected](sql::connection& c) {
    return catalogue::change_price_list(c, id, expected, patch);
  };
  change_and_read(pool_, how, change, find_price_list, std::move(done));
}

void office::remove_price_list(std::string id, edit how, callback<std::string> done) {
  const auto change = [id = std::move(id), expected = how.expected](sql::connection& c) {
    return catalogue::remove_price_list(c, id, expected);
  };
  change_and_read(pool_, how, change, its_name, std::move(done));
}

void office::prices(std::string sku, callback<variant_prices> done) {
  pool_.ask([sku = std::move(sku)](sql::connection& c) { return find_prices(c, sku); },
            std::move(done));
}

void office::set_prices(std::string sku, std::vector<listed_price> prices, edit how,
                        callback<variant_prices> done) {
  const auto change = [sku = std::move(sku), prices = std::move(prices),
                       expected = how.expected](sql::connection& c) {
    return catalogue::set_prices(c, sku, expected, prices);
  };
  change_and_read(pool_, how, change, find_prices, std::move(done));
}

void office::products(office_list_request request, callback<product_page> done) {
  pool_.ask(
      [request = std::move(request)](sql::connection& c) { return list_all_products(c, request); },
      std::move(done));
}

void office::record(std::string id_or_handle, callback<product_record> done) {
  pool_.ask([id = std::move(id_or_handle)](sql::connection& c) { return find_record(c, id); },
            std::move(done));
}

void office::remove_product(std::string id, edit how, callback<std::string> done) {
  const auto change = [id = std::move(id), expected = how.expected](sql::connection& c) {
    return catalogue::remove_product(c, id, expected);
  };
  change_and_read(pool_, how, change, its_name, std::move(done));
}

void office::add_image(std::string product, std::string bytes, new_image shown, edit how,
                       callback<product_record> done) {
  auto show = [this, product = std::move(product), shown = std::move(shown), how,
               done](const picture& kept) {
    const auto change = [product, shown, expected = how.expected, kept](sql::connection& c) {
      return catalogue::add_image(c, product, expected, kept, shown);
    };
    change_and_read(pool_, how, change, find_record, done);
  };
  // Its row is first of all: a picture that is refused then is one that nobody shows.
  auto then = [this, show = std::move(show), done = std::move(done)](result<picture> kept) {
    if (!kept)
      return done(kept.error());
    pool_.ask([kept = *kept](sql::connection& c) { return keep_picture(c, kept); },
              [show, done, kept = *kept](result<void> known) {
                known ? show(kept) : done(known.error());
              });
  };
  pictures_.put(std::move(bytes), std::move(then));
}

void office::change_image(std::string product, std::string image, image_patch patch, edit how,
                          callback<product_record> done) {
  const auto change = [product = std::move(product), image = std::move(image),
                       patch = std::move(patch), expected = how.expected](sql::connection& c) {
    return catalogue::change_image(c, product, image, expected, patch);
  };
  change_and_read(pool_, how, change, find_record, std::move(done));
}

void office::remove_image(std::string product, std::string image, edit how,
                          callback<product_record> done) {
  const auto change = [product = std::move(product), image = std::move(image),
                       expected = how.expected](sql::connection& c) {
    return catalogue::remove_image(c, product, image, expected);
  };
  change_and_read(pool_, how, change, find_record, std::move(done));
}

void office::import_run(std::string id, callback<import_state> done) {
  pool_.ask([id = std::move(id)](sql::connection& c) { return find_run(c, id); }, std::move(done));
}

void office::import_problems(std::string id, page_request p,
                             callback<catalogue::page<row_error>> done) {
  pool_.ask(
      [id = std::move(id), p = std::move(p)](sql::connection& c) { return run_problems(c, id, p); },
      std::move(done));
}

void office::export_products(std::optional<shopify_options> as_shopify,
                             callback<std::string> done) {
  auto work = [as_shopify = std::move(as_shopify)](sql::connection& c) -> result<std::string> {
    auto found = c.execute("select count(*) from (select from product limit $1) counted",
                           {exported_products_max + 1});
    if (!found)
      return found.error();
    if (found->integer(0, 0) > exported_products_max)
      return fail(errc::conflict, "more than " + std::to_string(exported_products_max) +
                                      " products: use `souk export`");
    std::string all;
    auto written = export_catalogue(c, as_shopify, [&all](const std::string& text, size_t) {
      all += text;
      return result<void>{};
    });
    if (!written)
      return written.error();
    return all;
  };
  pool_.ask(std::move(work), std::move(done));
}

} // namespace souk::catalogue
