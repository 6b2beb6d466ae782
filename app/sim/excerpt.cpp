#include "app/sim/excerpt.hpp"

#include "app/sim/nemesis.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/join.hpp>
#include <boost/algorithm/string/split.hpp>

#include <charconv>

namespace souk::sim {

namespace {

std::vector<std::string> parts(const std::string& text, const char* separator) {
  std::vector<std::string> out;
  if (!text.empty())
    boost::split(out, text, boost::is_any_of(separator));
  return out;
}

template <class Number>
bool read(std::string_view text, Number& into) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), into);
  return code == std::errc{} && end == text.data() + text.size();
}

bool read(std::string_view text, act& into) {
  const auto dot = text.rfind('.');
  if (dot == std::string_view::npos)
    return false;
  into.who = text.substr(0, dot);
  return read(text.substr(dot + 1), into.number);
}

template <class Item>
bool read(const std::string& list, std::optional<std::set<Item>>& into) {
  into.emplace();
  for (const auto& one : parts(list, ",")) {
    Item item{};
    if (!read(std::string_view{one}, item))
      return false;
    into->insert(std::move(item));
  }
  return true;
}

bool read_calm(const std::string& list, std::set<std::string>& into) {
  const auto known = calm_parts();
  for (const auto& one : parts(list, ","))
    if (std::find(known.begin(), known.end(), one) == known.end())
      return false;
    else
      into.insert(one);
  return true;
}

} // namespace

std::string excerpt::text() const {
  std::vector<std::string> out;
  if (span)
    out.push_back("span=" + std::to_string(span->count()));
  if (faults) {
    std::vector<std::string> all;
    for (const auto n : *faults)
      all.push_back(std::to_string(n));
    out.push_back("faults=" + boost::join(all, ","));
  }
  if (acts) {
    std::vector<std::string> all;
    for (const auto& a : *acts)
      all.push_back(a.who + "." + std::to_string(a.number));
    out.push_back("acts=" + boost::join(all, ","));
  }
  if (!calm.empty())
    out.push_back("calm=" + boost::join(calm, ","));
  return boost::join(out, " ");
}

result<excerpt> excerpt::parse(const std::string& text) {
  excerpt out;
  for (const auto& part : parts(text, " ")) {
    const auto equals = part.find('=');
    const auto name = part.substr(0, equals);
    const auto value = equals == std::string::npos ? std::string{} : part.substr(equals + 1);
    int64_t millis = 0;
    bool good = equals != std::string::npos;
    if (name == "span" && good) {
      good = read(std::string_view{value}, millis) && millis >= 0;
      out.span = std::chrono::milliseconds{millis};
    } else if (name == "faults")
      good = good && read(value, out.faults);
    else if (name == "acts")
      good = good && read(value, out.acts);
    else if (name == "calm")
      good = good && read_calm(value, out.calm);
    else
      good = false;
    if (!good)
      return fail(errc::invalid, "not a part of a life: " + part);
  }
  return out;
}

} // namespace souk::sim
