// Cart events and snapshots ↔ Protobuf.
#include "actors/cart/cart.hpp"
#include "actors/cart/convert.hpp"
#include "actors/order/placement_codec.hpp"
#include "cluster/failure_codec.hpp"

#include <algorithm>

namespace souk::cart {

namespace {

using pb_event = pb::cart_event;

void write(const opened& e, pb_event& out) { to_proto(e, *out.mutable_opened()); }
void write(const line_put& e, pb_event& out) { to_proto(e.line, *out.mutable_line_put()); }
void write(const line_changed& e, pb_event& out) {
  out.mutable_line_changed()->set_line(e.line);
  out.mutable_line_changed()->set_quantity(e.quantity);
}
void write(const line_removed& e, pb_event& out) { out.set_line_removed(e.line); }
void write(const repriced& e, pb_event& out) { to_proto(e.prices, *out.mutable_repriced()); }
void write(const country_set& e, pb_event& out) { out.set_country_set(e.country); }
void write(const claimed& e, pb_event& out) { out.set_claimed(e.user_id); }
void write(const ordering& e, pb_event& out) {
  order::to_proto(*e.placed, *out.mutable_ordering());
}
void write(const order_placed& e, pb_event& out) { out.set_order_placed(e.order_id); }
void write(const reopened& e, pb_event& out) {
  auto& to = *out.mutable_reopened();
  to.set_order_id(e.order_id);
  for (const auto& p : e.problems)
    cluster::write_problem(p, *to.add_problems());
}
void write(const completed& e, pb_event& out) { out.set_completed(e.order_id); }
void write(const handed_over& e, pb_event& out) {
  out.mutable_handed_over()->set_from_cart(e.from_cart);
  out.mutable_handed_over()->set_to_cart(e.to_cart);
}
void write(const merged& e, pb_event& out) { out.set_merged(e.to_cart); }
void write(const merge_undone& e, pb_event& out) { out.set_merge_undone(e.to_cart); }
void write(const absorbed& e, pb_event& out) {
  auto& to = *out.mutable_absorbed();
  to.set_from_cart(e.from_cart);
  for (const auto& l : e.lines)
    to_proto(l, *to.add_lines());
  for (const auto& p : e.problems)
    cluster::write_problem(p, *to.add_problems());
}
void write(const expired&, pb_event& out) { out.mutable_expired(); }

// Numbers no decision could have made would overflow the sums.
bool is_price(const money& m) { return m.amount >= 0 && m.amount <= amount_max; }
bool is_quantity(int64_t quantity) { return quantity >= 0 && quantity <= 1'000'000; }
bool is_line(const line& l) { return is_price(l.unit_price) && is_quantity(l.quantity); }

template <class Lines>
result<std::vector<line>> read_lines(const Lines& from) {
  auto lines = lines_from(from);
  if (lines && !std::all_of(lines->begin(), lines->end(), is_line))
    return fail(errc::corrupt, "a cart line with impossible numbers");
  return lines;
}

result<model::event> read(const pb_event::opening& x) {
  auto e = opening_from<opened>(x);
  if (!e)
    return e.error();
  return std::move(*e);
}

result<model::event> read(const pb_event::price_list& x) {
  auto prices = from_proto(x);
  if (!prices)
    return prices.error();
  if (!std::all_of(prices->begin(), prices->end(),
                   [](const price& p) { return is_price(p.unit_price); }))
    return fail(errc::corrupt, "an impossible price in a cart");
  return repriced{std::move(*prices)};
}

result<model::event> read(const pb_event::absorption& x) {
  auto lines = read_lines(x.lines());
  if (!lines)
    return lines.error();
  return absorbed{x.from_cart(), std::move(*lines), cluster::read_problems(x.problems())};
}

result<model::event> read_put(const pb::cart_line& x) {
  auto l = from_proto(x);
  if (!l)
    return l.error();
  if (!is_line(*l))
    return fail(errc::corrupt, "a cart line with impossible numbers");
  return line_put{std::move(*l)};
}

result<model::event> read(const pb::order_placement& x) {
  auto placed = order::from_proto(x);
  if (!placed)
    return placed.error();
  return ordering{std::make_shared<const order::placement>(std::move(*placed))};
}

result<model::event> read(const pb_event::line_quantity& x) {
  if (!is_quantity(x.quantity()))
    return fail(errc::corrupt, "a cart line with an impossible quantity");
  return line_changed{x.line(), x.quantity()};
}

} // namespace

std::string model::encode(const event& e) {
  pb_event out;
  std::visit([&](const auto& x) { write(x, out); }, e);
  return out.SerializeAsString();
}

result<model::event> model::decode_event(std::string_view bytes) {
  pb_event in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a cart event");
  switch (in.kind_case()) {
  case pb_event::kOpened:
    return read(in.opened());
  case pb_event::kLinePut:
    return read_put(in.line_put());
  case pb_event::kLineChanged:
    return read(in.line_changed());
  case pb_event::kLineRemoved:
    return line_removed{in.line_removed()};
  case pb_event::kRepriced:
    return read(in.repriced());
  case pb_event::kCountrySet:
    return country_set{in.country_set()};
  case pb_event::kClaimed:
    return claimed{in.claimed()};
  case pb_event::kOrdering:
    return read(in.ordering());
  case pb_event::kOrderPlaced:
    return order_placed{in.order_placed()};
  case pb_event::kReopened:
    return reopened{in.reopened().order_id(), cluster::read_problems(in.reopened().problems())};
  case pb_event::kCompleted:
    return completed{in.completed()};
  case pb_event::kHandedOver:
    return handed_over{in.handed_over().from_cart(), in.handed_over().to_cart()};
  case pb_event::kMerged:
    return merged{in.merged()};
  case pb_event::kMergeUndone:
    return merge_undone{in.merge_undone()};
  case pb_event::kAbsorbed:
    return read(in.absorbed());
  case pb_event::kExpired:
    return expired{};
  case pb_event::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "cart event of an unknown kind");
}

std::string model::encode(const state& s) {
  pb::cart_state out;
  out.set_status(static_cast<uint32_t>(s.status));
  out.set_version(s.version);
  out.set_currency(std::string(s.currency.code()));
  out.set_country(s.country);
  out.set_user_id(s.user_id);
  out.set_session(s.session);
  for (const auto& l : s.lines)
    to_proto(l, *out.add_lines());
  for (const auto& p : s.problems)
    cluster::write_problem(p, *out.add_problems());
  out.set_order_id(s.order_id);
  if (s.owed)
    order::to_proto(*s.owed, *out.mutable_owed());
  out.set_from_cart(s.from_cart);
  out.set_to_cart(s.to_cart);
  for (const auto& id : s.absorbed)
    out.add_absorbed(id);
  out.set_touched_us(to_micros(s.touched));
  for (const auto& id : s.rejected)
    out.add_rejected(id);
  return out.SerializeAsString();
}

result<model::state> model::decode_state(std::string_view bytes, uint32_t version) {
  pb::cart_state in;
  if (version != state_version || !in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a cart snapshot of this version");
  const auto unit = currency::parse(in.currency());
  auto lines = read_lines(in.lines());
  if (!unit || !lines || in.status() > static_cast<uint32_t>(status::expired))
    return fail(errc::corrupt, "a cart snapshot with impossible values");
  state s{.status = static_cast<cart::status>(in.status()),
          .version = in.version(),
          .currency = *unit,
          .country = in.country(),
          .user_id = in.user_id(),
          .session = in.session(),
          .lines = std::move(*lines),
          .problems = cluster::read_problems(in.problems()),
          .order_id = in.order_id(),
          .owed = {},
          .from_cart = in.from_cart(),
          .to_cart = in.to_cart(),
          .absorbed = {in.absorbed().begin(), in.absorbed().end()},
          .rejected = {in.rejected().begin(), in.rejected().end()},
          .touched = from_micros(in.touched_us())};
  if (in.has_owed()) {
    auto placed = order::from_proto(in.owed());
    if (!placed)
      return placed.error();
    s.owed = std::make_shared<const order::placement>(std::move(*placed));
  }
  return s;
}

} // namespace souk::cart
