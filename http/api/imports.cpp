// Catalogue files in and out for the staff. The work is the import desk's; here are its door and
// its progress.
#include "actors/catalogue/import_desk.hpp"
#include "http/api/office.hpp"
#include "http/api/routes.hpp"
#include "http/api/staff_routes.hpp"

namespace souk::http {

namespace {

namespace bj = boost::json;

constexpr std::chrono::seconds upload_deadline{60}; ///< also of reading the body
constexpr std::chrono::seconds export_deadline{60};
constexpr size_t first_problems = 20;
constexpr size_t word_bytes_max = 64;

bj::object json_of(const catalogue::row_error& e) {
  return {{"row", e.row}, {"column", e.field}, {"code", e.code}, {"detail", e.reason}};
}

bj::array json_of(const std::vector<catalogue::row_error>& problems) {
  bj::array out;
  for (const auto& e : problems)
    out.push_back(json_of(e));
  return out;
}

bj::object json_of(const catalogue::import_state& run) {
  return {{"id", run.id},
          {"format", run.source},
          {"status", run.status},
          {"dry_run", run.dry_run},
          {"rows", run.rows},
          {"imported", run.rows - run.failed},
          {"created", run.created},
          {"changed", run.changed},
          {"failed", run.failed},
          {"reason", run.reason.empty() ? bj::value(nullptr) : bj::value(run.reason)},
          {"started_at", to_rfc3339(run.started_at)},
          {"updated_at", to_rfc3339(run.updated_at)}};
}

result<catalogue::import_format> read_format(const request& in) {
  const auto type = in.header_value("Content-Type");
  const auto name = type.substr(0, type.find_first_of("; "));
  if (same_name(name, "text/csv"))
    return catalogue::import_format::shopify;
  if (same_name(name, "application/x-ndjson"))
    return catalogue::import_format::json_lines;
  return fail(errc::unsupported_media_type, "text/csv (Shopify's) or application/x-ndjson");
}

result<currency> read_sold_in(const request& in) {
  const auto unit = currency::parse(in.query_value("currency").value_or("EUR"));
  if (!unit)
    return fail_field("currency", "invalid", "is no currency");
  return *unit;
}

/// The one whose units a Shopify file has.
result<std::string> read_warehouse(const request& in) {
  auto name = read_query(in, "warehouse", word_bytes_max);
  return name && name->empty() ? "berlin" : std::move(name);
}

result<catalogue::import_file> read_file(const request& in) {
  const auto format = read_format(in);
  if (!format)
    return format.error();
  const auto sold_in = read_sold_in(in);
  if (!sold_in)
    return sold_in.error();
  auto warehouse = read_warehouse(in);
  if (!warehouse)
    return warehouse.error();
  const auto dry = in.query_value("dry_run").value_or("false");
  if (dry != "true" && dry != "false")
    return fail_field("dry_run", "invalid", "true or false");
  if (in.body.empty())
    return fail_field("/body", "required", "the file");
  return catalogue::import_file{.bytes = {},
                                .format = *format,
                                .sold_in = *sold_in,
                                .warehouse = std::move(*warehouse),
                                .dry_run = dry == "true"};
}

void begin_import(const call& c) {
  auto file = read_file(*c.in);
  if (!file)
    return c.refuse(file.error());
  if (c.at.imports == nullptr)
    return c.refuse(fail(errc::unavailable, "this node takes no imports"));
  file->bytes = std::move(c.in->body);
  c.at.imports->begin(std::move(*file), answering<std::string>(c, [](const auto& id) {
                        return response::json(202, bj::object{{"id", id}})
                            .with("Location", "/v1/admin/imports/" + id)
                            .with("Cache-Control", "no-store");
                      }));
}

void read_import(const call& c) {
  const auto with_problems = [c](const catalogue::import_state& run) {
    c.at.office.import_problems(
        run.id, {.limit = first_problems},
        answering<catalogue::page<catalogue::row_error>>(c, [run](const auto& page) {
          auto out = json_of(run);
          out["problems"] = json_of(page.items);
          return response::json(200, out).with("Cache-Control", "no-store");
        }));
  };
  c.at.office.import_run(c.in->param("id"), [c, with_problems](auto run) {
    return run ? with_problems(*run) : c.refuse(run.error());
  });
}

void list_problems(const call& c) {
  auto page = read_page_request(*c.in);
  if (!page)
    return c.refuse(page.error());
  c.at.office.import_problems(
      c.in->param("id"), std::move(*page),
      answering<catalogue::page<catalogue::row_error>>(c, [](const auto& found) {
        return page_of(json_of(found.items), found.next_cursor).with("Cache-Control", "no-store");
      }));
}

void export_products(const call& c) {
  const auto format = c.in->query_value("format").value_or("jsonl");
  if (format != "jsonl" && format != "shopify")
    return c.refuse(fail_field("format", "invalid", "jsonl or shopify"));
  const auto sold_in = read_sold_in(*c.in);
  if (!sold_in)
    return c.refuse(sold_in.error());
  auto warehouse = read_warehouse(*c.in);
  if (!warehouse)
    return c.refuse(warehouse.error());
  const bool is_shopify = format == "shopify";
  c.at.office.export_products(
      is_shopify ? std::optional<catalogue::shopify_options>{{*sold_in, std::move(*warehouse)}}
                 : std::nullopt,
      answering<std::string>(c, [is_shopify](auto text) {
        const std::string name = is_shopify ? "products.csv" : "products.jsonl";
        return response::text(200, std::move(text),
                              is_shopify ? "text/csv; charset=utf-8" : "application/x-ndjson")
            .with("Content-Disposition", "attachment; filename=\"" + name + "\"")
            .with("Cache-Control", "no-store");
      }));
}

} // namespace

void add_import_routes(router& to, shop& at) {
  const staff_routes add{to, at, user::permission::edit_catalogue};
  add(method::post, "/v1/admin/imports", "begin_import", begin_import,
      {.body_limit = catalogue::import_file_bytes_max, .deadline = upload_deadline});
  add(method::get, "/v1/admin/imports/{id}", "read_import", read_import);
  add(method::get, "/v1/admin/imports/{id}/problems", "list_import_problems", list_problems);
  add(method::get, "/v1/admin/exports/products", "export_products", export_products,
      {.deadline = export_deadline});
}

} // namespace souk::http
