// Reads the fields of a JSON object, collecting everything that is wrong with them by JSON pointer.
#pragma once

#include "base/money.hpp"
#include "base/result.hpp"

#include <boost/json.hpp>

#include <optional>

namespace souk::catalogue {

class json_fields {
public:
  /// Both are kept by reference; `at` is the pointer of `object` itself.
  json_fields(const boost::json::object& object, std::string at, std::vector<problem>& problems)
      : object_(object), at_(std::move(at)), problems_(problems) {}

  const boost::json::value* find(std::string_view name) const;
  std::string pointer(std::string_view name) const { return at_ + "/" + std::string{name}; }
  void refuse(std::string_view name, const char* code, const char* detail);

  /// Absent and null are the same: the default. Another type is a problem and the default.
  std::optional<std::string> text(std::string_view name);
  std::optional<int64_t> integer(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  const boost::json::array* array(std::string_view name);
  const boost::json::object* object(std::string_view name);
  /// The texts of a list; other elements are problems.
  std::vector<std::string> texts(std::string_view name);
  /// {"amount": 1999, "currency": "EUR"}
  std::optional<money> amount(std::string_view name);
  /// The elements of an array that are objects; others are problems.
  template <class Each>
  void each_object(std::string_view name, Each each) {
    const auto* list = array(name);
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const auto at = pointer(name) + "/" + std::to_string(i);
      if (const auto* element = (*list)[i].if_object())
        each(json_fields{*element, at, problems_});
      else
        problems_.push_back({"invalid", at, "must be an object", std::nullopt});
    }
  }
  const boost::json::object& raw() const { return object_; }

private:
  const boost::json::object& object_;
  std::string at_;
  std::vector<problem>& problems_;
};

} // namespace souk::catalogue
