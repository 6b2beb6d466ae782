// What an audit found: one section a check with its counts and time, and the violations.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace souk::audit {

struct violation {
  std::string check;
  std::string rule;   ///< the law or invariant: "law1", "I3"
  std::string entity; ///< "order/…", or the row it is about
  std::string text;
};

/// Not thread-safe. Violations belong to the section that was entered last.
class report {
public:
  explicit report(const clock& time, size_t kept_max = 100) : time_(&time), kept_max_(kept_max) {}

  /// Goes on in section `check`, or opens it; `rules` are the laws and invariants it is about.
  void enter(std::string_view check, std::string_view rules);
  /// Adds to a count of the present section.
  void count(std::string_view what, int64_t n = 1);
  void fault(std::string_view rule, std::string_view entity, std::string text);
  /// The audit is over: no section runs any longer.
  void finish();

  int64_t violations() const { return violations_; }
  /// The first of them, as many as were to be kept.
  const std::vector<violation>& kept() const { return kept_; }
  /// Of section `check`; 0 where nothing was counted.
  int64_t counted(std::string_view check, std::string_view what) const;

  /// One line a section, the violations, a summary.
  std::string to_text() const;
  std::string to_json() const;

private:
  struct tally {
    std::string what;
    int64_t n = 0;
  };
  struct section {
    std::string name, rules;
    std::vector<tally> counts;
    int64_t violations = 0;
    std::chrono::nanoseconds took{};
  };
  void leave();

  const clock* time_;
  size_t kept_max_;
  std::vector<section> sections_;
  size_t present_ = 0;
  std::chrono::nanoseconds entered_{};
  std::vector<violation> kept_;
  int64_t violations_ = 0;
};

} // namespace souk::audit
