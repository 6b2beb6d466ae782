#include "actors/catalogue/import_run.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/rows.hpp"

#include <charconv>

namespace souk::catalogue {

namespace sql = persistence::sql;

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

row_error place_of(const problem& p, const read_place& place) {
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

} // namespace

row_error locate(const problem& p, const read_place& place) {
  row_error at = place_of(p, place);
  at.code = p.code;
  return at;
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
      fresh = c.execute("insert into import_run (id, source, dry_run) values ($1, $2, $3) "
                        "returning started_at",
                        {options.run, options.source, options.dry_run});
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
  std::vector<std::string> fields, reasons, codes;
  for (const auto& e : errors) {
    codes.push_back(e.code);
    at.push_back(static_cast<int64_t>(e.row));
    fields.push_back(e.field);
    reasons.push_back(e.reason);
  }
  const auto count = [](size_t n) { return static_cast<int64_t>(n); };
  auto done = c.execute(
      "with faults as (insert into import_fault (run, number, row, field, reason, code) "
      "select $1, $7::bigint + n.number, n.row, n.field, n.reason, n.code "
      "from unnest($8::bigint[], $9::text[], $10::text[], $11::text[]) with "
      "ordinality as n(row, field, reason, code, number) on conflict do nothing) "
      "update import_run set state = $2, rows = $3::bigint, created = $4::bigint, "
      "changed = $5::bigint, failed = $6::bigint, updated_at = now() where id = $1",
      {options.run, std::string{state}, count(report.rows), count(report.created),
       count(report.changed), count(report.failed), first_error, at, fields, reasons, codes});
  return done ? result<void>{} : done.error();
}

result<import_state> find_run(sql::connection& c, const std::string& id) {
  if (!is_sku(id))
    return fail(errc::not_found, "no such import");
  // Who imports holds the lock that begin_progress took; a run without is nobody's any more.
  auto found = c.execute(
      "select source, case when state = 'finished' then state when state = 'running' and exists ("
      "select from pg_locks where locktype = 'advisory' and objsubid = 1 and database = (select "
      "oid "
      "from pg_database where datname = current_database()) and (classid::bigint << 32 | "
      "objid::bigint) = hashtextextended('souk import ' || id, 0)) then state "
      "else 'interrupted' end, reason, dry_run, rows, created, changed, failed, started_at, "
      "updated_at from import_run where id = $1",
      {id});
  if (!found)
    return found.error();
  if (found->empty())
    return fail(errc::not_found, "no such import");
  return import_state{.id = id,
                      .source = std::string{found->text(0, 0)},
                      .status = std::string{found->text(0, 1)},
                      .reason = std::string{found->text(0, 2)},
                      .dry_run = found->boolean(0, 3),
                      .rows = found->integer(0, 4),
                      .created = found->integer(0, 5),
                      .changed = found->integer(0, 6),
                      .failed = found->integer(0, 7),
                      .started_at = found->time(0, 8),
                      .updated_at = found->time(0, 9)};
}

result<page<row_error>> run_problems(sql::connection& c, const std::string& id,
                                     const page_request& asked) {
  if (auto good = check_limit(asked.limit); !good)
    return good.error();
  if (auto run = find_run(c, id); !run)
    return run.error();
  int64_t after = -1;
  if (!asked.cursor.empty()) {
    const auto cursor = parse_cursor(asked.cursor, "import");
    const auto number = cursor ? whole_number(cursor->key) : std::nullopt;
    if (!number)
      return fail_field("/cursor", "invalid", "not a cursor of this list");
    after = *number;
  }
  auto found = c.execute("select row, field, reason, code, number from import_fault "
                         "where run = $1 and number > $2 order by number limit $3",
                         {id, after, static_cast<int64_t>(asked.limit + 1)});
  if (!found)
    return found.error();
  page<row_error> out;
  for (size_t i = 0; i < found->size() && i < asked.limit; ++i)
    out.items.push_back({static_cast<size_t>(found->integer(i, 0)), std::string{found->text(i, 1)},
                         std::string{found->text(i, 2)}, std::string{found->text(i, 3)}});
  if (found->size() > asked.limit)
    out.next_cursor =
        render_cursor({"import", std::to_string(found->integer(asked.limit - 1, 4)), id});
  return out;
}

} // namespace souk::catalogue
