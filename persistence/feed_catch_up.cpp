#include "persistence/feed_catch_up.hpp"

#include "base/entity_id.hpp"
#include "persistence/pg_codec.hpp"

namespace souk::persistence {

namespace {

std::shared_ptr<const feed_table> journal_table() {
  static const auto table =
      std::make_shared<const feed_table>(feed_table{"journal",
                                                    {{"shard", pg::oid_int4},
                                                     {"entity", pg::oid_text},
                                                     {"seq", pg::oid_int8},
                                                     {"events", pg::oid_int4},
                                                     {"payload", pg::oid_bytea},
                                                     {"chain", pg::oid_bytea},
                                                     {"at", pg::oid_timestamptz}}});
  return table;
}

template <class Int>
std::string binary(Int value) {
  std::string out;
  pg::put(out, value);
  return out;
}

feed_change row_of(const sql::rows& r, size_t i) {
  return {feed_change::kind::insert,
          journal_table(),
          {binary(static_cast<int32_t>(r.integer(i, 0))), std::string{r.text(i, 1)},
           binary(r.integer(i, 2)), binary(static_cast<int32_t>(r.integer(i, 3))), r.bytea(i, 4),
           r.bytea(i, 5), binary(pg::to_postgres(r.time(i, 6)))}};
}

} // namespace

result<void>
read_journal(sql::connection& c, time_point since, int page,
             const std::function<result<void>(const std::vector<feed_change>&)>& take) {
  for (int64_t shard = 0; shard < shard_count; ++shard) {
    std::string entity;
    int64_t seq = 0;
    for (size_t got = static_cast<size_t>(page); got == static_cast<size_t>(page);) {
      auto r = c.execute("select shard, entity, seq, events, payload, chain, at from journal"
                         " where shard = $1::int4 and (entity, seq) > ($2, $3) and at >= $4"
                         " order by entity, seq limit $5",
                         {shard, entity, seq, since, int64_t{page}});
      if (!r)
        return r.error();
      got = r->size();
      std::vector<feed_change> changes;
      for (size_t i = 0; i < got; ++i)
        changes.push_back(row_of(*r, i));
      if (auto taken = got == 0 ? result<void>{} : take(changes); !taken)
        return taken.error();
      if (got > 0) {
        entity = changes.back().text("entity");
        seq = changes.back().integer("seq");
      }
    }
  }
  return {};
}

} // namespace souk::persistence
