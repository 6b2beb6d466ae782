#include "actors/notification/templates.hpp"

#include "actors/notification/format.hpp"
#include "base/assert.hpp"

#include <ctemplate/template.h>
#include <set>

namespace souk::notification {

namespace {

constexpr auto as_it_is = ctemplate::DO_NOT_STRIP;
constexpr const char* layout = "layout.html";
constexpr std::string_view subject_mark = "Subject: ";
constexpr size_t name_bytes_max = 60;

/// Control characters would forge lines in plain texts and headers.
std::string one_line(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f)
      c = ' ';
  return out;
}

void set(ctemplate::TemplateDictionary& at, const std::string& name, std::string_view text) {
  const auto line = one_line(text);
  at.SetValue(name, line);
  if (!line.empty())
    at.ShowSection("has_" + name);
}

void fill(ctemplate::TemplateDictionary& at, const std::vector<value>& values) {
  ctemplate::TemplateDictionary* part = nullptr;
  std::string section;
  std::set<std::string> given;
  for (const auto& v : values) {
    const auto dot = v.name.find('.');
    if (dot == std::string::npos) {
      set(at, v.name, v.text);
      continue;
    }
    if (section != v.name.substr(0, dot) || given.contains(v.name)) {
      section = v.name.substr(0, dot);
      given.clear();
      part = at.AddSectionDictionary(section);
    }
    given.insert(v.name);
    set(*part, v.name.substr(dot + 1), v.text);
  }
}

std::string path_of(std::string_view language, kind k, const char* form) {
  return std::string{language} + "/" + std::string{to_string(k)} + form;
}

} // namespace

struct templates::parsed {
  ctemplate::TemplateCache cache;

  std::string expand(const std::string& path, const ctemplate::TemplateDictionary& with) {
    std::string out;
    SOUK_ASSERT(cache.ExpandWithData(path, as_it_is, &with, nullptr, &out),
                "every text was parsed at the start");
    return out;
  }
};

templates::templates(shop_words shop) : shop_(std::move(shop)), parsed_(new parsed) {
  for (const auto& [path, text] : embedded_texts()) {
    // Put here, so that no file can forget it.
    const auto escaped = path.ends_with(".html") ? "{{%AUTOESCAPE context=\"HTML\"}}" : "";
    SOUK_ASSERT(parsed_->cache.StringToTemplateCache(std::string{path}, escaped + std::string{text},
                                                     as_it_is),
                "the texts of messages are right");
  }
}

templates::~templates() = default;

rendered templates::render(const message& m) const {
  const std::string language{language_of(m.locale, language_of(shop_.language, languages.front()))};
  ctemplate::TemplateDictionary page{"message"};
  // An included text sees nothing of what includes it.
  auto* body = page.AddIncludeDictionary("body");
  body->SetFilename(path_of(language, m.kind, ".html"));
  for (auto* at : {&page, body}) {
    set(*at, "shop", shop_.name);
    set(*at, "shop_url", shop_.public_url);
    set(*at, "name", plain_name(m.name));
    fill(*at, m.values);
  }
  rendered out{.subject = {}, .text = {}, .html = {}, .language = language};
  out.text = parsed_->expand(path_of(language, m.kind, ".txt"), *body);
  SOUK_ASSERT(out.text.starts_with(subject_mark), "a plain text begins with its subject");
  const auto end = out.text.find('\n');
  out.subject = out.text.substr(subject_mark.size(), end - subject_mark.size());
  out.text.erase(0, out.text.find_first_not_of('\n', end));
  page.SetValue("language", language);
  page.SetValue("subject", out.subject);
  out.html = parsed_->expand(layout, page);
  return out;
}

std::string plain_name(std::string_view name) {
  if (name.size() > name_bytes_max || name.find_first_of("/:@<>") != std::string_view::npos)
    return {};
  for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.', dot + 1))
    if (dot + 1 < name.size() && name[dot + 1] != ' ')
      return {}; // a host's name
  return one_line(name);
}

} // namespace souk::notification
