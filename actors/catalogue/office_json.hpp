// Categories, brands and price lists as JSON, the way in. As with products, unknown fields are
// passed over, so that answers can be sent back changed; what values mean is checked with the
// change.
#pragma once

#include "actors/catalogue/office_messages.hpp"

#include <boost/json/object.hpp>

namespace souk::catalogue {

// errc::invalid with every problem of types.
result<category> parse_category(const boost::json::object& object);
result<category_patch> parse_category_patch(const boost::json::object& object);
result<brand> parse_brand(const boost::json::object& object);
result<brand_patch> parse_brand_patch(const boost::json::object& object);
result<price_list> parse_price_list(const boost::json::object& object);
result<price_list_patch> parse_price_list_patch(const boost::json::object& object);
/// {"prices": [{"list", "amount", "original_amount"?}]}
result<std::vector<listed_price>> parse_listed_prices(const boost::json::object& object);

} // namespace souk::catalogue
