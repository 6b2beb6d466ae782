#include "http/json_reader.hpp"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>

namespace souk::http {

namespace {

namespace bj = boost::json;

/// Builds the value and counts members: an object that keeps fewer of them had a repeated name.
struct counting_builder {
  static constexpr size_t max_object_size = 100'000;
  static constexpr size_t max_array_size = 100'000;
  static constexpr size_t max_key_size = 1'024;
  static constexpr size_t max_string_size = 16 << 20;

  bj::value_stack stack;
  size_t members = 0;
  using error = bj::error_code;

  bool on_document_begin(error&) { return stack.reset(), true; }
  bool on_document_end(error&) { return true; }
  bool on_object_begin(error&) { return true; }
  bool on_object_end(size_t n, error&) { return members += n, stack.push_object(n), true; }
  bool on_array_begin(error&) { return true; }
  bool on_array_end(size_t n, error&) { return stack.push_array(n), true; }
  bool on_key_part(bj::string_view s, size_t, error&) { return stack.push_chars(s), true; }
  bool on_key(bj::string_view s, size_t, error&) { return stack.push_key(s), true; }
  bool on_string_part(bj::string_view s, size_t, error&) { return stack.push_chars(s), true; }
  bool on_string(bj::string_view s, size_t, error&) { return stack.push_string(s), true; }
  bool on_number_part(bj::string_view, error&) { return true; }
  bool on_int64(int64_t i, bj::string_view, error&) { return stack.push_int64(i), true; }
  bool on_uint64(uint64_t u, bj::string_view, error&) { return stack.push_uint64(u), true; }
  bool on_double(double d, bj::string_view, error&) { return stack.push_double(d), true; }
  bool on_bool(bool b, error&) { return stack.push_bool(b), true; }
  bool on_null(error&) { return stack.push_null(), true; }
  bool on_comment_part(bj::string_view, error&) { return true; }
  bool on_comment(bj::string_view, error&) { return true; }
};

size_t count_members(const bj::value& value) {
  size_t out = 0;
  if (const auto* o = value.if_object()) {
    out = o->size();
    for (const auto& member : *o)
      out += count_members(member.value());
  } else if (const auto* a = value.if_array()) {
    for (const auto& item : *a)
      out += count_members(item);
  }
  return out;
}

std::string escape_pointer(std::string_view name) {
  std::string out;
  for (char c : name)
    out += c == '~' ? std::string{"~0"} : c == '/' ? std::string{"~1"} : std::string(1, c);
  return out;
}

bool has_control(std::string_view text, text_limits limits) {
  return std::ranges::any_of(text, [&](char c) {
    if (limits.lines && (c == '\n' || c == '\t'))
      return false;
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
  });
}

constexpr const char* required = "required";
constexpr const char* wrong_type = "wrong_type";
constexpr const char* out_of_range = "out_of_range";

} // namespace

result<bj::value> parse_json(std::string_view text) {
  try {
    bj::parse_options options;
    options.max_depth = json_depth_max;
    bj::basic_parser<counting_builder> parser{options};
    bj::error_code ec;
    const auto used = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && text.find_first_not_of(" \t\r\n", used) != std::string_view::npos)
      return fail(errc::malformed, "something follows the JSON text");
    if (ec)
      return fail(errc::malformed,
                  "not JSON at byte " + std::to_string(used) + ": " + ec.message());
    auto value = parser.handler().stack.release();
    if (count_members(value) != parser.handler().members)
      return fail(errc::malformed, "an object names a member twice");
    return value;
  } catch (const std::exception& e) {
    return fail(errc::malformed, e.what());
  }
}

object_reader::object_reader(const bj::value* value, std::string pointer,
                             std::vector<problem>& wrong)
    : object_(value ? value->if_object() : nullptr), pointer_(std::move(pointer)), wrong_(wrong) {
  if (value && !object_)
    wrong_.push_back({wrong_type, pointer_, "must be an object", std::nullopt});
}

object_reader::~object_reader() {
  if (!object_)
    return;
  for (const auto& member : *object_)
    if (std::ranges::find(known_, std::string_view{member.key()}) == known_.end())
      refuse(member.key(), "unknown_field", "this field is not known here");
}

void object_reader::refuse(std::string_view name, std::string code, std::string detail) {
  constexpr size_t problems_max = 100;
  if (wrong_.size() < problems_max)
    wrong_.push_back(
        {std::move(code), pointer_ + "/" + escape_pointer(name), std::move(detail), std::nullopt});
}

bool object_reader::has(std::string_view name) const {
  const auto* found = object_ ? object_->if_contains(name) : nullptr;
  return found && !found->is_null();
}

const bj::value* object_reader::take(std::string_view name, bool must) {
  known_.emplace_back(name);
  if (!object_)
    return nullptr;
  const auto* found = object_->if_contains(name);
  if (found && !found->is_null())
    return found;
  if (must)
    refuse(name, required, "is required");
  return nullptr;
}

const bj::value* object_reader::take_array(std::string_view name, size_t max) {
  const auto* found = take(name, true);
  if (!found)
    return nullptr;
  if (!found->is_array())
    return refuse(name, wrong_type, "must be a list"), nullptr;
  if (found->get_array().size() > max)
    return refuse(name, out_of_range, "has more than " + std::to_string(max) + " items"), nullptr;
  return found;
}

std::optional<std::string> object_reader::read_text(std::string_view name, text_limits limits,
                                                    bool must) {
  const auto* found = take(name, must);
  if (!found)
    return std::nullopt;
  const auto* text = found->if_string();
  if (!text)
    return refuse(name, wrong_type, "must be a string"), std::nullopt;
  if (text->size() < limits.min || text->size() > limits.max)
    return refuse(name, out_of_range,
                  "must have " + std::to_string(limits.min) + " to " + std::to_string(limits.max) +
                      " bytes"),
           std::nullopt;
  if (has_control(*text, limits))
    return refuse(name, "control_character", "must not hold control characters"), std::nullopt;
  return std::string{*text};
}

std::string object_reader::text(std::string_view name, text_limits limits) {
  return read_text(name, limits, true).value_or("");
}

std::optional<std::string> object_reader::optional_text(std::string_view name, text_limits limits) {
  return read_text(name, limits, false);
}

std::optional<int64_t> object_reader::read_integer(std::string_view name, int64_t min, int64_t max,
                                                   bool must) {
  const auto* found = take(name, must);
  if (!found)
    return std::nullopt;
  const bool huge =
      found->is_uint64() ||
      (found->is_double() && (found->get_double() >= 0x1p63 || found->get_double() < -0x1p63));
  if (!found->is_int64() && !huge)
    return refuse(name, wrong_type, "must be a whole number"), std::nullopt;
  if (huge || found->get_int64() < min || found->get_int64() > max)
    return refuse(name, out_of_range,
                  "must be " + std::to_string(min) + " to " + std::to_string(max)),
           std::nullopt;
  return found->get_int64();
}

int64_t object_reader::integer(std::string_view name, int64_t min, int64_t max) {
  return read_integer(name, min, max, true).value_or(0);
}

std::optional<int64_t> object_reader::optional_integer(std::string_view name, int64_t min,
                                                       int64_t max) {
  return read_integer(name, min, max, false);
}

bool object_reader::boolean(std::string_view name) {
  const bool present = has(name);
  const auto value = optional_boolean(name);
  if (!present && object_)
    refuse(name, required, "is required");
  return value.value_or(false);
}

std::optional<bool> object_reader::optional_boolean(std::string_view name) {
  const auto* found = take(name, false);
  if (!found)
    return std::nullopt;
  if (!found->is_bool())
    return refuse(name, wrong_type, "must be true or false"), std::nullopt;
  return found->get_bool();
}

std::optional<souk::money> object_reader::optional_money(std::string_view name) {
  if (!has(name))
    return known_.emplace_back(name), std::nullopt;
  return money(name);
}

souk::money object_reader::money(std::string_view name) {
  souk::money out;
  object(name, [&](object_reader& in) {
    out.amount = in.integer("amount", 0, amount_max);
    const auto code = in.read_text("currency", {3, 3}, true);
    if (!code)
      return;
    if (auto known = currency::parse(*code))
      out.currency = *known;
    else
      in.refuse("currency", "unknown_currency", "is no currency souk knows");
  });
  return out;
}

void object_reader::object(std::string_view name, const std::function<void(object_reader&)>& read) {
  object_reader nested{take(name, true), pointer_ + "/" + escape_pointer(name), wrong_};
  read(nested);
}

void object_reader::optional_object(std::string_view name,
                                    const std::function<void(object_reader&)>& read) {
  if (has(name))
    object(name, read);
  else
    known_.emplace_back(name);
}

void object_reader::array(std::string_view name, size_t max,
                          const std::function<void(object_reader&)>& read) {
  const auto* found = take_array(name, max);
  if (!found)
    return;
  size_t at = 0;
  for (const auto& item : found->get_array()) {
    object_reader nested{&item, pointer_ + "/" + escape_pointer(name) + "/" + std::to_string(at++),
                         wrong_};
    read(nested);
  }
}

std::vector<std::string> object_reader::texts(std::string_view name, size_t max,
                                              text_limits limits) {
  std::vector<std::string> out;
  const auto* found = take_array(name, max);
  if (!found)
    return out;
  for (const auto& item : found->get_array()) {
    const auto* text = item.if_string();
    if (!text || text->size() < limits.min || text->size() > limits.max ||
        has_control(*text, limits))
      refuse(name, wrong_type, "holds an item that is no text of the right length");
    else
      out.emplace_back(*text);
  }
  return out;
}

const bj::value& object_reader::any(std::string_view name) {
  static const bj::value nothing;
  const auto* found = take(name, false);
  return found ? *found : nothing;
}

result<json_body> json_body::of(const request& from) {
  auto type = from.header_value("content-type");
  type = type.substr(0, type.find_first_of("; \t"));
  if (!same_name(type, "application/json"))
    return fail(errc::unsupported_media_type, "Content-Type must be application/json");
  return of_text(from.body);
}

result<json_body> json_body::of_text(std::string_view text) {
  auto value = parse_json(text);
  if (!value)
    return value.error();
  if (!value->is_object())
    return fail_field("", wrong_type, "the body must be an object");
  json_body out;
  out.value_ = std::make_unique<bj::value>(std::move(*value));
  out.wrong_ = std::make_unique<std::vector<problem>>();
  out.root_ = std::make_unique<object_reader>(out.value_.get(), "", *out.wrong_);
  return out;
}

std::optional<failure> json_body::finish() {
  root_.reset();
  if (wrong_->empty())
    return std::nullopt;
  return failure{.code = errc::invalid,
                 .detail = wrong_->front().field + " " + wrong_->front().detail,
                 .problems = *wrong_};
}

} // namespace souk::http
