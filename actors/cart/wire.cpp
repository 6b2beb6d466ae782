// Commands and replies of carts between nodes ↔ Protobuf.
#include "actors/cart/convert.hpp"
#include "actors/order/placement_codec.hpp"
#include "cluster/failure_codec.hpp"

namespace souk::cart {

namespace {

using pb_command = pb::cart_command;
using pb_reply = pb::cart_reply;

/// `Message` has an expected_version that may be absent.
template <class Message>
std::optional<uint64_t> expected(const Message& from) {
  return from.has_expected_version() ? std::optional{from.expected_version()} : std::nullopt;
}

void write(const open& c, pb_command& out) { to_proto(c, *out.mutable_open()); }
void write(const add_line& c, pb_command& out) {
  auto& to = *out.mutable_add_line();
  to_proto(line{c.line_id, c.sku, c.product_id, c.title, c.options, c.quantity, c.unit_price,
                c.priced_at},
           *to.mutable_line());
  if (c.expected_version)
    to.set_expected_version(*c.expected_version);
}
void write(const change_line& c, pb_command& out) {
  auto& to = *out.mutable_change_line();
  to.set_line(c.line);
  to.set_quantity(c.quantity);
  if (c.expected_version)
    to.set_expected_version(*c.expected_version);
}
void write(const remove_line& c, pb_command& out) {
  auto& to = *out.mutable_remove_line();
  to.set_line(c.line);
  if (c.expected_version)
    to.set_expected_version(*c.expected_version);
}
void write(const reprice& c, pb_command& out) { to_proto(c.prices, *out.mutable_reprice()); }
void write(const set_country& c, pb_command& out) {
  out.mutable_set_country()->set_country(c.country);
}
void write(const claim& c, pb_command& out) { out.mutable_claim()->set_user_id(c.user_id); }
void write(const checkout& c, pb_command& out) {
  auto& to = *out.mutable_checkout();
  order::to_proto(c.placed, *to.mutable_placed());
  if (c.expected_version)
    to.set_expected_version(*c.expected_version);
}
void write(const hand_over& c, pb_command& out) {
  out.mutable_hand_over()->set_from_cart(c.from_cart);
  out.mutable_hand_over()->set_to_cart(c.to_cart);
}
void write(const get&, pb_command& out) { out.mutable_get(); }
void write(const order_answered& c, pb_command& out) {
  out.mutable_order_answered()->set_order_id(c.order_id);
}
void write(const reopen& c, pb_command& out) {
  auto& to = *out.mutable_reopen();
  to.set_order_id(c.order_id);
  for (const auto& p : c.problems)
    cluster::write_problem(p, *to.add_problems());
}
void write(const complete& c, pb_command& out) { out.mutable_complete()->set_order_id(c.order_id); }
void write(const absorb& c, pb_command& out) {
  auto& to = *out.mutable_absorb();
  to.set_from_cart(c.from_cart);
  for (const auto& l : c.lines)
    to_proto(l, *to.add_lines());
}
void write(const merge_answered& c, pb_command& out) {
  out.mutable_merge_answered()->set_to_cart(c.to_cart);
}
void write(const merge_refused& c, pb_command& out) {
  out.mutable_merge_refused()->set_to_cart(c.to_cart);
}
void write(const expire&, pb_command& out) { out.mutable_expire(); }

result<command> read(const pb::cart_event_opening& from) {
  auto c = opening_from<open>(from);
  if (!c)
    return c.error();
  return std::move(*c);
}

result<command> read(const pb_command::line_addition& from) {
  auto l = from_proto(from.line());
  if (!l)
    return l.error();
  return add_line{.line_id = std::move(l->id),
                  .sku = std::move(l->sku),
                  .product_id = std::move(l->product_id),
                  .title = std::move(l->title),
                  .quantity = l->quantity,
                  .options = std::move(l->options),
                  .unit_price = l->unit_price,
                  .priced_at = l->priced_at,
                  .expected_version = expected(from)};
}

result<command> read(const pb::cart_event_price_list& from) {
  auto prices = from_proto(from);
  if (!prices)
    return prices.error();
  return reprice{std::move(*prices)};
}

result<command> read(const pb_command::ordering& from) {
  auto placed = order::from_proto(from.placed());
  if (!placed)
    return placed.error();
  return checkout{std::move(*placed), expected(from)};
}

result<command> read(const pb::cart_event_absorption& from) {
  auto lines = lines_from(from.lines());
  if (!lines)
    return lines.error();
  return absorb{from.from_cart(), std::move(*lines)};
}

void write(const money& from, pb::order_money& to) {
  to.set_amount(from.amount);
  to.set_currency(std::string(from.currency.code()));
}

result<money> read(const pb::order_money& from) {
  const auto unit = currency::parse(from.currency());
  if (!unit)
    return fail(errc::corrupt, "a sum in an unknown currency");
  return money{from.amount(), *unit};
}

void write(const cart_view& r, pb_reply& out) {
  auto& to = *out.mutable_view();
  to.set_version(r.version);
  to.set_currency(std::string(r.currency.code()));
  to.set_country(r.country);
  to.set_user_id(r.user_id);
  to.set_session(r.session);
  to.set_status(static_cast<uint32_t>(r.status));
  to.set_order_id(r.order_id);
  to.set_to_cart(r.to_cart);
  for (const auto& l : r.lines) {
    auto& one = *to.add_lines();
    to_proto(l, *one.mutable_line());
    write(l.line_total, *one.mutable_line_total());
  }
  write(r.subtotal, *to.mutable_subtotal());
  for (const auto& p : r.problems)
    cluster::write_problem(p, *to.add_problems());
  for (const auto& id : r.rejected)
    to.add_rejected(id);
}

result<reply> read(const pb_reply::cart_view& from) {
  const auto unit = currency::parse(from.currency());
  const auto subtotal = read(from.subtotal());
  if (!unit || !subtotal || from.status() > static_cast<uint32_t>(status::expired))
    return fail(errc::corrupt, "a cart with impossible values");
  cart_view to{.version = from.version(),
               .currency = *unit,
               .country = from.country(),
               .user_id = from.user_id(),
               .session = from.session(),
               .status = static_cast<cart::status>(from.status()),
               .order_id = from.order_id(),
               .to_cart = from.to_cart(),
               .lines = {},
               .subtotal = *subtotal,
               .problems = cluster::read_problems(from.problems()),
               .rejected = {from.rejected().begin(), from.rejected().end()}};
  for (const auto& l : from.lines()) {
    auto one = from_proto(l.line());
    const auto total = read(l.line_total());
    if (!one || !total)
      return fail(errc::corrupt, "a cart line with impossible values");
    to.lines.push_back({std::move(*one), *total});
  }
  return to;
}

} // namespace

std::string contract::encode(const cart::command& what) {
  pb_command out;
  std::visit([&](const auto& c) { write(c, out); }, what);
  return out.SerializeAsString();
}

result<cart::command> contract::decode_command(std::string_view bytes) {
  pb_command in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a cart command");
  switch (in.kind_case()) {
  case pb_command::kOpen:
    return read(in.open());
  case pb_command::kAddLine:
    return read(in.add_line());
  case pb_command::kChangeLine:
    return change_line{in.change_line().line(), in.change_line().quantity(),
                       expected(in.change_line())};
  case pb_command::kRemoveLine:
    return remove_line{in.remove_line().line(), expected(in.remove_line())};
  case pb_command::kReprice:
    return read(in.reprice());
  case pb_command::kSetCountry:
    return set_country{in.set_country().country()};
  case pb_command::kClaim:
    return claim{in.claim().user_id()};
  case pb_command::kCheckout:
    return read(in.checkout());
  case pb_command::kHandOver:
    return hand_over{in.hand_over().from_cart(), in.hand_over().to_cart()};
  case pb_command::kGet:
    return get{};
  case pb_command::kOrderAnswered:
    return order_answered{in.order_answered().order_id()};
  case pb_command::kReopen:
    return reopen{in.reopen().order_id(), cluster::read_problems(in.reopen().problems())};
  case pb_command::kComplete:
    return complete{in.complete().order_id()};
  case pb_command::kAbsorb:
    return read(in.absorb());
  case pb_command::kMergeAnswered:
    return merge_answered{in.merge_answered().to_cart()};
  case pb_command::kMergeRefused:
    return merge_refused{in.merge_refused().to_cart()};
  case pb_command::kExpire:
    return expire{};
  case pb_command::KIND_NOT_SET:
    break;
  }
  return fail(errc::corrupt, "a cart command of an unknown kind");
}

std::string contract::encode(const cart::reply& what) {
  pb_reply out;
  std::visit([&](const auto& r) { write(r, out); }, what);
  return out.SerializeAsString();
}

result<cart::reply> contract::decode_reply(std::string_view bytes) {
  pb_reply in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    return fail(errc::corrupt, "not a cart reply");
  if (!in.has_view())
    return fail(errc::corrupt, "a cart reply of an unknown kind");
  return read(in.view());
}

} // namespace souk::cart
