#include "actors/notification/order_news.hpp"

#include "actors/entity/fold.hpp"
#include "actors/notification/format.hpp"
#include "actors/notification/messages.hpp"
#include "actors/order/order.hpp"
#include "actors/user/store.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "persistence/pg_append.hpp"
#include "persistence/recovery.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::notification {

namespace {

using order::model;
using persistence::feed_change;
using persistence::sql::connection;

/// What the order's placement has sealed.
struct contact {
  std::string email, name, line1, line2, city, state, postal_code, country;
};

result<contact> open_contact(connection& c, const order::placement& placed) {
  auto key = user::find_seal_key(c, placed.person);
  if (!key)
    return key.error();
  auto text = unseal(placed.contact, *key);
  if (!text)
    return text.error();
  boost::system::error_code wrong;
  const auto parsed = boost::json::parse(*text, wrong);
  if (wrong || !parsed.is_object())
    return fail(errc::corrupt, "a contact is no JSON object");
  const auto field = [&](const char* name) {
    const auto* found = parsed.as_object().if_contains(name);
    return found && found->is_string() ? std::string{found->as_string()} : std::string{};
  };
  return contact{field("email"), field("name"),  field("line1"),       field("line2"),
                 field("city"),  field("state"), field("postal_code"), field("country")};
}

void add_line(std::vector<value>& to, const order::placed_line& line, int64_t quantity,
              std::string_view language) {
  const auto label = order::label_of(line.options);
  to.push_back({"line.title", label.empty() ? line.title : line.title + " (" + label + ")"});
  to.push_back({"line.quantity", std::to_string(quantity)});
  to.push_back(
      {"line.total",
       format_money({line.unit_price.amount * quantity, line.unit_price.currency}, language)});
}

void add_totals(std::vector<value>& to, const order::totals& sums, std::string_view language) {
  const auto put = [&](const char* name, money m, bool always) {
    if (always || m.amount != 0)
      to.push_back({name, format_money(m, language)});
  };
  put("subtotal", sums.subtotal, true);
  put("discount", {-sums.discount.amount, sums.discount.currency}, false);
  put("shipping", sums.shipping, true);
  put(sums.tax_included ? "tax_included" : "tax_added", sums.tax, false);
  put("total", sums.total, true);
}

void add_address(std::vector<value>& to, const contact& c, const std::string& language) {
  const auto town = c.state.empty() ? c.postal_code + " " + c.city
                                    : c.city + ", " + c.state + " " + c.postal_code;
  const auto country = format_country(c.country, language);
  for (const auto& text : {c.name, c.line1, c.line2, town, country})
    if (!text.empty())
      to.push_back({"address.row", text});
}

class order_news final : public persistence::feed_consumer {
public:
  order_news(const clock& time, order_news_options how) : time_(time), options_(std::move(how)) {}
  std::string name() const override { return "order_news"; }

  result<void> apply(connection& c, const std::vector<feed_change>& changes) override {
    for (const auto& change : changes) {
      if (change.table() != "journal" || change.what() != feed_change::kind::insert ||
          !change.text("entity").starts_with("order/"))
        continue;
      if (auto done = read(c, change); !done)
        return done;
    }
    return {};
  }
  /// What was said is said; the journal's age limit keeps a rebuild quiet.
  result<void> reload(connection&, bool) override { return {}; }

private:
  result<void> read(connection& c, const feed_change& change) {
    auto entries = entity::unpack_commit(std::string(change.bytea("payload")));
    if (!entries)
      return entries.error();
    for (const auto& entry : *entries)
      for (const auto& bytes : entry.events) {
        auto event = model::decode_event(bytes);
        if (!event)
          return event.error();
        if (time_.now() - entry.command.at > news_age_max)
          continue;
        const auto* step = std::get_if<order::moved>(&*event);
        const auto* left = std::get_if<order::dispatched>(&*event);
        const bool confirmed = step && step->to == order::status::confirmed;
        if (!confirmed && !left)
          continue;
        auto told = tell(c, change, left ? *left : order::dispatched{}, entry.command.at);
        if (!told)
          return told;
      }
    return {};
  }

  /// The order as the journal has it, with this row: the feed may be quicker than the moment the
  /// commit becomes visible to others.
  static result<model::state> order_at(connection& c, const feed_change& change) {
    const auto id = entity_id::from_text(std::string(change.text("entity")));
    auto history = persistence::read_history(c, id);
    if (!history)
      return history.error();
    auto found = persistence::verify(id, std::move(*history));
    if (!found)
      return found.error();
    auto folded = entity::replay<model>(*found);
    if (!folded)
      return folded.error();
    if (auto last = folded->replay(static_cast<uint64_t>(change.integer("seq")),
                                   std::string(change.bytea("payload")));
        !last)
      return last.error();
    return std::move(folded->state);
  }

  /// `left` names a shipment, or the whole order is confirmed.
  result<void> tell(connection& c, const feed_change& change, const order::dispatched& left,
                    time_point at) {
    auto state = order_at(c, change);
    if (!state)
      return state.error();
    const auto& placed = state->what;
    const auto to = open_contact(c, placed);
    if (!to && to.error().code == errc::not_found)
      return {}; // the buyer was erased
    if (!to && to.error().code == errc::corrupt) {
      log::error("message.no_contact", {{"order", placed.order_id}, {"why", to.error().detail}});
      return {}; // it will not open another time either, and everyone else's news waits behind it
    }
    if (!to)
      return to.error();
    const auto in = language_in(placed.country);
    const auto otherwise = in.empty() ? language_of(options_.language, "en") : in;
    const std::string language{language_of(placed.locale, otherwise)};
    message m{.kind = left.shipment.empty() ? kind::order_confirmed : kind::order_shipped,
              .person = placed.person,
              .to = to->email,
              .name = to->name,
              .locale = language};
    m.id = to_hex(make_command_id({to_string(m.kind), placed.order_id, left.shipment}).bytes);
    m.values = {{"number", placed.number},
                {"date", format_date(at, language)},
                {"link", options_.public_url + "/orders/" + placed.order_id +
                             "?token=" + options_.access_token(placed.order_id)}};
    if (left.shipment.empty()) {
      for (const auto& line : placed.lines)
        add_line(m.values, line, line.quantity, language);
      add_totals(m.values, placed.sums, language);
    } else {
      m.values.push_back({"tracking", left.tracking});
      add_shipped(m.values, *state, left.shipment, language);
    }
    add_address(m.values, *to, language);
    return enqueue(c, m);
  }

  static void add_shipped(std::vector<value>& to, const model::state& s,
                          const std::string& shipment, std::string_view language) {
    const auto one = std::ranges::find(s.shipments, shipment, &order::shipment::id);
    if (one == s.shipments.end())
      return;
    for (size_t line = 0; line < s.what.lines.size(); ++line) {
      int64_t units = 0;
      for (const auto& r : s.reservations)
        if (r.line == line && std::ranges::find(one->reservations, r.id) != one->reservations.end())
          units += r.granted;
      if (units > 0)
        add_line(to, s.what.lines[line], units, language);
    }
  }

  const clock& time_;
  const order_news_options options_;
};

} // namespace

std::shared_ptr<persistence::feed_consumer> make_order_news(const clock& time,
                                                            order_news_options how) {
  return std::make_shared<order_news>(time, std::move(how));
}

} // namespace souk::notification
