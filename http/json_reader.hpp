// Strict reading of JSON bodies: what a client sent is either exactly what the route asks for, or a
// failure that names every field that is wrong.
#pragma once

#include "base/money.hpp"
#include "http/message.hpp"

#include <boost/json/value.hpp>

#include <functional>

namespace souk::http {

inline constexpr size_t json_depth_max = 16;

/// One JSON text: UTF-8, no repeated member, nothing behind it, at most json_depth_max deep.
/// errc::malformed otherwise.
result<boost::json::value> parse_json(std::string_view text);

struct text_limits {
  size_t min = 0; ///< bytes
  size_t max = 1024;
  bool lines = false; ///< may hold line breaks and tabs
};

/// Reads one object field by field and remembers everything that is wrong. A reader asks for each
/// field it knows, then finish() refuses the rest:
///
///   auto body = json_body::of(*request);
///   if (!body) return answer(to_response(body.error(), *request));
///   auto& in = body->root();
///   auto sku = in.text("sku", {.min = 1, .max = 64});
///   auto quantity = in.integer("quantity", 1, 999);
///   if (auto wrong = body->finish()) return answer(to_response(*wrong, *request));
///
/// After a problem the getters give an empty value; use nothing of them before finish() said yes.
class object_reader {
public:
  object_reader(const boost::json::value* value, std::string pointer, std::vector<problem>& wrong);
  ~object_reader();
  object_reader(const object_reader&) = delete;
  object_reader& operator=(const object_reader&) = delete;

  bool has(std::string_view name) const; ///< present and not null
  std::string text(std::string_view name, text_limits limits = {});
  std::optional<std::string> optional_text(std::string_view name, text_limits limits = {});
  /// Refuses 1.0 and 1e3 as not whole.
  int64_t integer(std::string_view name, int64_t min, int64_t max);
  std::optional<int64_t> optional_integer(std::string_view name, int64_t min, int64_t max);
  bool boolean(std::string_view name);
  std::optional<bool> optional_boolean(std::string_view name);
  /// {"amount": 1999, "currency": "EUR"} with 0 ≤ amount ≤ amount_max.
  souk::money money(std::string_view name);
  std::optional<souk::money> optional_money(std::string_view name);
  /// Calls `read` with the nested object, also (with nothing in it) when it is missing or no
  /// object.
  void object(std::string_view name, const std::function<void(object_reader&)>& read);
  void optional_object(std::string_view name, const std::function<void(object_reader&)>& read);
  /// Calls `read` for each item, which has to be an object. At most `max` items.
  void array(std::string_view name, size_t max, const std::function<void(object_reader&)>& read);
  std::vector<std::string> texts(std::string_view name, size_t max, text_limits limits = {});
  /// Any JSON value, as it came; null when absent.
  const boost::json::value& any(std::string_view name);
  /// What only the route can judge, for example "this currency is not sold here".
  void refuse(std::string_view name, std::string code, std::string detail);

private:
  const boost::json::value* take(std::string_view name, bool required);
  const boost::json::value* take_array(std::string_view name, size_t max);
  std::optional<std::string> read_text(std::string_view name, text_limits limits, bool required);
  std::optional<int64_t> read_integer(std::string_view name, int64_t min, int64_t max,
                                      bool required);

  const boost::json::object* object_;
  std::string pointer_;
  std::vector<problem>& wrong_;
  std::vector<std::string> known_;
};

class json_body {
public:
  /// errc::unsupported_media_type unless Content-Type is application/json, errc::malformed, or
  /// errc::invalid when it is no object.
  static result<json_body> of(const request& from);
  static result<json_body> of_text(std::string_view text);
  object_reader& root() { return *root_; }
  /// Empty when everything was right. Ends the reading: root() may not be used after it.
  std::optional<failure> finish();

private:
  std::unique_ptr<boost::json::value> value_;
  std::unique_ptr<std::vector<problem>> wrong_;
  std::unique_ptr<object_reader> root_;
};

} // namespace souk::http
