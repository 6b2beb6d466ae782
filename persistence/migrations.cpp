#include "persistence/migrations.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"

#include <set>

namespace souk::persistence {

namespace {

constexpr std::string_view ledger_of_migrations =
    "create table if not exists schema_migration ("
    "  name text primary key, checksum bytea not null, applied_at timestamptz not null default "
    "now())";

/// True when it was missing.
result<bool> apply(sql::connection& c, const migration& m) {
  // A transaction's lock goes with it, whatever happens; building indexes may take its time.
  if (auto alone = c.script("set local lock_timeout = '60s'; set local statement_timeout = 0;"
                            "select pg_advisory_xact_lock(7310579)");
      !alone)
    return alone.error();
  if (auto table = c.script(ledger_of_migrations); !table)
    return table.error();
  const auto checksum = sha256(m.text);
  auto known =
      c.execute("select checksum from schema_migration where name = $1", {std::string{m.name}});
  if (!known)
    return known.error();
  if (!known->empty()) {
    if (known->bytea(0, 0) != checksum)
      return fail(errc::conflict,
                  "migration " + std::string{m.name} + " was changed after it was applied");
    return false;
  }
  if (auto done = c.script(m.text); !done)
    return fail(done.error().code, std::string{m.name} + ": " + done.error().detail);
  auto noted = c.execute("insert into schema_migration (name, checksum) values ($1, $2)",
                         {std::string{m.name}, sql::bytes{checksum}});
  if (!noted)
    return noted.error();
  log::info("schema.migrated", {{"name", m.name}});
  return true;
}

} // namespace

result<int> migrate(sql::connection& c, std::span<const migration> all) {
  int applied = 0;
  for (const auto& m : all) {
    auto fresh = sql::in_transaction(c, [&](sql::connection& t) { return apply(t, m); });
    if (!fresh)
      return fresh.error();
    applied += *fresh;
  }
  return applied;
}

result<void> check_schema(sql::connection& c, std::span<const migration> all) {
  const auto table = c.execute("select to_regclass('schema_migration') is not null");
  if (!table)
    return table.error();
  std::set<std::string, std::less<>> applied;
  if (table->boolean(0, 0)) {
    const auto known = c.execute("select name from schema_migration");
    if (!known)
      return known.error();
    for (size_t i = 0; i < known->size(); ++i)
      applied.emplace(known->text(i, 0));
  }
  for (const auto& m : all)
    if (!applied.contains(m.name))
      return fail(errc::conflict, "the database lacks migration " + std::string{m.name} +
                                      ": run `souk migrate` first");
  return {};
}

} // namespace souk::persistence
