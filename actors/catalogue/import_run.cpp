#include "actors/catalogue/import_run.hpp"

#include <charconv>

namespace souk::catalogue {

namespace {

constexpr std::string_view variants = "/variants/";
constexpr std::string_view rows = "/rows/";

/// Shopify's column for a field of check_product.
std::string column_for(std::string_view field) {
  static constexpr std::pair<std::string_view, std::string_view> columns[] = {
      {"/title", "Title"},
      {"/handle", "Handle"},
      {"/description", "Body (HTML)"},
      {"/brand", "Vendor"},
      {"/category", "Product Category"},
      {"/options", "Option1 Value"},
      {"/images", "Image Src"},
      {"/variants", "Variant SKU"},
      {"/variants/sku", "Variant SKU"},
      {"/sku", "Variant SKU"},
      {"/prices", "Variant Price"},
      {"/original_price", "Variant Compare At Price"},
      {"/weight_grams", "Variant Grams"},
      {"/barcode", "Variant Barcode"},
      {"/image", "Variant Image"},
      {"/cost", "Cost per item"},
      {"/stock", "Variant Inventory Qty"}};
  for (const auto& [name, column] : columns)
    if (name == field)
      return std::string{column};
  return std::string{field};
}

/// Takes the number in front of `text`.
std::optional<size_t> take_number(std::string_view& text) {
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{})
    return std::nullopt;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return number;
}

} // namespace

row_error locate(const problem& p, const read_place& place) {
  std::string_view field = p.field;
  if (field.starts_with(rows)) {
    auto rest = field.substr(rows.size());
    if (const auto row = take_number(rest))
      return {*row, std::string{rest.substr(std::min<size_t>(rest.size(), 1))}, p.detail};
  }
  if (!place.by_column)
    return {place.row, p.field, p.detail};
  if (field.starts_with(variants)) {
    auto rest = field.substr(variants.size());
    if (const auto i = take_number(rest); i && *i < place.variant_rows.size())
      return {place.variant_rows[*i], column_for(rest), p.detail};
  }
  return {place.row, column_for(field), p.detail};
}

result<begun_import> begin_progress(persistence::pg_connection& c, const import_options& options) {
  auto mine = c.execute("select pg_try_advisory_lock(hashtextextended('souk import ' || $1, 0))",
                        {options.run});
  if (!mine)
    return mine.error();
  if (!mine->boolean(0, 0))
    return fail(errc::conflict, "this file is being imported already");
  auto known =
      c.execute("select rows, created, changed, failed, "
                "(select count(*) from import_fault where run = id), started_at from import_run "
                "where id = $1 and state <> 'finished' and not $2::boolean",
                {options.run, options.from_start});
  if (!known)
    return known.error();
  begun_import begun;
  if (known->empty()) {
    auto fresh = c.execute("delete from import_run where id = $1", {options.run});
    if (fresh)
      fresh = c.execute("insert into import_run (id, source) values ($1, $2) returning started_at",
                        {options.run, options.source});
    if (!fresh)
      return fresh.error();
    begun.report.started = fresh->time(0, 0);
    return begun;
  }
  const auto number = [&](size_t column) { return static_cast<size_t>(known->integer(0, column)); };
  begun.report = {.rows = number(0),
                  .resumed = number(0),
                  .created = number(1),
                  .changed = number(2),
                  .failed = number(3),
                  .started = known->time(0, 5),
                  .errors = {}};
  begun.errors = number(4);
  auto on = c.execute("update import_run set state = 'running', reason = '' where id = $1",
                      {options.run});
  return on ? result<begun_import>{std::move(begun)} : on.error();
}

result<void> save_progress(persistence::pg_connection& c, const import_options& options,
                           const import_report& report, const char* state, int64_t first_error,
                           const std::vector<row_error>& errors) {
  std::vector<int64_t> at;
  std::vector<std::string> fields, reasons;
  for (const auto& e : errors) {
    at.push_back(static_cast<int64_t>(e.row));
    fields.push_back(e.field);
    reasons.push_back(e.reason);
  }
  const auto count = [](size_t n) { return static_cast<int64_t>(n); };
  auto done =
      c.execute("with faults as (insert into import_fault (run, number, row, field, reason) "
                "select $1, $7::bigint + n.number, n.row, n.field, n.reason "
                "from unnest($8::bigint[], $9::text[], $10::text[]) with ordinality "
                "as n(row, field, reason, number) on conflict do nothing) "
                "update import_run set state = $2, rows = $3::bigint, created = $4::bigint, "
                "changed = $5::bigint, failed = $6::bigint, updated_at = now() where id = $1",
                {options.run, std::string{state}, count(report.rows), count(report.created),
                 count(report.changed), count(report.failed), first_error, at, fields, reasons});
  return done ? result<void>{} : done.error();
}

} // namespace souk::catalogue
