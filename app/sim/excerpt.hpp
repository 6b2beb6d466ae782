// Parts of a life: what is kept of a seed's faults and of people's acts when it is lived again, so
// that a failure can be told in few lines.
#pragma once

#include "base/result.hpp"

#include <chrono>
#include <compare>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace souk::sim {

/// One turn of one person.
struct act {
  std::string who;
  int number = 0; ///< from 1
  auto operator<=>(const act&) const = default;
};

/// Nothing named: the whole life.
struct excerpt {
  std::optional<std::chrono::milliseconds> span; ///< how long the market is open
  std::optional<std::set<size_t>> faults;        ///< places in the list draw_faults() gave
  std::optional<std::set<act>> acts;             ///< others do nothing in their turn
  std::set<std::string> calm;                    ///< of calm_parts(): no small faults of these

  /// "span=1200 faults=3,9 acts=s1.4,clerk.2 calm=bank", for a command line.
  std::string text() const;
  /// What text() wrote; errc::invalid for anything else.
  static result<excerpt> parse(const std::string& text);
};

/// Who does what, and who is kept from it.
class diary {
public:
  void keep(std::optional<std::set<act>> acts) { kept_ = std::move(acts); }
  /// False: this turn passes without anything being done.
  bool begin(const act& a) {
    if (kept_ && !kept_->contains(a))
      return false;
    done_.push_back(a);
    return true;
  }
  const std::vector<act>& done() const { return done_; }

private:
  std::optional<std::set<act>> kept_;
  std::vector<act> done_;
};

} // namespace souk::sim
