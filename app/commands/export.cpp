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
  const auto put = [&](const std::string& text, size_t so_far) -> result<void> {
    out << text;
    shown.show(so_far);
    return out ? result<void>{} : fail(errc::unavailable, "cannot write on");
  };
  const auto as_shopify = how.format == "shopify"
                              ? std::optional<catalogue::shopify_options>{{*in, how.warehouse}}
                              : std::nullopt;
  const auto written = catalogue::export_catalogue(**connection, as_shopify, put);
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
