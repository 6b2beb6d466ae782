// Expected failures are values: result<T> is a T or a failure that says what a person can do about
// it.
#pragma once

#include "base/assert.hpp"
#include "base/errc.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace souk {

/// One thing wrong with one place of a request.
struct problem {
  std::string code;   ///< stable word, for example "sold_out", "required", "out_of_range"
  std::string field;  ///< JSON pointer into the request, or the id of a line
  std::string detail; ///< for people
  std::optional<int64_t> available; ///< what would be possible, in units, where that is a number
  bool operator==(const problem&) const = default;
};

struct failure {
  errc code = errc::internal;
  std::string detail = {};
  std::vector<problem> problems = {};
  std::optional<std::chrono::seconds> retry_after = {};
  std::string extra =
      {}; ///< a JSON object merged into the problem details (the new quote, for example)
};

template <class T>
using result = boost::system::result<T, failure>;

/// How asynchronous services answer: called exactly once, on any thread, or never when the caller's
/// deadline is the only one left to notice.
template <class T>
using callback = std::function<void(result<T>)>;

/// A failure in one line: `return fail(errc::not_found, "no such cart");`
inline failure fail(errc code, std::string detail = {}) {
  return failure{.code = code, .detail = std::move(detail)};
}

inline failure fail_field(std::string field, std::string code, std::string detail) {
  return failure{
      .code = errc::invalid,
      .detail = detail,
      .problems = {{std::move(code), std::move(field), std::move(detail), std::nullopt}}};
}

/// boost::system::result asks for this: value() without a value is a programmer's error.
[[noreturn]] inline void throw_exception_from_error(const failure& f,
                                                    const boost::source_location& at) {
  assertion_failed(f.detail.c_str(), "value() of a failed result", at.file_name(),
                   static_cast<int>(at.line()));
}

} // namespace souk
