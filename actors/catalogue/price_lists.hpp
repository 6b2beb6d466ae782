// Price lists: for whom and when which prices hold. Imports make those of markets, with ids like
// "EUR" and "EUR/FR"; the shop's own have handles. Blocking calls; changes inside the caller's
// transaction.
#pragma once

#include "actors/catalogue/office_messages.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

result<page<price_list>> list_price_lists(persistence::sql::connection& c, const page_request& p);
result<price_list> find_price_list(persistence::sql::connection& c, const std::string& id);

/// Each answers the id. errc::invalid names the field; errc::conflict for a taken id.
result<std::string> create_price_list(persistence::sql::connection& c, const price_list& wanted);
/// errc::conflict for another currency or country where amounts or a market's name depend on it.
result<std::string> change_price_list(persistence::sql::connection& c, const std::string& id,
                                      std::optional<int64_t> expected,
                                      const price_list_patch& patch);
/// With its prices. errc::conflict while it is in force and has any: end it first.
result<std::string> remove_price_list(persistence::sql::connection& c, const std::string& id,
                                      std::optional<int64_t> expected);

} // namespace souk::catalogue
