#include "http/pages/render.hpp"

#include "http/pages/assets.hpp"
#include "http/pages/embedded.hpp"
#include "http/pages/texts.hpp"

#include <boost/json.hpp>

#include <ctemplate/template.h>
#include <mutex>

namespace souk::http {

namespace {

namespace bj = boost::json;
using ctemplate::TemplateDictionary;

constexpr auto strip = ctemplate::STRIP_BLANK_LINES;

std::string upper(std::string_view name) {
  std::string out{name};
  for (auto& c : out)
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

bool has_texts(std::string_view key) { return key == "status" || key == "code" || key == "kind"; }

/// Names that are data: ctemplate never forgets a name, so they must not become some.
bool is_map_of_data(std::string_view key) { return key == "options" || key == "attributes"; }

/// How people of this page read money and times.
struct reader {
  std::string_view locale;
  std::string_view zone;
};

void fill(TemplateDictionary& to, const bj::object& from, const reader& of);

void fill_text(TemplateDictionary& to, std::string_view key, const std::string& name,
               std::string_view value, const reader& of) {
  if (value.empty())
    return to.ShowSection("NO_" + name);
  std::string shown{value};
  if (key.ends_with("_at")) {
    to.SetValue(name + "_RAW", shown);
    if (const auto at = parse_rfc3339(value))
      shown = show_time(*at, of.locale, of.zone);
  }
  to.SetValue(name, shown);
  to.ShowSection(name);
  if (!has_texts(key))
    return;
  const auto said = find_text(of.locale, std::string{key} + "." + shown);
  if (!said)
    return to.ShowSection("NO_" + name + "_TEXT");
  to.SetValueAndShowSection(name + "_TEXT", std::string{*said}, name + "_TEXT");
  to.ShowSection(name + "_" + upper(value));
}

bool fill_money(TemplateDictionary& to, const std::string& name, const bj::object& value,
                const reader& of) {
  const auto* amount = value.if_contains("amount");
  const auto* code = value.if_contains("currency");
  if (value.size() != 2 || !amount || !code || !amount->is_int64() || !code->is_string())
    return false;
  const auto in = currency::parse(code->get_string());
  if (!in)
    return false;
  to.SetValue(name, show_money({amount->get_int64(), *in}, of.locale));
  to.SetIntValue(name + "_MINOR", amount->get_int64());
  to.SetValue(name + "_CURRENCY", std::string{in->code()});
  to.ShowSection(name);
  return true;
}

void fill_list(TemplateDictionary& to, const std::string& name, const bj::array& all,
               const reader& of) {
  to.ShowSection((all.empty() ? "NO_" : "HAS_") + name);
  for (const auto& one : all) {
    auto& section = *to.AddSectionDictionary(name);
    if (one.is_object())
      fill(section, one.get_object(), of);
    else if (one.is_string())
      section.SetValue("VALUE", std::string{one.get_string()});
  }
}

void fill_number(TemplateDictionary& to, const std::string& name, const std::string& shown,
                 bool is_zero) {
  to.SetValue(name, shown);
  to.ShowSection(is_zero ? "NO_" + name : name);
}

void fill(TemplateDictionary& to, const bj::object& from, const reader& of) {
  for (const auto& [key, value] : from) {
    const auto name = upper(key);
    if (value.is_string()) {
      fill_text(to, key, name, value.get_string(), of);
    } else if (value.is_bool()) {
      to.ShowSection(value.get_bool() ? name : "NO_" + name);
    } else if (value.is_null()) {
      to.ShowSection("NO_" + name);
    } else if (value.is_int64() || value.is_uint64()) {
      fill_number(to, name, bj::serialize(value), bj::serialize(value) == "0");
    } else if (value.is_double()) {
      char shown[32];
      std::snprintf(shown, sizeof shown, "%.1f", value.get_double());
      fill_number(to, name, shown, false);
    } else if (value.is_array()) {
      fill_list(to, name, value.get_array(), of);
    } else if (value.is_object() && !is_map_of_data(key) &&
               !fill_money(to, name, value.get_object(), of)) {
      fill(*to.AddSectionDictionary(name), value.get_object(), of);
    }
  }
}

std::string template_name(std::string_view locale, std::string_view name) {
  return std::string{locale} + "/" + std::string{name};
}

/// Puts in texts and the URLs of assets.
std::string in_language(std::string_view source, std::string_view locale) {
  std::string out;
  for (;;) {
    const auto begin = source.find("[[");
    out += source.substr(0, begin);
    if (begin == std::string_view::npos)
      return out;
    const auto end = source.find("]]", begin);
    SOUK_ASSERT(end != std::string_view::npos, "[[ is followed by ]] in a template");
    const auto key = source.substr(begin + 2, end - begin - 2);
    constexpr std::string_view asset = "asset ";
    out += key.starts_with(asset) ? asset_url(key.substr(asset.size())) : text(locale, key);
    source.remove_prefix(end + 2);
  }
}

} // namespace

void load_templates() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const auto& file : embedded_files()) {
      if (!file.name.ends_with(".html"))
        continue;
      for (const auto locale : locales) {
        const auto content = "{{%AUTOESCAPE context=\"HTML\"}}\n" + in_language(file.text, locale);
        const auto name = template_name(locale, file.name);
        const bool sound = ctemplate::StringToTemplateCache(name, content, strip) &&
                           ctemplate::Template::GetTemplate(name, strip) != nullptr;
        SOUK_ASSERT(sound, "the templates of the storefront are sound");
      }
    }
  });
}

std::string render_page(std::string_view locale, std::string_view name, const bj::object& layout,
                        const bj::object& body) {
  const auto* zone = layout.if_contains("time_zone");
  const reader of{locale, zone ? std::string_view{zone->get_string()} : "UTC"};
  TemplateDictionary root("page");
  fill(root, layout, of);
  for (const auto& [key, value] : layout)
    if (key.starts_with("form_") && value.is_string())
      root.SetTemplateGlobalValue(upper(key), std::string{value.get_string()});
  auto& inner = *root.AddIncludeDictionary("BODY");
  inner.SetFilename(template_name(locale, name));
  fill(inner, body, of);
  std::string out;
  const bool rendered =
      ctemplate::ExpandTemplate(template_name(locale, "layout.html"), strip, &root, &out);
  SOUK_ASSERT(rendered, "pages are rendered from loaded templates");
  return out;
}

std::string script_json(const bj::object& value) {
  std::string out;
  for (const char c : bj::serialize(value)) {
    if (c == '<')
      out += "\\u003c";
    else if (c == '>')
      out += "\\u003e";
    else if (c == '&')
      out += "\\u0026";
    else
      out += c;
  }
  return out;
}

} // namespace souk::http
