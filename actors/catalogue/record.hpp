// Products as the back office reads them: in every status, with everything kept. Blocking calls.
#pragma once

#include "actors/catalogue/office_messages.hpp"
#include "persistence/sql.hpp"

namespace souk::catalogue {

/// By id or handle. errc::not_found.
result<product_record> find_record(persistence::sql::connection& c,
                                   const std::string& id_or_handle);
/// The newest first. errc::invalid for a limit out of range or a cursor that is not ours.
result<product_page> list_all_products(persistence::sql::connection& c,
                                       const office_list_request& request);

} // namespace souk::catalogue
