#include "actors/order/projection.hpp"

#include "actors/entity/codec.hpp"
#include "actors/operators/queue.hpp"
#include "actors/order/order.hpp"

namespace souk::order {

namespace {

using persistence::feed_change;
using persistence::sql::connection;

/// Its place in the operators' queue while somebody has to ship or cancel it.
constexpr const char* lapse_step = "authorisation";

class projection final : public persistence::feed_consumer {
public:
  std::string name() const override { return "order_summary"; }

  result<void> apply(connection& c, const std::vector<feed_change>& changes) override {
    for (const auto& change : changes) {
      if (change.table() != "journal" || change.what() != feed_change::kind::insert ||
          !change.text("entity").starts_with("order/"))
        continue;
      if (auto done = project(c, change); !done)
        return done;
    }
    return {};
  }

  result<void> reload(connection& c, bool from_zero) override {
    if (!from_zero)
      return {};
    if (auto gone = c.execute("delete from stuck_effect where step = $1", {lapse_step}); !gone)
      return gone.error();
    const auto emptied = c.execute("delete from order_summary");
    return emptied ? result<void>{} : emptied.error();
  }

private:
  static std::string entity_of(const std::string& id) {
    return entity_id{std::string(model::kind), id}.text();
  }

  static result<void> project(connection& c, const feed_change& change) {
    auto entries = entity::unpack_commit(std::string(change.bytea("payload")));
    if (!entries)
      return entries.error();
    auto seq = change.integer("seq");
    const std::string id{change.text("entity").substr(model::kind.size() + 1)};
    for (const auto& entry : *entries)
      for (const auto& bytes : entry.events) {
        auto event = model::decode_event(bytes);
        if (!event)
          return event.error();
        if (auto done = show(c, id, *event, seq++, entry.command.at); !done)
          return done;
      }
    return {};
  }

  static result<void> show(connection& c, const std::string& id, const model::event& event,
                           int64_t seq, time_point at) {
    if (const auto* born = std::get_if<placed>(&event)) {
      const auto& what = born->what;
      const auto put = c.execute("insert into order_summary (order_id, number, user_id, cart_id, "
                                 "status, total, currency, created_at, "
                                 "updated_at, seq) values ($1, $2, nullif($3, ''), $4, $5, $6, $7, "
                                 "$8, $8, $9) on conflict do nothing",
                                 {what.order_id, what.number, what.user_id, what.cart_id,
                                  std::string(to_string(status::holding)), what.sums.total.amount,
                                  std::string(what.sums.total.currency.code()), at, seq});
      return put ? result<void>{} : put.error();
    }
    if (const auto* lapse = std::get_if<lapse_noticed>(&event))
      return operators::put(c, entity_of(id), lapse_step, 0,
                            "not shipped: its authorisation lapses at " +
                                to_rfc3339(lapse->lapses_at));
    if (const auto* fact = std::get_if<intent_merged>(&event))
      return fact->intent.authorised == 0 ? operators::remove(c, entity_of(id), lapse_step)
                                          : result<void>{};
    const auto* step = std::get_if<moved>(&event);
    if (!step)
      return {};
    const auto put = c.execute("update order_summary set status = $2, updated_at = $3, seq = $4 "
                               "where order_id = $1 and seq < $4",
                               {id, std::string(to_string(step->to)), at, seq});
    return put ? result<void>{} : put.error();
  }
};

} // namespace

std::shared_ptr<persistence::feed_consumer> make_projection() {
  return std::make_shared<projection>();
}

} // namespace souk::order
