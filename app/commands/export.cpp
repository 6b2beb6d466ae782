// `souk export`: the catalogue as it is at one moment, page by page into a file.
#include "actors/catalogue/export_shopify.hpp"
#include "app/commands/commands.hpp"
#include "app/commands/progress.hpp"
#include "app/runtime.hpp"

#include <cstdio>
#include <fstream>
#include <iostream>

namespace souk::app {

namespace {

constexpr auto page_deadline = 60s;

/// Answers how many products were written.
result<size_t> write_all(persistence::pg_connection& c, std::ostream& out, bool as_shopify,
                         currency in, progress& shown) {
  // One moment for all pages, however long it takes.
  if (auto begun = c.execute("begin isolation level repeatable read, read only"); !begun)
    return begun.error();
  catalogue::shopify_export how{.currency = in};
  if (as_shopify) {
    auto more = catalogue::kept_columns(c);
    if (!more)
      return more.error();
    how.more_columns = std::move(*more);
    out << catalogue::shopify_header(how);
  }
  catalogue::export_scan scan(c);
  size_t written = 0;
  for (;;) {
    const auto page = scan.next();
    if (!page)
      return page.error();
    if (page->empty())
      break;
    for (const auto& stored : *page)
      out << (as_shopify ? catalogue::shopify_rows(stored, how) : catalogue::json_line(stored));
    if (!out)
      return fail(errc::unavailable, "cannot write on");
    shown.show(written += page->size());
  }
  auto ended = c.execute("commit");
  return ended ? result<size_t>{written} : ended.error();
}

} // namespace

int export_file(const config& c, const std::string& file, const export_choice& how) {
  const auto in = currency::parse(how.currency);
  if (!in)
    return complain(fail(errc::invalid, "--currency: " + how.currency + " is no currency"));
  auto options = runtime::postgres_options(c, "souk/export");
  options.statement_timeout = page_deadline;
  auto connection = persistence::pg_connection::open(options);
  if (!connection)
    return complain(connection.error());
  std::ofstream to;
  if (file != "-") {
    to.open(file, std::ios::binary | std::ios::trunc);
    if (!to)
      return complain(fail(errc::invalid, "cannot write " + file));
  }
  std::ostream& out = file == "-" ? std::cout : to;
  progress shown("products");
  const auto written = write_all(**connection, out, how.format == "shopify", *in, shown);
  shown.end();
  if (!written)
    return complain(written.error());
  out.flush();
  if (!out)
    return complain(fail(errc::unavailable, "cannot write " + file));
  std::fprintf(stderr, "%zu products written\n", *written);
  return exit_ok;
}

} // namespace souk::app
