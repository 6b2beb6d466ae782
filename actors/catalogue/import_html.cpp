#include "actors/catalogue/import_html.hpp"

#include <algorithm>
#include <libxml/HTMLparser.h>
#include <memory>

namespace souk::catalogue {

namespace {

constexpr int depth_max = 200; ///< of elements; what lies deeper is left out

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> all) {
  return std::ranges::find(all, name) != all.end();
}
/// Not meant to be read.
bool is_hidden(std::string_view name) {
  return is_one_of(name, {"script", "style", "head", "template", "iframe", "object", "noscript",
                          "svg", "math", "title", "textarea", "select", "button"});
}
bool is_paragraph(std::string_view name) {
  return is_one_of(name, {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table",
                          "blockquote", "pre", "hr"});
}
bool is_line(std::string_view name) {
  return is_one_of(name, {"li", "div", "tr", "section", "article", "dt", "dd"});
}

class writer {
public:
  /// Runs of white space are one space; none at a line's beginning.
  void words(std::string_view text) {
    for (char c : text) {
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f')
        space_ = true;
      else
        put(c);
    }
  }
  void line() { breaks_ = std::max(breaks_, 1); }
  void line_break() { breaks_ = std::min(breaks_ + 1, 2); }
  void paragraph() { breaks_ = 2; }
  void bullet() {
    put_all("•");
    space_ = true;
  }
  void space() { space_ = true; }
  std::string take() { return std::move(out_); }

private:
  void put(char c) {
    if (!out_.empty() && breaks_ > 0)
      out_.append(static_cast<size_t>(breaks_), '\n');
    else if (!out_.empty() && space_)
      out_ += ' ';
    breaks_ = 0;
    space_ = false;
    out_ += c;
  }
  void put_all(std::string_view text) {
    for (char c : text)
      put(c);
  }

  std::string out_;
  int breaks_ = 0;
  bool space_ = false;
};

void write(writer& out, const xmlNode* node, int depth) {
  for (; node != nullptr && depth < depth_max; node = node->next) {
    if (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) {
      if (node->content != nullptr)
        out.words(reinterpret_cast<const char*>(node->content));
      continue;
    }
    if (node->type != XML_ELEMENT_NODE)
      continue;
    const std::string_view name{reinterpret_cast<const char*>(node->name)};
    if (is_hidden(name))
      continue;
    const auto part = [&] {
      if (name == "br")
        out.line_break();
      else if (is_paragraph(name))
        out.paragraph();
      else if (is_line(name))
        out.line();
      else if (name == "td" || name == "th")
        out.space();
    };
    part();
    if (name == "li")
      out.bullet();
    write(out, node->children, depth + 1);
    if (name != "br")
      part();
  }
}

} // namespace

std::string text_of_html(std::string_view html) {
  if (html.find_first_not_of(" \t\r\n") == html.npos)
    return {};
  const std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)> page{
      htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, "UTF-8",
                     HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                         HTML_PARSE_NONET | HTML_PARSE_COMPACT),
      xmlFreeDoc};
  if (!page)
    return {};
  writer out;
  write(out, xmlDocGetRootElement(page.get()), 0);
  return out.take();
}

std::string html_of_text(std::string_view text) {
  if (text.empty())
    return {};
  std::string out = "<p>";
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n' && text.substr(i).starts_with("\n\n")) {
      out += "</p><p>";
      while (i + 1 < text.size() && text[i + 1] == '\n')
        ++i;
    } else if (c == '\n') {
      out += "<br>";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c != '\r') {
      out += c;
    }
  }
  return out += "</p>";
}

} // namespace souk::catalogue
