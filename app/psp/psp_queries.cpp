// Listing and searching what the model holds.
#include "app/psp/psp_model.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>

namespace souk::psp {

namespace {

namespace bj = boost::json;

std::string field_of(const form& fields, std::string_view name) {
  const auto at = std::ranges::find(fields, name, &form::value_type::first);
  return at == fields.end() ? std::string{} : at->second;
}

int64_t page_size(const form& fields) {
  constexpr int64_t page_default = 10, page_max = 100;
  const auto text = field_of(fields, "limit");
  int64_t out = page_default;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return std::clamp(out, int64_t{1}, page_max);
}

} // namespace

psp_model::reply psp_model::list(const call& what) const {
  const auto limit = static_cast<size_t>(page_size(what.fields));
  const auto after = intents_.find(field_of(what.fields, "starting_after"));
  auto next = in_order_.rbegin();
  if (after != intents_.end())
    next = std::find(next, in_order_.rend(), &after->second) + 1;
  bj::array data(memory_);
  for (; next != in_order_.rend() && data.size() < limit; ++next)
    data.push_back(to_json(**next, expand_, base_url_, memory_));
  const bool more = next != in_order_.rend();
  return {200,
          {{"object", "list"}, {"url", what.path}, {"has_more", more}, {"data", std::move(data)}}};
}

/// Understands metadata['key']:'value' terms joined by AND, which is all souk asks for.
psp_model::reply psp_model::search(const call& what) const {
  const auto query = field_of(what.fields, "query");
  std::vector<std::pair<std::string, std::string>> terms;
  for (std::string_view rest = query; !rest.empty();) {
    const auto key_end = rest.find("']:'");
    const auto value_end = key_end == rest.npos ? rest.npos : rest.find('\'', key_end + 4);
    if (!rest.starts_with("metadata['") || value_end == rest.npos)
      return reply::error(400, "invalid_request_error", "", "The search query cannot be read",
                          "query");
    terms.emplace_back(rest.substr(10, key_end - 10),
                       rest.substr(key_end + 4, value_end - key_end - 4));
    rest.remove_prefix(value_end + 1);
    if (rest.starts_with(" AND "))
      rest.remove_prefix(5);
  }
  bj::array data(memory_);
  for (const auto& [id, one] : intents_) {
    const auto fits = [&](const auto& term) {
      const auto at = one.metadata.find(term.first);
      return at != one.metadata.end() && at->second == term.second;
    };
    if (std::ranges::all_of(terms, fits))
      data.push_back(to_json(one, expand_, base_url_, memory_));
  }
  return {200,
          {{"object", "search_result"},
           {"url", what.path},
           {"has_more", false},
           {"data", std::move(data)}}};
}

outcome psp_model::list_everything() const {
  bj::array data;
  for (const auto& [id, one] : intents_)
    data.push_back(to_json(one, true, base_url_));
  bj::array refunds;
  for (const auto& [id, one] : refunds_)
    refunds.push_back(one);
  return {200,
          bj::serialize(bj::object{{"data", std::move(data)}, {"refunds", std::move(refunds)}})};
}

} // namespace souk::psp
