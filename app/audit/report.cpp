#include "app/audit/report.hpp"

#include "base/assert.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::audit {

namespace {

int64_t milliseconds_of(std::chrono::nanoseconds t) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(t).count();
}

} // namespace

void report::leave() {
  const auto now = time_->monotonic();
  if (!sections_.empty())
    sections_[present_].took += now - entered_;
  entered_ = now;
}

void report::enter(std::string_view check, std::string_view rules) {
  if (!sections_.empty() && sections_[present_].name == check)
    return;
  leave();
  const auto known = std::ranges::find(sections_, check, &section::name);
  present_ = static_cast<size_t>(known - sections_.begin());
  if (known == sections_.end())
    sections_.push_back({std::string{check}, std::string{rules}, {}, 0, {}});
}

void report::finish() { leave(); }

void report::count(std::string_view what, int64_t n) {
  auto& counts = sections_.at(present_).counts;
  const auto known = std::ranges::find(counts, what, &tally::what);
  if (known == counts.end())
    counts.push_back({std::string{what}, n});
  else
    known->n += n;
}

void report::fault(std::string_view rule, std::string_view entity, std::string text) {
  auto& in = sections_.at(present_);
  ++in.violations;
  ++violations_;
  if (kept_.size() < kept_max_)
    kept_.push_back({in.name, std::string{rule}, std::string{entity}, std::move(text)});
}

int64_t report::counted(std::string_view check, std::string_view what) const {
  for (const auto& s : sections_)
    for (const auto& c : s.counts)
      if (s.name == check && c.what == what)
        return c.n;
  return 0;
}

std::string report::to_text() const {
  std::string out;
  const auto pad = [](std::string text, size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
  };
  for (const auto& s : sections_) {
    out += pad(s.name, 12) +
           pad(s.violations == 0 ? "ok" : std::to_string(s.violations) + " violations", 15) +
           pad(std::to_string(milliseconds_of(s.took)) + " ms", 11);
    for (const auto& c : s.counts)
      out += " " + std::to_string(c.n) + " " + c.what + (&c == &s.counts.back() ? "" : ",");
    out += "  [" + s.rules + "]\n";
  }
  for (const auto& v : kept_)
    out += "VIOLATION " + v.rule + " " + v.entity + ": " + v.text + "\n";
  if (static_cast<size_t>(violations_) > kept_.size())
    out += "… and " + std::to_string(static_cast<size_t>(violations_) - kept_.size()) + " more\n";
  return out + (violations_ == 0 ? "audit: clean\n"
                                 : "audit: " + std::to_string(violations_) + " violations\n");
}

std::string report::to_json() const {
  namespace bj = boost::json;
  bj::array checks, found;
  for (const auto& s : sections_) {
    bj::object counts;
    for (const auto& c : s.counts)
      counts[c.what] = c.n;
    checks.push_back(bj::object{{"check", s.name},
                                {"rules", s.rules},
                                {"violations", s.violations},
                                {"took_ms", milliseconds_of(s.took)},
                                {"counts", std::move(counts)}});
  }
  for (const auto& v : kept_)
    found.push_back(
        bj::object{{"check", v.check}, {"rule", v.rule}, {"entity", v.entity}, {"text", v.text}});
  return bj::serialize(bj::object{{"clean", violations_ == 0},
                                  {"violations", violations_},
                                  {"checks", std::move(checks)},
                                  {"found", std::move(found)}});
}

} // namespace souk::audit
