#include "actors/catalogue/demo_lists.hpp"

#include "actors/catalogue/demo.hpp"
#include "actors/catalogue/demo_category_names.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::catalogue {

namespace demo {

namespace {

words split(std::string_view text, char at) {
  words out;
  for (size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(at, start), text.size());
    out.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return out;
}

word_lists make_lists() {
  word_lists l;
  for (size_t i = 0; i < kinds.size(); ++i) {
    l.nouns.push_back(split_spoken(kinds[i].nouns));
    l.materials.push_back(split_spoken(kinds[i].materials));
    l.by_weight.insert(l.by_weight.end(), kinds[i].weight, static_cast<uint16_t>(i));
  }
  for (auto end : split(brand_ends, ';'))
    for (auto beginning : split(brand_beginnings, ';'))
      l.brands.push_back(std::string{beginning} + (end.front() >= 'a' ? "" : " ") +
                         std::string{end});
  for (auto colour : split_spoken(colours)) {
    l.colours.push_back(colour.english);
    l.colour_values.push_back(colour.german);
  }
  for (const auto& [to, from] :
       {std::pair{&l.adjectives, adjectives}, std::pair{&l.syllables, syllables},
        std::pair{&l.countries, countries}, std::pair{&l.sizes, sizes},
        std::pair{&l.shoe_sizes, shoe_sizes}, std::pair{&l.volumes, volumes},
        std::pair{&l.weights, weights}, std::pair{&l.beds, beds}, std::pair{&l.storages, storages},
        std::pair{&l.rings, rings}, std::pair{&l.openings, openings},
        std::pair{&l.middles, middles}, std::pair{&l.closings, closings}})
    *to = split(from, ';');
  return l;
}

} // namespace

std::vector<spoken> split_spoken(std::string_view text) {
  std::vector<spoken> out;
  for (auto entry : split(text, ';')) {
    auto parts = split(entry, '|');
    parts.resize(3);
    out.push_back({parts[0], parts[1], parts[2]});
  }
  return out;
}

const word_lists& lists() {
  static const word_lists all = make_lists();
  return all;
}

std::string root_name(std::string_view handle) {
  const auto* found = std::ranges::find(roots, handle, &root::handle);
  return found == roots.end() ? std::string{handle} : std::string{found->name};
}

bool is_coloured(const kind& k) { return k.root != "food" && k.root != "care"; }
bool has_warranty(const kind& k) {
  return k.root == "electronics" || k.root == "furniture" || k.leaf == "watches";
}

} // namespace demo

namespace {

namespace json = boost::json;

json::object one_of_texts(const demo::words& values, const char* type = "string") {
  json::array all;
  for (auto value : values)
    all.push_back(json::value(value));
  return {{"type", type}, {"values", std::move(all)}};
}

std::string schema_of(const demo::kind& k) {
  const auto& l = demo::lists();
  demo::words materials;
  for (const auto& m : l.materials[static_cast<size_t>(&k - demo::kinds.data())])
    materials.push_back(m.english);
  json::object schema;
  schema[k.root == "food" ? "variety" : "material"] = one_of_texts(materials);
  schema["style"] = one_of_texts(l.adjectives);
  schema["made_in"] = one_of_texts(l.countries);
  schema["recycled"] = json::object{{"type", "boolean"}};
  if (demo::is_coloured(k))
    schema["colours"] = one_of_texts(l.colours, "strings");
  if (demo::has_warranty(k))
    schema["warranty_months"] = json::object{{"type", "integer"}, {"minimum", 0}, {"maximum", 120}};
  return json::serialize(schema);
}

} // namespace

std::vector<category> demo_categories() {
  std::vector<category> all;
  const auto names = demo::split_spoken(demo::category_names);
  const auto add = [&](std::string_view handle, std::string_view parent, std::string_view name,
                       std::string schema) {
    category one;
    one.handle = handle;
    one.parent = parent;
    one.name = name;
    one.attribute_schema = std::move(schema);
    one.position = static_cast<int64_t>(all.size());
    const auto named = std::ranges::find(names, handle, &demo::spoken::english);
    SOUK_ASSERT(named != names.end(), "the demo names its categories in all its languages");
    one.names = {{"de", std::string{named->german}}, {"fr", std::string{named->french}}};
    all.push_back(std::move(one));
  };
  for (const auto& r : demo::roots)
    add(r.handle, "", r.name, "{}");
  for (const auto& k : demo::kinds)
    add(k.leaf, k.root, k.name, schema_of(k));
  return all;
}

} // namespace souk::catalogue
