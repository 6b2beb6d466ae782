// What the change feed tells those who watch orders, carts and SKUs: a note for each that changed,
// after its commit. Keeps nothing itself.
#pragma once

#include "persistence/feed.hpp"
#include "persistence/note_bus.hpp"

namespace souk::live {

/// The table that says what shoppers see of stock: the feed has to publish it beside the journal.
inline constexpr const char* stock_table = "stock_level";

/// Subjects are "order:<id>" and "cart:<id>" with the entity's seq, and "sku:<SKU>" with none.
/// `to` outlives the feed.
std::shared_ptr<persistence::feed_consumer> make_projection(persistence::note_bus& to);

} // namespace souk::live
