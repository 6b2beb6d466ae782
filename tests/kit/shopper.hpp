// What buyers and staff do, in the words tests use.
#pragma once

#include "tests/kit/shop_process.hpp"

namespace souk::tests {

struct wanted {
  std::string sku;
  int64_t quantity = 1;
};

/// Where orders of tests go.
boost::json::object address_in(const std::string& country = "DE");

/// Of POST /v1/orders, with `more` over it.
boost::json::object order_of(const std::string& cart, const std::string& card = "pm_card_visa",
                             const boost::json::object& more = {});

/// A guest, or whoever `to.always["Authorization"]` says. Not thread-safe.
class shopper {
public:
  explicit shopper(const shop_process& at) : to(at.port()) {}
  http_talk to;

  /// Opens a cart with these lines; its id, empty when that failed.
  std::string cart(const std::vector<wanted>& lines);
  answer add(const std::string& cart, const wanted& line, const std::string& key = {});
  answer read_cart(const std::string& cart) { return to.get("/v1/carts/" + cart); }
  answer place(const boost::json::object& order, const std::string& key = {});
  answer buy(const std::vector<wanted>& lines, const std::string& card = "pm_card_visa");
  answer pay(const answer& placed, const std::string& card);
  answer cancel(const answer& placed);
  /// The order as its buyer sees it, by the access token that placing (or its refusal) answered.
  answer order(const answer& placed);
  /// Waits until it is in this status; the last look.
  answer order_once(const answer& placed, const std::string& status);

private:
  header_list token_of(const answer& placed) const;
};

/// The id of an order in the answer that placed it or that says why not.
std::string order_id_of(const answer& placed);

struct units {
  int64_t on_hand = 0, reserved = 0, available = 0;
  bool operator==(const units&) const = default;
};
std::ostream& operator<<(std::ostream& out, const units& u);

/// An administrator, and the payment provider's books.
class staff {
public:
  explicit staff(const shop_process& at);
  http_talk to;
  http_talk bank;

  /// A product with one variant; throws when it is refused.
  void sell(const std::string& sku, int64_t cents, const std::map<std::string, int64_t>& stock);
  answer reprice(const std::string& sku, int64_t cents);
  answer count(const std::string& sku, const std::string& warehouse, int64_t on_hand);
  /// Over all warehouses.
  units stock(const std::string& sku);
  answer ship(const std::string& order);
  answer refund(const std::string& order, int64_t cents);
  /// What goes wrong at the provider: "delay_min_ms=…&delay_max_ms=…".
  void knobs(const std::string& form);
  /// Every payment of this order, as the provider has it.
  std::vector<boost::json::object> payments(const std::string& order);
  boost::json::array all_payments();

private:
  std::map<std::string, std::string> products_; ///< id by SKU
};

/// Of a payment at the provider.
std::string status_of(const boost::json::object& payment);
int64_t number_of(const boost::json::object& payment, std::string_view name);

/// Runs `souk audit` on the settled shop, where the program has it, and expects no violation.
void expect_clean_audit(shop_process& at);

} // namespace souk::tests
