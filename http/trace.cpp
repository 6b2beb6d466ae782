#include "http/trace.hpp"

#include <algorithm>
#include <array>

namespace souk::http {

namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) {
  return is_hex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

constexpr size_t version_00_size = 55; // 00-<32>-<16>-<2>

bool parse_traceparent(std::string_view text, trace_context& out) {
  if (text.size() < version_00_size || text[2] != '-' || text[35] != '-' || text[52] != '-')
    return false;
  const auto version = text.substr(0, 2);
  const auto trace = text.substr(3, 32), parent = text.substr(36, 16), flags = text.substr(53, 2);
  if (!is_hex(version) || version == "ff" || !is_id(trace) || !is_id(parent) || !is_hex(flags))
    return false;
  if (text.size() > version_00_size && (version == "00" || text[version_00_size] != '-'))
    return false;
  out.trace_id = trace;
  out.parent_id = parent;
  out.sampled = std::string_view{"13579bdf"}.find(flags[1]) != std::string_view::npos;
  return true;
}

/// Several fields are one list. A broken or overlong list is dropped whole: the spec allows it, and
/// the trace itself does not depend on it.
std::string read_tracestate(const request& from) {
  constexpr size_t members_max = 32, bytes_max = 2048;
  std::string out;
  for (const auto& h : from.headers)
    if (same_name(h.name, "tracestate") && !h.value.empty())
      out += (out.empty() ? "" : ",") + h.value;
  const auto members = std::ranges::count(out, ',') + 1;
  const bool printable = std::ranges::all_of(out, [](char c) { return c >= 0x20 && c < 0x7f; });
  return printable && members <= static_cast<ptrdiff_t>(members_max) && out.size() <= bytes_max
             ? out
             : "";
}

} // namespace

trace_context continue_trace(const request& from, entropy& random) {
  trace_context out;
  const bool continued = from.count_headers("traceparent") == 1 &&
                         parse_traceparent(from.header_value("traceparent"), out);
  std::array<unsigned char, 24> fresh;
  random.fill(fresh);
  fresh[0] |= 1; // neither id may be all zero
  fresh[16] |= 1;
  if (continued)
    out.state = read_tracestate(from);
  else
    out.trace_id = to_hex({fresh.data(), 16});
  out.span_id = to_hex({fresh.data() + 16, 8});
  return out;
}

} // namespace souk::http
