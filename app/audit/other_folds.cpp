// Shipments and sessions: little state, but every event must be one their kind has.
#include "app/audit/entity_fold.hpp"

#include <proto/session.pb.h>
#include <proto/shipment.pb.h>

namespace souk::audit {

namespace {

class shipment_fold final : public entity_fold {
public:
  shipment_fold(std::string_view key, const fold_tools& tools) : tools_(tools), key_(key) {}

  bool apply(std::string_view event, const place& where) override {
    if (!event_.ParseFromArray(event.data(), static_cast<int>(event.size())))
      return false;
    using kind = pb::shipment_event;
    using s = shipment_status;
    switch (event_.kind_case()) {
    case kind::kRouted:
      facts_.order_id = event_.routed().order_id();
      return move(s::none, s::routed, where);
    case kind::kDispatched:
      return move(s::routed, s::shipped, where);
    case kind::kDelivered:
      return move(s::shipped, s::delivered, where);
    case kind::kCancelled:
      return move(s::routed, s::cancelled, where);
    case kind::kOrderTold:
      return told_ = true;
    case kind::KIND_NOT_SET:
      break;
    }
    return false;
  }

  std::string difference(const std::string& state, uint32_t version) const override {
    pb::shipment_state in;
    if (version != 1 || !in.ParseFromString(state))
      return "it cannot be read";
    const bool same = in.status() == static_cast<uint32_t>(facts_.status) &&
                      in.order_id() == facts_.order_id && in.order_told() == told_;
    return same ? "" : "it is another";
  }

  std::optional<time_point> owes() const override {
    return facts_.status == shipment_status::delivered && !told_ ? std::optional{moved_}
                                                                 : std::nullopt;
  }

  void close(uint64_t) override { tools_.facts.shipments.insert_or_assign(key_, facts_); }

private:
  bool move(shipment_status from, shipment_status to, const place& where) {
    if (facts_.status != from)
      tools_.out.fault("law1", "shipment/" + key_,
                       "no way leads there (event " + std::to_string(where.seq) + ")");
    facts_.status = to;
    moved_ = where.at;
    return true;
  }

  fold_tools tools_;
  std::string key_;
  shipment_facts facts_;
  bool told_ = false;
  time_point moved_{};
  pb::shipment_event event_;
};

class session_fold final : public entity_fold {
public:
  bool apply(std::string_view event, const place&) override {
    if (!event_.ParseFromArray(event.data(), static_cast<int>(event.size())))
      return false;
    using kind = pb::session_event;
    switch (event_.kind_case()) {
    case kind::kBegun:
      return begun_ = true;
    case kind::kCartAttached:
      cart_ = event_.cart_attached();
      return true;
    case kind::kLoggedIn:
      user_ = event_.logged_in().user_id();
      return true;
    case kind::kRevoked:
      return revoked_ = true;
    case kind::KIND_NOT_SET:
      break;
    }
    return false;
  }

  std::string difference(const std::string& state, uint32_t version) const override {
    pb::session_state in;
    if (version != 1 || !in.ParseFromString(state))
      return "it cannot be read";
    const bool same = in.begun() == begun_ && in.revoked() == revoked_ && in.cart_id() == cart_ &&
                      (user_.empty() || in.user_id() == user_);
    return same ? "" : "it is another";
  }

  std::optional<time_point> owes() const override { return {}; }
  void close(uint64_t) override {}

private:
  bool begun_ = false, revoked_ = false;
  std::string cart_, user_;
  pb::session_event event_;
};

} // namespace

std::unique_ptr<entity_fold> make_shipment_fold(std::string_view key, const fold_tools& tools) {
  return std::make_unique<shipment_fold>(key, tools);
}
std::unique_ptr<entity_fold> make_session_fold(std::string_view, const fold_tools&) {
  return std::make_unique<session_fold>();
}

} // namespace souk::audit
