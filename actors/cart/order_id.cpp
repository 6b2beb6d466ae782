// What an order is called: its id says which checkout of which cart made it.
#include "actors/cart/messages.hpp"
#include "base/ids.hpp"

#include <algorithm>

namespace souk::cart {

namespace {

/// "xxxxxxxx-xxxx-": the milliseconds of a UUIDv7.
constexpr size_t time_length = 14;
constexpr size_t uuid_length = 36;

class derived final : public entropy {
public:
  explicit derived(command_id from) : from_(from) {}
  void fill(std::span<unsigned char> out) override {
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = from_.bytes[i % from_.bytes.size()];
  }

private:
  const command_id from_;
};

} // namespace

std::string order_id_for(const command_id& checkout, std::string_view cart_id, time_point now) {
  const std::string_view id{reinterpret_cast<const char*>(checkout.bytes.data()),
                            checkout.bytes.size()};
  derived bits{make_command_id({"order", id, cart_id})};
  return make_uuid7(now, bits);
}

const std::string* find_repeated(const std::vector<std::string>& orders,
                                 std::string_view order_id) {
  if (order_id.size() != uuid_length)
    return nullptr;
  const auto it = std::ranges::find_if(orders, [&](std::string_view known) {
    return known.size() == uuid_length && known.substr(time_length) == order_id.substr(time_length);
  });
  return it == orders.end() ? nullptr : &*it;
}

} // namespace souk::cart
