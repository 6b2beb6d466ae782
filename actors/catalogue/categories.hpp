// The tree of categories: its rows, its attribute schemas, and the changes that must leave every
// product true to them. Blocking calls on a pool thread's connection.
#pragma once

#include "actors/catalogue/office_messages.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

inline constexpr size_t category_depth_max = 16;
inline constexpr size_t offenders_named_max = 10; ///< products that a new schema would make wrong

/// All of them, parents before children, named in the first of `locale` that has a name.
result<std::vector<category>> load_categories(persistence::sql::connection& c,
                                              const std::string& locale = {});
/// With all its names. errc::not_found.
result<category> find_category(persistence::sql::connection& c, const std::string& handle);

/// Handle → attribute schema with what its ancestors say, for those that exist.
result<std::map<std::string, std::string>> load_schemas(persistence::sql::connection& c,
                                                        const std::vector<std::string>& handles);
/// Keeps categories, their places and schemas as they are until the caller's transaction ends.
result<void> lock_categories(persistence::sql::connection& c,
                             const std::vector<std::string>& handles);

/// Makes what is missing of the products' paths; existing categories are not changed.
result<void> add_categories(persistence::sql::connection& c,
                            const std::vector<product_input>& products);

// Inside the caller's transaction; each answers the handle. errc::invalid names the field.

/// errc::conflict when the handle is taken.
result<std::string> create_category(persistence::sql::connection& c, const category& wanted);
/// Moves everything below along. errc::not_found; errc::precondition_failed when the version is not
/// `expected`; errc::conflict for a place below itself, or when products below it would not satisfy
/// the schema: their number, the first of them as problems.
result<std::string> change_category(persistence::sql::connection& c, const std::string& handle,
                                    std::optional<int64_t> expected, const category_patch& patch);
/// errc::conflict unless nothing is in it.
result<std::string> remove_category(persistence::sql::connection& c, const std::string& handle,
                                    std::optional<int64_t> expected);

} // namespace souk::catalogue
