#include "persistence/pg_append.hpp"

#include "persistence/pg_copy.hpp"

#include <algorithm>

namespace souk::persistence {

namespace {

/// The arguments of append(), in its order (migrations/0001_journal.sql).
struct arguments {
  pg::array shard{pg::oid_int4}, entity{pg::oid_text}, seq{pg::oid_int8}, events{pg::oid_int4},
      payload{pg::oid_bytea}, chain{pg::oid_bytea}, previous{pg::oid_bytea}, check{pg::oid_bool};
  pg::array l_entity{pg::oid_text}, l_seq{pg::oid_int8}, l_line{pg::oid_int4},
      l_account{pg::oid_text}, l_reference{pg::oid_text}, l_amount{pg::oid_int8},
      l_currency{pg::oid_text};
  pg::array w_shard{pg::oid_int4}, w_entity{pg::oid_text}, w_due{pg::oid_timestamptz};
  pg::array s_shard{pg::oid_int4}, s_entity{pg::oid_text}, s_seq{pg::oid_int8},
      s_version{pg::oid_int4}, s_payload{pg::oid_bytea}, s_chain{pg::oid_bytea};

  void add(const batch_entry& e);
  std::vector<pg_value> values();

private:
  void add_postings(const std::string& entity_text, const batch_row& row);
};

std::string_view text_of(const chain_hash& chain) {
  return {reinterpret_cast<const char*>(chain.data()), chain.size()};
}

void arguments::add(const batch_entry& e) {
  const auto& name = e.stream->entity.text();
  const auto its_shard = static_cast<int32_t>(e.stream->entity.shard());
  for (const auto& row : e.rows) {
    shard.add_number(its_shard);
    entity.add(name);
    seq.add_number(static_cast<int64_t>(row.first_seq));
    events.add_number(static_cast<int32_t>(row.events));
    payload.add(row.payload);
    chain.add(text_of(row.chain));
    previous.add(text_of(row.previous));
    check.add_bool(row.check);
    add_postings(name, row);
  }
  if (e.wakeup) {
    w_shard.add_number(its_shard);
    w_entity.add(name);
    if (e.wakeup->due)
      w_due.add_number(pg::to_postgres(*e.wakeup->due));
    else
      w_due.add_null();
  }
  if (e.snapshot) {
    s_shard.add_number(its_shard);
    s_entity.add(name);
    s_seq.add_number(static_cast<int64_t>(e.snapshot->seq));
    s_version.add_number(static_cast<int32_t>(e.snapshot->version));
    s_payload.add(e.snapshot->payload);
    s_chain.add(text_of(e.snapshot_chain));
  }
}

void arguments::add_postings(const std::string& entity_text, const batch_row& row) {
  int32_t line = 0;
  for (const auto& p : row.postings) {
    l_entity.add(entity_text);
    l_seq.add_number(static_cast<int64_t>(row.first_seq));
    l_line.add_number(++line);
    l_account.add(p.account);
    l_reference.add(p.reference);
    l_amount.add_number(p.amount);
    l_currency.add(p.currency.code());
  }
}

std::vector<pg_value> arguments::values() {
  std::vector<pg_value> out;
  out.reserve(24);
  const auto put = [&](pg::oid type, pg::array& a) { out.push_back({type, true, a.take()}); };
  put(pg::oid_int4_array, shard);
  put(pg::oid_text_array, entity);
  put(pg::oid_int8_array, seq);
  put(pg::oid_int4_array, events);
  put(pg::oid_bytea_array, payload);
  put(pg::oid_bytea_array, chain);
  put(pg::oid_bytea_array, previous);
  put(pg::oid_bool_array, check);
  put(pg::oid_text_array, l_entity);
  put(pg::oid_int8_array, l_seq);
  put(pg::oid_int4_array, l_line);
  put(pg::oid_text_array, l_account);
  put(pg::oid_text_array, l_reference);
  put(pg::oid_int8_array, l_amount);
  put(pg::oid_text_array, l_currency);
  put(pg::oid_int4_array, w_shard);
  put(pg::oid_text_array, w_entity);
  put(pg::oid_timestamptz_array, w_due);
  put(pg::oid_int4_array, s_shard);
  put(pg::oid_text_array, s_entity);
  put(pg::oid_int8_array, s_seq);
  put(pg::oid_int4_array, s_version);
  put(pg::oid_bytea_array, s_payload);
  put(pg::oid_bytea_array, s_chain);
  return out;
}

} // namespace

result<int64_t> append(pg_connection& c, const batch& b) {
  arguments a;
  for (const auto& e : b.entries())
    a.add(e);
  auto done =
      c.call("select append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,"
             " $16, $17, $18, $19, $20, $21, $22, $23, $24)",
             a.values());
  if (!done)
    return done.error();
  return done->integer(0, 0);
}

result<void> append_first_rows(pg_connection& c, std::vector<first_row> rows) {
  // Partition by partition and in the order of keys: neighbours share pages and records of the log.
  const auto key = [](const first_row& r) {
    return std::pair<uint32_t, std::string_view>{r.entity.shard(), r.entity.text()};
  };
  std::ranges::sort(rows, {}, key);
  if (const auto twice = std::ranges::adjacent_find(rows, {}, key); twice != rows.end())
    return fail(errc::invalid, twice->entity.text() + " has one first row");
  pg::copy_rows copied{6};
  for (const auto& r : rows) {
    const auto chain = next_chain({}, 1, r.payload);
    copied.begin_row();
    copied.number(static_cast<int32_t>(r.entity.shard()));
    copied.text(r.entity.text());
    copied.number(int64_t{1});
    copied.number(static_cast<int32_t>(r.events));
    copied.text(r.payload);
    copied.text(text_of(chain));
  }
  return c.copy_in("copy journal (shard, entity, seq, events, payload, chain) from stdin "
                   "(format binary)",
                   copied.take());
}

result<stored_history> read_history(sql::connection& c, const entity_id& entity) {
  auto r = c.execute(
      "with s as (select seq, version, payload, chain from snapshot where shard = $1::int4 and "
      "entity = $2)"
      " select 0, seq, version, payload, chain, null::timestamptz from s"
      " union all"
      " select 1, seq, events, payload, chain, null from journal"
      "   where shard = $1::int4 and entity = $2 and seq > coalesce((select seq from s), 0)"
      " union all"
      " select 2, 0, 0, null, null, due_at from wakeup where shard = $1::int4 and entity = $2"
      " order by 1, 2",
      {static_cast<int64_t>(entity.shard()), entity.text()});
  if (!r)
    return r.error();
  stored_history out;
  for (size_t i = 0; i < r->size(); ++i) {
    const auto kind = r->integer(i, 0);
    if (kind == 2) {
      out.wakeup = r->time(i, 5);
      continue;
    }
    const auto chain = to_chain(r->bytea(i, 4));
    if (!chain)
      return chain.error();
    const auto seq = static_cast<uint64_t>(r->integer(i, 1));
    const auto number = static_cast<uint32_t>(r->integer(i, 2));
    if (kind == 0) {
      out.snapshot = snapshot_row{seq, number, r->bytea(i, 3)};
      out.snapshot_chain = *chain;
    } else {
      out.rows.push_back({{seq, number, r->bytea(i, 3)}, *chain});
    }
  }
  return out;
}

} // namespace souk::persistence
