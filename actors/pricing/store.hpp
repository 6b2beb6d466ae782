// Tax rates and shipping options as rows.
#pragma once

#include "actors/pricing/quote.hpp"
#include "persistence/sql.hpp"

namespace souk::pricing {

/// Everything make_quote needs, one consistent read of two small tables.
result<rules> load_rules(persistence::sql::connection& c);

} // namespace souk::pricing
