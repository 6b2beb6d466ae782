// Tells buyers about their orders: follows the order journal and queues a message when an order is
// confirmed and when a shipment leaves.
#pragma once

#include "persistence/feed.hpp"

#include <functional>

namespace souk::notification {

/// An event older than this is no news: a projection that starts from zero mails nobody.
inline constexpr std::chrono::hours news_age_max{24};

struct order_news_options {
  std::string public_url; ///< "https://shop.example"
  std::string language;   ///< where the country of delivery has no one language of ours
  std::function<std::string(const std::string& order_id)> access_token;
};

/// `time` outlives it. A row that comes again queues nothing twice.
std::shared_ptr<persistence::feed_consumer> make_order_news(const clock& time,
                                                            order_news_options how);

} // namespace souk::notification
