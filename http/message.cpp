#include "http/message.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>

namespace souk::http {

namespace {
constexpr std::string_view names[method_count] = {"GET",   "HEAD",   "POST",   "PUT",
                                                  "PATCH", "DELETE", "OPTIONS"};

std::string_view find_header(const std::vector<header>& headers, std::string_view name) {
  for (const auto& h : headers)
    if (same_name(h.name, name))
      return h.value;
  return {};
}
} // namespace

std::string_view to_string(method verb) { return names[static_cast<size_t>(verb)]; }

std::optional<method> parse_method(std::string_view name) {
  for (size_t i = 0; i < method_count; ++i)
    if (names[i] == name)
      return static_cast<method>(i);
  return std::nullopt;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string trace_context::to_traceparent() const {
  return "00-" + trace_id + "-" + span_id + (sampled ? "-01" : "-00");
}

std::string_view request::header_value(std::string_view name) const {
  return find_header(headers, name);
}

size_t request::count_headers(std::string_view name) const {
  return static_cast<size_t>(
      std::ranges::count_if(headers, [&](const header& h) { return same_name(h.name, name); }));
}

const std::string& request::param(std::string_view name) const {
  for (const auto& [key, value] : params)
    if (key == name)
      return value;
  assertion_failed("param", "a handler asks only for parameters of its pattern", __FILE__,
                   __LINE__);
}

std::optional<std::string_view> request::query_value(std::string_view name) const {
  for (const auto& [key, value] : query)
    if (key == name)
      return value;
  return std::nullopt;
}

response response::json(int status, const boost::json::value& value) {
  return json_text(status, boost::json::serialize(value));
}

response response::json_text(int status, std::string text) {
  return {.status = status, .content_type = "application/json", .body = std::move(text)};
}

response response::text(int status, std::string text, std::string content_type) {
  return {.status = status, .content_type = std::move(content_type), .body = std::move(text)};
}

response response::empty(int status) { return {.status = status}; }

response response::cut() { return {.status = 0}; }

response& response::with(std::string name, std::string value) & {
  headers.push_back({std::move(name), std::move(value)});
  return *this;
}

response&& response::with(std::string name, std::string value) && {
  headers.push_back({std::move(name), std::move(value)});
  return std::move(*this);
}

std::string_view response::header_value(std::string_view name) const {
  return find_header(headers, name);
}

} // namespace souk::http
