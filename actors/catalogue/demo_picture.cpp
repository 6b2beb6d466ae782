#include "actors/catalogue/demo_picture.hpp"

#include "actors/catalogue/check.hpp"
#include "actors/catalogue/demo_lists.hpp"
#include "actors/catalogue/demo_shapes.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace souk::catalogue {

namespace {

constexpr std::string_view path_in_front = "/media/demo/";
constexpr std::string_view ending = ".svg";
constexpr size_t words_most = 4; ///< of a noun: "Socks for the Night"

static_assert(shapes.size() == static_cast<size_t>(silhouette::pump) + 1);

/// FNV-1a: the same for ever.
uint32_t mixed(std::string_view text) {
  uint32_t h = 2166136261u;
  for (char c : text)
    h = (h ^ static_cast<unsigned char>(c)) * 16777619u;
  return h;
}

struct rgb {
  int red, green, blue;
};

rgb parse_colour(std::string_view hex) {
  const auto byte = [hex](size_t at) {
    return std::stoi(std::string{hex.substr(at, 2)}, nullptr, 16);
  };
  return {byte(1), byte(3), byte(5)};
}

std::string text_of(rgb c) {
  char text[8];
  std::snprintf(text, sizeof text, "#%02x%02x%02x", c.red, c.green, c.blue);
  return text;
}

/// `percent` of the way from `c` to `to`.
rgb towards(rgb c, rgb to, int percent) {
  const auto mix = [percent](int a, int b) { return a + (b - a) * percent / 100; };
  return {mix(c.red, to.red), mix(c.green, to.green), mix(c.blue, to.blue)};
}

int brightness(rgb c) { return (c.red * 3 + c.green * 6 + c.blue) / 10; }

constexpr rgb ink{32, 36, 44};
constexpr rgb paper{255, 255, 255};
constexpr std::array<std::string_view, 6> backdrops = {"#e9edf2", "#f1ebe3", "#e6efe8",
                                                       "#efe8f0", "#e4eef1", "#f3eddc"};
constexpr std::array<std::string_view, 5> accents = {"#e0a33a", "#d9644a", "#3f8f8a", "#5b76b8",
                                                     "#a9b84c"};
constexpr std::array<std::string_view, 4> woods = {"#c99b66", "#a8743f", "#8a5a38", "#dcb98a"};

/// The palette of one picture, by the letter behind '$'.
struct palette {
  std::string body, dark, light, line;
  std::string_view accent, wood;

  std::string_view of(char letter) const {
    switch (letter) {
    case 'b':
      return body;
    case 'd':
      return dark;
    case 'l':
      return light;
    case 'a':
      return accent;
    case 'w':
      return wood;
    default:
      return line;
    }
  }
};

palette palette_of(rgb body, uint32_t detail) {
  // On a black body only lighter tones show.
  const bool is_black = brightness(body) < 60;
  return {.body = text_of(body),
          .dark = text_of(is_black ? towards(body, paper, 16) : towards(body, ink, 24)),
          .light = text_of(towards(body, paper, is_black ? 36 : 46)),
          .line = text_of(towards(body, ink, is_black ? 100 : 62)),
          .accent = accents[detail / 7 % accents.size()],
          .wood = woods[detail / 11 % woods.size()]};
}

std::string paint(std::string_view shape, const palette& p) {
  std::string out;
  for (size_t i = 0; i < shape.size(); ++i)
    if (shape[i] == '$' && i + 1 < shape.size())
      out += p.of(shape[++i]);
    else
      out += shape[i];
  return out;
}

/// Nouns as they end a handle, and what they look like.
const std::map<std::string, silhouette, std::less<>>& drawn_nouns() {
  static const auto all = [] {
    std::map<std::string, silhouette, std::less<>> found;
    for (size_t i = 0; i < demo::kinds.size(); ++i)
      for (const auto& noun : demo::lists().nouns[i])
        found.emplace(make_handle(noun.english), demo::kinds[i].drawn);
    return found;
  }();
  return all;
}

/// "varo-linen-chef-s-knife-123": the longest noun before the number.
std::optional<silhouette> picture_of(std::string_view handle) {
  handle = handle.substr(0, std::min(handle.rfind('-'), handle.size()));
  std::optional<silhouette> best;
  size_t start = handle.size();
  for (size_t n = 0; n < words_most && start > 0; ++n) {
    const auto dash = handle.rfind('-', start - 1);
    start = dash == handle.npos ? 0 : dash;
    const auto noun = handle.substr(start == 0 && dash == handle.npos ? 0 : start + 1);
    if (const auto known = drawn_nouns().find(noun); known != drawn_nouns().end())
      best = known->second;
  }
  return best;
}

std::optional<std::string_view> value_of(std::string_view colour) {
  const auto& l = demo::lists();
  for (size_t i = 0; i < l.colours.size(); ++i)
    if (make_handle(l.colours[i]) == colour)
      return l.colour_values[i];
  return std::nullopt;
}

} // namespace

std::string draw(silhouette what, std::string_view body, uint32_t detail) {
  const auto p = palette_of(parse_colour(body), detail);
  std::string out =
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400">)";
  ((out += R"(<rect width="400" height="400" rx="24" fill=")") +=
   backdrops[detail % backdrops.size()]) += R"("/>)";
  out += R"(<ellipse cx="200" cy="338" rx="120" ry="14" fill="#20242c" opacity=".12"/>)";
  ((out += R"(<g stroke=")") += p.line) += R"(" stroke-width="3" stroke-linejoin="round">)";
  return (out += paint(shapes[static_cast<size_t>(what)], p)) += "</g></svg>\n";
}

std::string demo_picture_url(std::string_view handle, std::string_view colour) {
  std::string url{path_in_front};
  url += handle;
  if (!colour.empty())
    (url += '.') += make_handle(colour);
  return url += ending;
}

std::optional<std::string> demo_picture(std::string_view file) {
  if (!file.ends_with(ending))
    return std::nullopt;
  file.remove_suffix(ending.size());
  const auto dot = std::min(file.find('.'), file.size());
  const auto handle = file.substr(0, dot);
  const auto detail = mixed(handle);
  const auto& values = demo::lists().colour_values;
  auto colour = std::optional{values[detail / 13 % values.size()]};
  if (dot < file.size())
    colour = value_of(file.substr(dot + 1));
  const auto what = is_handle(handle) ? picture_of(handle) : std::nullopt;
  if (!what || !colour)
    return std::nullopt;
  return draw(*what, *colour, detail);
}

} // namespace souk::catalogue
