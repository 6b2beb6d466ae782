// From which warehouse each line of an order is best served. Pure: distances are computed from
// coordinates, in double, because a metre is not money.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace souk::warehouse {

/// A point on the globe in integer micro-degrees.
struct place {
  int64_t latitude = 0;
  int64_t longitude = 0;
  bool operator==(const place&) const = default;
};

struct site {
  std::string id;
  std::string name;
  std::string country;
  std::string postal_code;
  place where;
  bool active = true;
};

/// The middle of all addresses of a country whose postal code starts with `prefix`.
struct postal_area {
  std::string country;
  std::string prefix; ///< empty: the whole country
  place where;
};

struct geography {
  std::vector<site> sites;
  std::vector<postal_area> areas;
};

struct needed_line {
  std::string sku;
  int64_t quantity = 0;
};

struct level {
  std::string sku;
  std::string warehouse;
  int64_t available = 0;
};

/// Warehouses without a known unit that one line tries at most.
inline constexpr size_t seemingly_empty_max = 8;

struct sourced_line {
  std::string sku;
  int64_t quantity = 0;
  /// Ids to try in this order, each group nearest first: warehouses that can serve the whole line,
  /// those that can serve a part of it, and some that seem to have none, because levels lag behind
  /// deliveries and the stock cells themselves decide. Empty: no warehouse is open.
  std::vector<std::string> candidates;
};

/// By great circle, in metres.
double distance_metres(place a, place b);

/// The area with the longest prefix of `postal_code` (letter case and spaces do not matter), else
/// the country's middle, else {0, 0}: an unknown destination still gets an order, the same each
/// time.
place locate(const geography& map, std::string_view country, std::string_view postal_code);

/// One answer a line, in the order of `lines`. Inactive and unknown warehouses serve nothing. Equal
/// distances are ordered by id, so the same input gives the same answer everywhere.
std::vector<sourced_line> source(const std::vector<needed_line>& lines,
                                 const std::vector<level>& levels, const geography& map,
                                 place destination);

} // namespace souk::warehouse
