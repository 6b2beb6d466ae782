#include "http/openapi.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <set>

namespace souk::http {

namespace {

namespace bj = boost::json;

struct operation {
  std::string id;
  std::set<std::string> params; ///< in the path
};
using operations = std::map<std::string, operation>; ///< by "GET /v1/products/{id}"

std::set<std::string> params_in(std::string_view path) {
  std::set<std::string> out;
  for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1))
    out.emplace(path.substr(open + 1, path.find('}', open) - open - 1));
  return out;
}

std::set<std::string> declared_params(const bj::object& of) {
  std::set<std::string> out;
  const auto* all = of.if_contains("parameters");
  if (!all)
    return out;
  for (const auto& one : all->as_array())
    if (const auto* in = one.as_object().if_contains("in"); in && *in == "path")
      out.emplace(one.at("name").as_string());
  return out;
}

operations read_document(std::string_view document) {
  operations out;
  const auto parsed = bj::parse(document);
  for (const auto& path : parsed.at("paths").as_object())
    for (const auto& verb : path.value().as_object()) {
      std::string name{verb.key()};
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
      const auto& body = verb.value().as_object();
      out[name + " " + std::string{path.key()}] = {std::string{body.at("operationId").as_string()},
                                                   declared_params(body)};
    }
  return out;
}

} // namespace

std::vector<std::string> openapi_mismatches(const router& routes, std::string_view document) {
  std::vector<std::string> out;
  operations wanted;
  try {
    wanted = read_document(document);
  } catch (const std::exception& e) {
    return {std::string{"the document cannot be read: "} + e.what()};
  }
  for (const auto& [place, what] : wanted)
    if (params_in(place) != what.params)
      out.push_back(place + " does not declare the parameters of its path");
  for (const auto& r : routes.routes()) {
    if (r->name.empty())
      continue;
    const auto place = std::string{to_string(r->verb)} + " " + r->pattern;
    const auto found = wanted.find(place);
    if (found == wanted.end()) {
      out.push_back(place + " is routed but not documented");
      continue;
    }
    if (found->second.id != r->name)
      out.push_back(place + " is routed as " + r->name + " but documented as " + found->second.id);
    wanted.erase(found);
  }
  for (const auto& [place, what] : wanted)
    out.push_back(place + " is documented as " + what.id + " but not routed");
  return out;
}

} // namespace souk::http
