#include "app/sim/shrink.hpp"

#include <algorithm>
#include <regex>

namespace souk::sim {

namespace {

/// What a complaint is about, whichever entity and number it names.
std::string kind_of(const std::string& complaint) {
  static const std::regex particular{"[A-Za-z]*[0-9][A-Za-z0-9@/.-]*"};
  return std::regex_replace(complaint.substr(std::min(complaint.find(": "), complaint.size())),
                            particular, "#");
}

class shrinking {
public:
  shrinking(const verdict& failed, int lives_most, const live_again& live)
      : kind_(kind_of(failed.complaints.front())), live_(live),
        left_(lives_most), best_{{}, failed, 0} {}

  shrunk run() {
    quicken();
    for (const auto& part : calm_parts()) {
      auto tried = best_.kept;
      tried.calm.insert(part);
      fails(tried);
    }
    minimise(best_.last.faults_met, [](excerpt& of, std::set<size_t> kept) { of.faults = kept; });
    minimise(best_.last.acts, [](excerpt& of, std::set<act> kept) { of.acts = kept; });
    quicken();
    return std::move(best_);
  }

private:
  /// Remembers what still fails.
  bool fails(const excerpt& kept) {
    if (left_ <= 0)
      return false;
    --left_;
    ++best_.lives;
    auto v = live_(kept);
    const auto same = std::any_of(v.complaints.begin(), v.complaints.end(),
                                  [&](const auto& c) { return kind_of(c) == kind_; });
    if (same) {
      best_.kept = kept;
      best_.last = std::move(v);
    }
    return same;
  }

  void quicken() {
    for (auto cut = best_.last.span / 2; cut > 500ms; cut /= 2) {
      auto tried = best_.kept;
      tried.span = best_.last.span - cut;
      for (; *tried.span > 0ms && fails(tried); *tried.span -= cut) {
      }
    }
  }

  template <class Item, class Put>
  void minimise(std::vector<Item> items, Put put) {
    const auto fails_with = [&](const std::vector<Item>& some) {
      auto tried = best_.kept;
      put(tried, std::set<Item>{some.begin(), some.end()});
      return fails(tried);
    };
    for (size_t chunk = items.size(); chunk > 0; chunk /= 2)
      for (size_t from = 0; from < items.size();) {
        auto rest = items;
        const auto first = rest.begin() + static_cast<std::ptrdiff_t>(from);
        rest.erase(first, first + static_cast<std::ptrdiff_t>(std::min(chunk, rest.size() - from)));
        if (fails_with(rest))
          items = std::move(rest);
        else
          from += chunk;
      }
  }

  const std::string kind_;
  const live_again& live_;
  int left_;
  shrunk best_;
};

} // namespace

shrunk shrink(const verdict& failed, int lives_most, const live_again& live) {
  return shrinking{failed, lives_most, live}.run();
}

} // namespace souk::sim
