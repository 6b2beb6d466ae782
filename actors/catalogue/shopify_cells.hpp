// One row of Shopify's CSV by column name: texts, amounts and numbers, and what is wrong with them,
// named by row and column.
#pragma once

#include "actors/catalogue/csv_reader.hpp"
#include "base/money.hpp"
#include "base/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace souk::catalogue {

/// References the columns, the row and the list of problems, which must outlive it.
class row_cells {
public:
  using columns = std::map<std::string, size_t, std::less<>>; ///< by name, from 0

  row_cells(const columns& named, const csv_record& row, std::vector<problem>& problems)
      : columns_(named), row_(row), problems_(problems) {}

  /// Empty where the row or the file has no such cell.
  std::string_view text(std::string_view column) const;
  void refuse(std::string_view column, std::string detail);
  problem warning(std::string_view column, std::string detail) const;
  /// Units of 10^-decimals; nothing for an empty cell or a wrong one, which is refused.
  std::optional<int64_t> decimal(std::string_view column, int decimals);
  /// Minor units. An amount that were rounded would be another price than the file's: refused.
  std::optional<int64_t> price(std::string_view column, currency in);
  std::optional<int64_t> integer(std::string_view column);
  /// A comma that nobody quoted moves all cells behind it by one.
  bool has_more_than_the_heading() const;
  /// The first column that the row does not reach; nothing when it is as long as the heading.
  std::optional<std::string> first_missing() const;
  bool is_variant() const;

private:
  std::string cell(std::string_view column) const;

  const columns& columns_;
  const csv_record& row_;
  std::vector<problem>& problems_;
};

} // namespace souk::catalogue
