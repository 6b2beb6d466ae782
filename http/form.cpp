#include "http/form.hpp"

#include "base/utf8.hpp"

#include <boost/url/decode_view.hpp>
#include <boost/url/pct_string_view.hpp>

namespace souk::http {

namespace {

bool decode(std::string_view text, std::string& out) {
  const auto checked = boost::urls::make_pct_string_view(text);
  if (!checked)
    return false;
  boost::urls::encoding_opts plus_is_space;
  plus_is_space.space_as_plus = true;
  const boost::urls::decode_view decoded{*checked, plus_is_space};
  out.assign(decoded.begin(), decoded.end());
  return true;
}

} // namespace

result<std::vector<std::pair<std::string, std::string>>> parse_form(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty())
      continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto& [name, value] = out.emplace_back();
    if (!decode(pair.substr(0, equals), name) ||
        !decode(pair.substr(std::min(equals + 1, pair.size())), value))
      return fail(errc::malformed, "a broken percent escape");
    if (!is_utf8(name))
      return fail(errc::malformed, "a field's name is not UTF-8");
    if (!is_utf8(value))
      return fail_field("/" + name, "invalid", "is not UTF-8");
    if (out.size() > form_fields_max)
      return fail(errc::malformed, "too many fields");
  }
  return out;
}

} // namespace souk::http
