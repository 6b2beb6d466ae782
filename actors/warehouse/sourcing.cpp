#include "actors/warehouse/sourcing.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <tuple>

namespace souk::warehouse {

namespace {

constexpr double earth_radius_metres = 6'371'008.8;
constexpr double radians_per_microdegree = std::numbers::pi / 180.0 / 1'000'000.0;

/// Postal codes as they are compared: capitals without spaces, "ls11 5qj" → "LS115QJ".
std::string normal(std::string_view postal_code) {
  std::string out;
  for (char c : postal_code) {
    if (c >= 'a' && c <= 'z')
      out += static_cast<char>(c - 'a' + 'A');
    else if (c != ' ')
      out += c;
  }
  return out;
}

/// Letters are a whole area: "G" is Glasgow and not Guildford, whose codes start with "GU".
bool lies_in(std::string_view code, std::string_view prefix) {
  const auto is_letter = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!code.starts_with(prefix))
    return false;
  return prefix.empty() || code.size() == prefix.size() || !is_letter(prefix.back()) ||
         !is_letter(code[prefix.size()]);
}

} // namespace

double distance_metres(place a, place b) {
  const auto radians = [](int64_t microdegrees) {
    return static_cast<double>(microdegrees) * radians_per_microdegree;
  };
  const auto up = std::sin(radians(b.latitude - a.latitude) / 2);
  const auto across = std::sin(radians(b.longitude - a.longitude) / 2);
  const auto h =
      up * up + std::cos(radians(a.latitude)) * std::cos(radians(b.latitude)) * across * across;
  return 2 * earth_radius_metres * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

place locate(const geography& map, std::string_view country, std::string_view postal_code) {
  const auto code = normal(postal_code);
  const postal_area* best = nullptr;
  for (const auto& area : map.areas)
    if (area.country == country && lies_in(code, area.prefix) &&
        (best == nullptr || area.prefix.size() > best->prefix.size()))
      best = &area;
  return best == nullptr ? place{} : best->where;
}

std::vector<sourced_line> source(const std::vector<needed_line>& lines,
                                 const std::vector<level>& levels, const geography& map,
                                 place destination) {
  std::map<std::string_view, double> metres;
  for (const auto& s : map.sites)
    if (s.active)
      metres.emplace(s.id, distance_metres(s.where, destination));
  std::map<std::pair<std::string_view, std::string_view>, int64_t> available;
  for (const auto& l : levels)
    available[{l.sku, l.warehouse}] = l.available;
  const auto has = [&](const std::string& sku, std::string_view warehouse) {
    const auto known = available.find({sku, warehouse});
    return known == available.end() ? 0 : known->second;
  };

  std::vector<sourced_line> sourced;
  for (const auto& line : lines) {
    using rank = std::tuple<bool, bool, double, std::string_view>; // none, partial, metres, id
    std::vector<rank> ranked;
    for (const auto& [id, distance] : metres) {
      const auto units = has(line.sku, id);
      ranked.emplace_back(units <= 0, units < line.quantity, distance, id);
    }
    std::ranges::sort(ranked);
    const auto stocked =
        std::ranges::count_if(ranked, [](const rank& r) { return !std::get<0>(r); });
    ranked.resize(std::min(ranked.size(), static_cast<size_t>(stocked) + seemingly_empty_max));
    sourced.push_back({line.sku, line.quantity, {}});
    for (const auto& candidate : ranked)
      sourced.back().candidates.emplace_back(std::get<3>(candidate));
  }
  return sourced;
}

} // namespace souk::warehouse
