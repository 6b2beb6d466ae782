#include "tests/kit/shopper.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <stdexcept>

namespace souk::tests {

namespace bj = boost::json;

bj::object address_in(const std::string& country) {
  return {{"name", "Ada Lovelace"},
          {"line1", "Unter den Linden 1"},
          {"city", "Berlin"},
          {"postal_code", "10117"},
          {"country", country}};
}

bj::object order_of(const std::string& cart, const std::string& card, const bj::object& more) {
  bj::object out{{"cart_id", cart},
                 {"email", "ada@example.org"},
                 {"shipping_address", address_in()},
                 {"shipping_option", "standard"},
                 {"payment", bj::object{{"provider", "stripe"}, {"payment_method", card}}}};
  for (const auto& field : more)
    out[field.key()] = field.value();
  return out;
}

std::string order_id_of(const answer& placed) {
  const auto refused = placed.text("/order_id");
  return refused.empty() ? placed.text("/id") : refused;
}

std::string shopper::cart(const std::vector<wanted>& lines) {
  const auto opened = to.post("/v1/carts", bj::object{{"currency", "EUR"}, {"country", "DE"}});
  const auto id = opened.text("/id");
  for (const auto& line : lines)
    if (add(id, line).status != 201)
      return {};
  return id;
}

answer shopper::add(const std::string& cart, const wanted& line, const std::string& key) {
  const auto headers = key.empty() ? header_list{} : header_list{{"Idempotency-Key", key}};
  return to.post("/v1/carts/" + cart + "/lines",
                 bj::object{{"sku", line.sku}, {"quantity", line.quantity}}, headers);
}

answer shopper::place(const bj::object& order, const std::string& key) {
  return to.post("/v1/orders", order,
                 key.empty() ? header_list{} : header_list{{"Idempotency-Key", key}});
}

answer shopper::buy(const std::vector<wanted>& lines, const std::string& card) {
  return place(order_of(cart(lines), card));
}

header_list shopper::token_of(const answer& placed) const {
  auto token = placed.text("/access_token");
  if (token.empty())
    token = placed.text("/order/access_token");
  return {{"Authorization", "Bearer " + token}};
}

answer shopper::pay(const answer& placed, const std::string& card) {
  bj::object payment{{"provider", "stripe"}};
  if (!card.empty())
    payment["payment_method"] = card;
  return to.post("/v1/orders/" + order_id_of(placed) + "/payments",
                 bj::object{{"payment", payment}}, token_of(placed));
}

answer shopper::cancel(const answer& placed) {
  return to.ask("POST", "/v1/orders/" + order_id_of(placed) + "/cancel", {}, token_of(placed));
}

answer shopper::order(const answer& placed) {
  return to.ask("GET", "/v1/orders/" + order_id_of(placed), {}, token_of(placed));
}

answer shopper::order_once(const answer& placed, const std::string& status) {
  answer seen;
  eventually(std::chrono::seconds{30}, [&] {
    seen = order(placed);
    return seen.text("/status") == status;
  });
  return seen;
}

std::ostream& operator<<(std::ostream& out, const units& u) {
  return out << "on hand " << u.on_hand << ", reserved " << u.reserved << ", available "
             << u.available;
}

staff::staff(const shop_process& at) : to(at.port()), bank(at.psp_port()) {
  to.always["Authorization"] = "Bearer " + at.admin_key();
}

void staff::sell(const std::string& sku, int64_t cents,
                 const std::map<std::string, int64_t>& stock) {
  bj::object units_at;
  for (const auto& [warehouse, on_hand] : stock)
    units_at[warehouse] = on_hand;
  const bj::object variant{{"sku", sku},
                           {"price", bj::object{{"amount", cents}, {"currency", "EUR"}}},
                           {"stock", units_at}};
  const auto made = to.post("/v1/admin/products", bj::object{{"title", "Article " + sku},
                                                             {"category_path", bj::array{"things"}},
                                                             {"variants", bj::array{variant}}});
  if (made.status != 201)
    throw std::runtime_error("no product: " + made.body);
  products_[sku] = made.text("/id");
}

answer staff::reprice(const std::string& sku, int64_t cents) {
  const bj::object variant{{"sku", sku},
                           {"price", bj::object{{"amount", cents}, {"currency", "EUR"}}}};
  return to.ask("PATCH", "/v1/admin/products/" + products_.at(sku),
                bj::serialize(bj::object{{"variants", bj::array{variant}}}));
}

answer staff::count(const std::string& sku, const std::string& warehouse, int64_t on_hand) {
  return to.ask("PUT", "/v1/admin/stock/" + sku + "/" + warehouse,
                bj::serialize(bj::object{{"on_hand", on_hand}, {"reason", "count"}}));
}

units staff::stock(const std::string& sku) {
  const auto found = to.get("/v1/admin/stock/" + sku);
  units out;
  for (size_t i = 0; i < found.size("/items"); ++i) {
    const auto at = "/items/" + std::to_string(i);
    out.on_hand += found.number(at + "/on_hand");
    out.reserved += found.number(at + "/reserved");
    out.available += found.number(at + "/available");
  }
  return out;
}

answer staff::ship(const std::string& order) {
  return to.post("/v1/admin/orders/" + order + "/ship", bj::object{{"tracking", "T-1"}});
}

answer staff::refund(const std::string& order, int64_t cents) {
  return to.post("/v1/admin/orders/" + order + "/refund",
                 bj::object{{"amount", bj::object{{"amount", cents}, {"currency", "EUR"}}},
                            {"reason", "goodwill"}});
}

void staff::knobs(const std::string& form) {
  const auto set = bank.ask("POST", "/_souk/knobs", form,
                            {{"Content-Type", "application/x-www-form-urlencoded"}});
  if (set.status != 200)
    throw std::runtime_error("knobs: " + set.body);
}

bj::array staff::all_payments() {
  const auto books = bank.get("/_souk/intents");
  return books.at("/data").is_array() ? books.at("/data").get_array() : bj::array{};
}

std::vector<bj::object> staff::payments(const std::string& order) {
  std::vector<bj::object> out;
  for (const auto& one : all_payments())
    if (one.at("metadata").at("order_id").as_string() == order)
      out.push_back(one.get_object());
  return out;
}

std::string status_of(const bj::object& payment) {
  return std::string{payment.at("status").as_string()};
}

int64_t number_of(const bj::object& payment, std::string_view name) {
  return payment.at(name).as_int64();
}

void expect_clean_audit(shop_process& at) {
  if (at.run({"audit", "--help"}).second.find("--settled") == std::string::npos)
    return;
  // Projections and promises of the last moment may still be on their way.
  constexpr std::chrono::seconds settling{20};
  const auto books = "http://127.0.0.1:" + std::to_string(at.psp_port());
  std::pair<int, std::string> last;
  EXPECT_TRUE(eventually(settling, [&] {
    last = at.run({"audit", "--settled", "--psp", books});
    return last.first == 0;
  })) << last.second;
}

} // namespace souk::tests
