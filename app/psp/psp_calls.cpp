// Calls as they come in: idempotency keys, the site's own pages, and what the knobs make go wrong.
#include "app/psp/psp_model.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace souk::psp {

namespace {

namespace bj = boost::json;

struct knob {
  const char* name;
  int64_t knobs::*value;
  int64_t max;
};
constexpr int64_t million = 1'000'000;
constexpr size_t answer_room = 4096; ///< on the stack: most answers fit
constexpr knob all_knobs[] = {{"delay_min_ms", &knobs::delay_min_ms, 60'000},
                              {"delay_max_ms", &knobs::delay_max_ms, 60'000},
                              {"lose_before_ppm", &knobs::lose_before_ppm, million},
                              {"lose_after_ppm", &knobs::lose_after_ppm, million},
                              {"error_ppm", &knobs::error_ppm, million},
                              {"duplicate_ppm", &knobs::duplicate_ppm, million},
                              {"reorder_ppm", &knobs::reorder_ppm, million},
                              {"seed", &knobs::seed, std::numeric_limits<int64_t>::max()}};

std::string error_body(const char* type, const char* message) {
  return bj::serialize(bj::object{{"error", bj::object{{"type", type}, {"message", message}}}});
}

std::string field_of(const form& fields, std::string_view name) {
  const auto at = std::ranges::find(fields, name, &form::value_type::first);
  return at == fields.end() ? std::string{} : at->second;
}

outcome page(int status, const std::string& text) {
  return {.status = status,
          .body = "<!doctype html><html lang=\"en\"><title>Bank</title><p>" + text + "</p></html>",
          .is_page = true};
}

} // namespace

/// pm_souk_lost_before and pm_souk_lost_after lose one answer for each key, then behave.
bool psp_model::loses(const call& what, std::string_view method) {
  return field_of(what.fields, "payment_method") == method &&
         lost_once_.insert(what.idempotency_key).second;
}

outcome psp_model::handle(const call& what, time_point now) {
  now_s_ = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  announced_.clear();
  constexpr std::string_view authenticate_path = "/_souk/authenticate/";
  outcome out;
  if (what.path.starts_with(authenticate_path))
    out = authenticate(what.path.substr(authenticate_path.size()),
                       field_of(what.fields, "outcome") != "failed");
  else if (what.path == "/_souk/knobs")
    return what.verb == "POST" ? set_knobs(what.fields) : outcome{.body = show_knobs()};
  else if (what.path == "/_souk/intents")
    return list_everything();
  else
    out = what.verb == "POST" ? execute_once(what) : execute(what);
  if (what.verb == "POST" && knobs_.delay_max_ms > 0) {
    const auto span = std::max<int64_t>(knobs_.delay_max_ms - knobs_.delay_min_ms, 0) + 1;
    out.delay_ms =
        knobs_.delay_min_ms + static_cast<int64_t>(random_() % static_cast<uint64_t>(span));
  }
  out.webhooks = std::move(announced_);
  return out;
}

outcome psp_model::execute(const call& what) {
  expand_ = std::ranges::any_of(
      what.fields, [](const auto& field) { return field.first.starts_with("expand"); });
  std::array<unsigned char, answer_room> room;
  bj::monotonic_resource memory(room.data(), room.size());
  memory_ = &memory;
  const auto made = route(what);
  memory_ = {};
  return {.status = made.status, .body = bj::serialize(made.body)};
}

/// A key's first answer is its only one, 500s too; only refused parameters may be corrected under
/// it.
outcome psp_model::execute_once(const call& what) {
  const auto& key = what.idempotency_key;
  if (chance(knobs_.lose_before_ppm) || loses(what, "pm_souk_lost_before"))
    return {.lost = true};
  if (const auto known = answers_.find(key); !key.empty() && known != answers_.end()) {
    if (known->second.fields != what.fields || known->second.path != what.path)
      return {.status = 400,
              .body = error_body("idempotency_error", "This key was used with other parameters")};
    return {.status = known->second.status, .body = known->second.body, .replayed = true};
  }
  const bool fails = chance(knobs_.error_ppm);
  const bool has_effect = !fails || chance(million / 2);
  auto out = has_effect ? execute(what) : outcome{};
  if (fails) {
    out.status = 500;
    out.body = error_body("api_error", "An error on our side");
  }
  if (!key.empty() && out.status != 400)
    answers_[key] = {what.fields, what.path, out.status, out.body};
  out.lost = chance(knobs_.lose_after_ppm) || loses(what, "pm_souk_lost_after");
  return out;
}

outcome psp_model::authenticate(const std::string& id, bool passes) {
  auto* on = lookup(id);
  if (!on)
    return page(404, "There is no such payment.");
  if (on->status == "requires_action" && !passes) {
    on->payment_method.clear();
    decline(*on, "payment_intent_authentication_failure", {});
    return page(200, "The payment is not authenticated. You can go back to the shop.");
  }
  if (on->status == "requires_action") {
    authorise(*on);
  } else if (on->status != "requires_capture" && on->status != "succeeded") {
    return page(409, "This payment does not wait for you.");
  }
  return page(200, "The payment is authenticated. You can go back to the shop.");
}

outcome psp_model::set_knobs(const form& fields) {
  auto next = knobs_;
  for (const auto& [name, text] : fields) {
    const auto known = std::ranges::find(all_knobs, std::string_view{name},
                                         [](const knob& k) { return std::string_view{k.name}; });
    int64_t value = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (known == std::end(all_knobs) || ec != std::errc{} || end != text.data() + text.size() ||
        value < 0 || value > known->max)
      return {.status = 400, .body = error_body("invalid_request_error", "No such knob or value")};
    next.*(known->value) = value;
  }
  if (next.seed != knobs_.seed)
    random_.seed(static_cast<uint64_t>(next.seed));
  knobs_ = next;
  return {.body = show_knobs()};
}

std::string psp_model::show_knobs() const {
  bj::object out;
  for (const auto& k : all_knobs)
    out[k.name] = knobs_.*k.value;
  return bj::serialize(out);
}

} // namespace souk::psp
