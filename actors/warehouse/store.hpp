// Warehouses, postal areas and stock levels as rows. Levels are written by the stock projection.
#pragma once

#include "actors/warehouse/sourcing.hpp"
#include "persistence/sql.hpp"

namespace souk::warehouse {

/// Every warehouse, inactive ones too, and every postal area.
result<geography> load_geography(persistence::sql::connection& c);

/// errc::invalid when a field is out of range; an existing id is changed.
result<void> put_site(persistence::sql::connection& c, const site& s);

/// What active warehouses have of these SKUs; those without any row are left out.
result<std::vector<level>> load_levels(persistence::sql::connection& c,
                                       const std::vector<std::string>& skus);

} // namespace souk::warehouse
