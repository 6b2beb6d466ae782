#include "persistence/sim_feed.hpp"

#include "persistence/pg_codec.hpp"

#include <libpq-fe.h>

#include <array>

namespace souk::persistence {

namespace {

using cell = std::optional<std::string>;

template <class Int>
cell number(Int value) {
  std::string out;
  pg::put(out, value);
  return out;
}

cell text_of(const chain_hash& chain) { return std::string{chain.begin(), chain.end()}; }

std::shared_ptr<PGresult> make_result(ExecStatusType status) {
  return {PQmakeEmptyPGresult(nullptr, status), PQclear};
}

template <size_t Columns>
void add(PGresult* to, std::array<cell, Columns> row) {
  const auto y = PQntuples(to);
  for (size_t x = 0; x < Columns; ++x)
    PQsetvalue(to, y, static_cast<int>(x), row[x] ? row[x]->data() : nullptr,
               row[x] ? static_cast<int>(row[x]->size()) : -1);
}

} // namespace

feed_change journal_insert(const std::string& entity, const stored_row& what) {
  static const auto table =
      std::make_shared<const feed_table>(feed_table{"journal",
                                                    {{"entity", pg::oid_text},
                                                     {"seq", pg::oid_int8},
                                                     {"events", pg::oid_int4},
                                                     {"payload", pg::oid_bytea},
                                                     {"chain", pg::oid_bytea}}});
  return {feed_change::kind::insert,
          table,
          {entity, number(static_cast<int64_t>(what.row.first_seq)),
           number(static_cast<int32_t>(what.row.events)), what.row.payload, text_of(what.chain)}};
}

sql::rows history_rows(const stored_history& history) {
  auto out = make_result(PGRES_TUPLES_OK);
  std::array<PGresAttDesc, 6> columns{};
  const unsigned types[] = {pg::oid_int4,  pg::oid_int8,  pg::oid_int4,
                            pg::oid_bytea, pg::oid_bytea, pg::oid_timestamptz};
  std::string unnamed = "?";
  for (size_t x = 0; x < columns.size(); ++x)
    columns[x] = {.name = unnamed.data(),
                  .tableid = 0,
                  .columnid = 0,
                  .format = 1,
                  .typid = types[x],
                  .typlen = -1,
                  .atttypmod = -1};
  PQsetResultAttrs(out.get(), static_cast<int>(columns.size()), columns.data());
  if (const auto& s = history.snapshot)
    add<6>(out.get(), {number(int32_t{0}),
                       number(static_cast<int64_t>(s->seq)),
                       number(static_cast<int32_t>(s->version)),
                       s->payload,
                       text_of(history.snapshot_chain),
                       {}});
  for (const auto& [row, chain, committed] : history.rows)
    add<6>(out.get(), {number(int32_t{1}),
                       number(static_cast<int64_t>(row.first_seq)),
                       number(static_cast<int32_t>(row.events)),
                       row.payload,
                       text_of(chain),
                       {}});
  if (history.wakeup)
    add<6>(out.get(), {number(int32_t{2}),
                       number(int64_t{0}),
                       number(int32_t{0}),
                       {},
                       {},
                       number(pg::to_postgres(*history.wakeup))});
  return sql::rows{out};
}

sql::rows no_rows() { return sql::rows{make_result(PGRES_COMMAND_OK)}; }

} // namespace souk::persistence
