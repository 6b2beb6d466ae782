#include "actors/catalogue/shopify_cells.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/decimal.hpp"

#include <charconv>

namespace souk::catalogue {

namespace {

/// As much of a cell as a message needs, in ASCII.
std::string quoted(std::string_view cell) {
  std::string out = "'";
  for (char c : cell.substr(0, 40))
    out += c >= ' ' && c <= '~' ? c : '?';
  return out + "'";
}

/// Whether digits other than 0 stand behind the last one that counts.
bool has_surplus(std::string_view decimal, int decimals) {
  const auto point = decimal.find('.');
  return point != std::string_view::npos &&
         decimal.find_first_not_of('0', point + 1 + static_cast<size_t>(decimals)) !=
             std::string_view::npos;
}

} // namespace

std::string_view row_cells::text(std::string_view column) const {
  const auto known = columns_.find(column);
  return known == columns_.end() || known->second >= row_.cells.size()
             ? std::string_view{}
             : std::string_view{row_.cells[known->second]};
}

void row_cells::refuse(std::string_view column, std::string detail) {
  problems_.push_back({"invalid", cell(column), std::move(detail), {}});
}

problem row_cells::warning(std::string_view column, std::string detail) const {
  return {"warning", cell(column), std::move(detail), {}};
}

std::optional<int64_t> row_cells::decimal(std::string_view column, int decimals) {
  const auto written = text(column);
  if (written.empty())
    return std::nullopt;
  const auto units = scaled_integer(written, decimals);
  if (!units || *units < 0 || *units > amount_max) {
    refuse(column, quoted(written) + " is no amount from 0");
    return std::nullopt;
  }
  return *units;
}

std::optional<int64_t> row_cells::price(std::string_view column, currency in) {
  const auto amount = decimal(column, in.decimals());
  if (!amount || !has_surplus(text(column), in.decimals()))
    return amount;
  refuse(column, quoted(text(column)) + " is finer than the currency");
  return std::nullopt;
}

std::optional<int64_t> row_cells::integer(std::string_view column) {
  const auto written = text(column);
  if (written.empty())
    return std::nullopt;
  int64_t value = 0;
  const auto* last = written.data() + written.size();
  const auto [end, error] = std::from_chars(written.data(), last, value);
  if (error == std::errc{} && end == last)
    return value;
  refuse(column, quoted(written) + " is no whole number");
  return std::nullopt;
}

bool row_cells::has_more_than_the_heading() const { return row_.cells.size() > columns_.size(); }

std::optional<std::string> row_cells::first_missing() const {
  for (const auto& [name, at] : columns_)
    if (at == row_.cells.size())
      return name;
  return std::nullopt;
}

bool row_cells::is_variant() const {
  return !text("Option1 Value").empty() || !text("Variant Price").empty() ||
         !text("Variant SKU").empty();
}

std::string row_cells::cell(std::string_view column) const {
  return "/rows/" + std::to_string(row_.line) + "/" + std::string{column};
}

} // namespace souk::catalogue
