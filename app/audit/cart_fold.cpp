// Carts: their lines, and the checkouts that left them (I5).
#include "app/audit/entity_fold.hpp"
#include "base/ids.hpp"

#include <algorithm>
#include <proto/cart.pb.h>

namespace souk::audit {

namespace {

/// An untouched cart expires.
constexpr std::chrono::hours idle_limit{30 * 24};
enum class cart_status : uint8_t { none, open, ordering, ordered, merging, merged, expired };

struct line_facts {
  std::string id, sku;
  int64_t quantity = 0;
  int64_t price = 0;
};

class cart_fold final : public entity_fold {
public:
  cart_fold(std::string_view key, const fold_tools& tools)
      : tools_(tools), key_(key), entity_("cart/" + key_) {
    if (const auto at = tools.facts.watched_carts.find(key_); at != tools.facts.watched_carts.end())
      watched_ = &at->second;
  }

  bool apply(std::string_view event, const place& where) override {
    if (!event_.ParseFromArray(event.data(), static_cast<int>(event.size())))
      return false;
    where_ = where;
    const bool opens = event_.kind_case() == pb::cart_event::kOpened;
    if (opens != (status_ == cart_status::none))
      fault("law1", opens ? "it is opened twice" : "it goes on before it is opened");
    const bool known = read_lines() || read_checkout() || read_merge();
    touched_ = where.at;
    return known;
  }

  std::string difference(const std::string& state, uint32_t version) const override {
    pb::cart_state in;
    if (version != 1 || !in.ParseFromString(state))
      return "it cannot be read";
    if (in.status() != static_cast<uint32_t>(status_))
      return "its status is another";
    const auto same = [](const pb::cart_line& a, const line_facts& b) {
      return a.id() == b.id && a.sku() == b.sku && a.quantity() == b.quantity &&
             a.unit_price() == b.price;
    };
    return std::ranges::equal(in.lines(), lines_, same) ? "" : "its lines are others";
  }

  std::optional<time_point> owes() const override {
    switch (status_) {
    case cart_status::open:
      return touched_ + idle_limit;
    case cart_status::merging:
      return touched_;
    case cart_status::ordering:
      return checkouts_.back().end == checkout_end::ordering ? std::optional{touched_}
                                                             : std::nullopt;
    default:
      return {};
    }
  }

  void close(uint64_t) override {
    if (!checkouts_.empty())
      tools_.facts.carts.insert_or_assign(key_, std::move(checkouts_));
  }

private:
  bool read_lines();
  bool read_checkout();
  bool read_merge();

  void put(const pb::cart_line& e) {
    const auto at = std::ranges::find(lines_, e.id(), &line_facts::id);
    const line_facts now{e.id(), e.sku(), e.quantity(), e.unit_price()};
    at == lines_.end() ? lines_.push_back(now) : void(*at = now);
    watch(e.id(), e.quantity());
  }
  void watch(const std::string& line, int64_t quantity) {
    if (quantity < 1)
      fault("law1", "line " + line + " has no quantity");
    if (watched_)
      watched_->emplace(line, quantity);
  }
  void order(const pb::order_placement& e) {
    expect(cart_status::open, "is ordered");
    const auto same = [](const pb::order_line& a, const line_facts& b) {
      return a.id() == b.id && a.sku() == b.sku && a.quantity() == b.quantity;
    };
    if (!std::ranges::equal(e.lines(), lines_, same))
      fault("I5", "order " + e.order_id() + " is not of its lines");
    checkouts_.push_back(
        {e.order_id(), fingerprint(e.SerializeAsString()), checkout_end::ordering});
    status_ = cart_status::ordering;
  }
  void answer(const std::string& order_id, checkout_end end, cart_status then) {
    expect(cart_status::ordering, "hears of an order");
    if (checkouts_.empty() || checkouts_.back().order_id != order_id)
      return fault("I5", "it hears of order " + order_id + ", which is not its own");
    checkouts_.back().end = end;
    status_ = then;
  }
  void expect(cart_status wanted, const char* what) {
    if (status_ != wanted)
      fault("law1",
            std::string{"it "} + what + " in status " + std::to_string(static_cast<int>(status_)));
  }
  void fault(std::string_view rule, const std::string& text) {
    tools_.out.fault(rule, entity_, text + " (event " + std::to_string(where_.seq) + ")");
  }

  fold_tools tools_;
  std::string key_, entity_;
  cart_status status_ = cart_status::none;
  std::vector<line_facts> lines_;
  std::vector<checkout_facts> checkouts_;
  std::set<std::pair<std::string, int64_t>>* watched_ = nullptr;
  time_point touched_{};
  pb::cart_event event_;
  place where_;
};

bool cart_fold::read_lines() {
  using kind = pb::cart_event;
  switch (event_.kind_case()) {
  case kind::kLinePut:
    expect(cart_status::open, "changes");
    put(event_.line_put());
    return true;
  case kind::kLineChanged: {
    expect(cart_status::open, "changes");
    const auto& e = event_.line_changed();
    const auto at = std::ranges::find(lines_, e.line(), &line_facts::id);
    if (at == lines_.end()) {
      fault("law1", "there is no line " + e.line());
      return true;
    }
    at->quantity = e.quantity();
    watch(e.line(), e.quantity());
    return true;
  }
  case kind::kLineRemoved:
    expect(cart_status::open, "changes");
    if (std::erase_if(lines_, [&](const auto& l) { return l.id == event_.line_removed(); }) == 0)
      fault("law1", "there is no line " + event_.line_removed());
    return true;
  case kind::kRepriced:
    for (const auto& price : event_.repriced().prices())
      for (auto& line : lines_)
        if (line.id == price.line())
          line.price = price.unit_price();
    return true;
  case kind::kCountrySet:
  case kind::kClaimed:
    return true;
  default:
    return false;
  }
}

bool cart_fold::read_checkout() {
  using kind = pb::cart_event;
  switch (event_.kind_case()) {
  case kind::kOpened:
    status_ = cart_status::open;
    return true;
  case kind::kOrdering:
    order(event_.ordering());
    return true;
  case kind::kOrderPlaced:
    answer(event_.order_placed(), checkout_end::placed, cart_status::ordering);
    return true;
  case kind::kReopened:
    answer(event_.reopened().order_id(), checkout_end::reopened, cart_status::open);
    return true;
  case kind::kCompleted:
    answer(event_.completed(), checkout_end::completed, cart_status::ordered);
    return true;
  case kind::kExpired:
    expect(cart_status::open, "expires");
    status_ = cart_status::expired;
    lines_.clear();
    return true;
  default:
    return false;
  }
}

bool cart_fold::read_merge() {
  using kind = pb::cart_event;
  switch (event_.kind_case()) {
  case kind::kHandedOver:
    expect(cart_status::open, "is handed over");
    status_ = cart_status::merging;
    return true;
  case kind::kMerged:
    expect(cart_status::merging, "is merged");
    status_ = cart_status::merged;
    return true;
  case kind::kMergeUndone:
    expect(cart_status::merging, "is open again");
    status_ = cart_status::open;
    return true;
  case kind::kAbsorbed:
    expect(cart_status::open, "absorbs another");
    for (const auto& line : event_.absorbed().lines())
      put(line);
    return true;
  default:
    return false;
  }
}

} // namespace

std::unique_ptr<entity_fold> make_cart_fold(std::string_view key, const fold_tools& tools) {
  return std::make_unique<cart_fold>(key, tools);
}

} // namespace souk::audit
