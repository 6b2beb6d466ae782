#include "http/router.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/pct_string_view.hpp>

#include <array>

namespace souk::http {

struct router::node {
  std::map<std::string, std::unique_ptr<node>, std::less<>> fixed;
  std::unique_ptr<node> param;
  bool takes_rest = false;
  std::array<const route*, method_count> by_method{};

  bool serves() const {
    for (auto* r : by_method)
      if (r)
        return true;
    return false;
  }
};

namespace {

/// Takes the segment behind the first '/' off `path`.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

std::string decode(std::string_view raw) {
  const auto checked = boost::urls::make_pct_string_view(raw);
  if (!checked)
    return std::string{raw};
  const auto decoded = **checked;
  return {decoded.begin(), decoded.end()};
}

bool is_param(std::string_view segment) { return segment.starts_with('{'); }

std::vector<std::string> param_names(std::string_view pattern) {
  std::vector<std::string> out;
  while (!pattern.empty()) {
    auto segment = next_segment(pattern);
    if (!is_param(segment))
      continue;
    segment = segment.substr(1, segment.size() - 2);
    out.emplace_back(segment.ends_with('*') ? segment.substr(0, segment.size() - 1) : segment);
  }
  return out;
}

} // namespace

router::router() : root_(std::make_unique<node>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;

void router::add(method verb, std::string pattern, std::string name, handler handle,
                 route_options options) {
  SOUK_ASSERT(pattern.starts_with('/') && handle, "a route has a path and a handler");
  auto* at = root_.get();
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const auto segment = next_segment(rest);
    auto& child = is_param(segment) ? at->param : at->fixed[std::string{segment}];
    if (!child)
      child = std::make_unique<node>();
    at = child.get();
    at->takes_rest |= segment.ends_with("*}");
  }
  auto& place = at->by_method[static_cast<size_t>(verb)];
  SOUK_ASSERT(!place, "one route for a method and a pattern");
  routes_.push_back(std::make_unique<route>(
      route{verb, std::move(pattern), std::move(name), std::move(handle), std::move(options)}));
  place = routes_.back().get();
}

const router::node* router::walk(std::string_view path, std::vector<std::string>& values) const {
  const node* at = root_.get();
  while (!path.empty()) {
    const auto whole = path.substr(1);
    const auto segment = next_segment(path);
    if (auto found = at->fixed.find(segment); found != at->fixed.end()) {
      at = found->second.get();
    } else if (at->param && at->param->takes_rest) {
      values.push_back(decode(whole));
      at = at->param.get();
      break;
    } else if (at->param && !segment.empty()) {
      values.push_back(decode(segment));
      at = at->param.get();
    } else {
      return nullptr;
    }
  }
  return at->serves() ? at : nullptr;
}

result<router::match> router::find(method verb, std::string_view path) const {
  std::vector<std::string> values;
  const auto* at = path.starts_with('/') ? walk(path, values) : nullptr;
  if (!at)
    return fail(errc::not_found, "no such path");
  const auto* to = at->by_method[static_cast<size_t>(verb)];
  if (!to && verb == method::head)
    to = at->by_method[static_cast<size_t>(method::get)];
  if (!to)
    return fail(errc::method_not_allowed, allowed(path));
  match out{to, {}};
  if (!values.empty()) {
    auto names = param_names(to->pattern);
    for (size_t i = 0; i < names.size(); ++i)
      out.params.emplace_back(std::move(names[i]), std::move(values[i]));
  }
  return out;
}

std::string router::allowed(std::string_view path) const {
  std::vector<std::string> values;
  const auto* at = path.starts_with('/') ? walk(path, values) : nullptr;
  if (!at)
    return {};
  std::string out;
  for (const auto* r : at->by_method)
    if (r)
      out += std::string{to_string(r->verb)} + (r->verb == method::get ? ", HEAD, " : ", ");
  return out + "OPTIONS";
}

} // namespace souk::http
