// Brands: their names are written with products, too; here they are listed, renamed and removed.
// Blocking calls; changes inside the caller's transaction.
#pragma once

#include "actors/catalogue/office_messages.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

/// By name.
result<page<brand>> list_brands(persistence::sql::connection& c, const page_request& p);
result<brand> find_brand(persistence::sql::connection& c, const std::string& handle);

/// Each answers the handle. errc::invalid names the field; errc::conflict for a taken name or
/// handle.
result<std::string> create_brand(persistence::sql::connection& c, const brand& wanted);
/// A new name is that of its products at once.
result<std::string> change_brand(persistence::sql::connection& c, const std::string& handle,
                                 std::optional<int64_t> expected, const brand_patch& patch);
/// errc::conflict while products have it.
result<std::string> remove_brand(persistence::sql::connection& c, const std::string& handle,
                                 std::optional<int64_t> expected);

} // namespace souk::catalogue
