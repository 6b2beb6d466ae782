#include "http/live/look_up.hpp"

#include <boost/json.hpp>

namespace souk::live {

namespace {

namespace bj = boost::json;

constexpr std::chrono::milliseconds look_deadline{5'000};

state state_of(const order::order_view& of) {
  return {.seq = of.version,
          .data = bj::serialize(bj::object{{"status", order::to_string(of.status)}}),
          .owner = of.placed.user_id};
}

state state_of(const cart::cart_view& of) {
  return {.seq = of.version,
          .data = bj::serialize(bj::object{{"version", of.version}}),
          .owner = of.user_id};
}

state state_of(const catalogue::sku_availability& of) {
  bj::object data{{"bucket", catalogue::to_string(of.shown.bucket)}};
  if (of.shown.bucket == catalogue::availability_bucket::few_left)
    data["units"] = of.shown.units;
  return {.seq = static_cast<uint64_t>(of.seq), .data = bj::serialize(data), .owner = {}};
}

template <class View>
callback<View> to_state(callback<state> done) {
  return [done = std::move(done)](const result<View>& found) {
    found ? done(state_of(*found)) : done(found.error());
  };
}

} // namespace

look_up make_look_up(cluster::router& route, catalogue::service& goods, const clock& time) {
  return [&](const topic& at, callback<state> done) {
    const cluster::command_meta how{.expires = time.now() + look_deadline};
    switch (at.kind) {
    case topic_kind::order:
      return entity::ask<order::contract>(route, at.key, order::get{}, how,
                                          to_state<order::order_view>(std::move(done)));
    case topic_kind::cart:
      return entity::ask<cart::contract>(route, at.key, cart::get{}, how,
                                         to_state<cart::cart_view>(std::move(done)));
    case topic_kind::sku:
      return goods.availability(
          {at.key},
          [done = std::move(done)](const result<std::vector<catalogue::sku_availability>>& all) {
            all ? done(state_of(all->front())) : done(all.error());
          });
    }
  };
}

} // namespace souk::live
