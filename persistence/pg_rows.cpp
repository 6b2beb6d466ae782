// Reads results that arrive in binary.
#include "persistence/pg_codec.hpp"
#include "persistence/sql.hpp"

#include <libpq-fe.h>

#include <cstdlib>

namespace souk::persistence::sql {

namespace {

const PGresult* of(const std::shared_ptr<void>& result) {
  return static_cast<const PGresult*>(result.get());
}

std::string_view cell(const std::shared_ptr<void>& result, size_t row, size_t column) {
  const auto* r = of(result);
  const auto y = static_cast<int>(row);
  const auto x = static_cast<int>(column);
  SOUK_ASSERT(y < PQntuples(r) && x < PQnfields(r), "a row and column of this result");
  return {PQgetvalue(r, y, x), static_cast<size_t>(PQgetlength(r, y, x))};
}

unsigned type_of(const std::shared_ptr<void>& result, size_t column) {
  return PQftype(of(result), static_cast<int>(column));
}

/// Whole numerics only: sum() over bigint yields them. Digits are base 10,000, the first the
/// highest.
int64_t whole_numeric(std::string_view bytes) {
  const auto digits = pg::get<int16_t>(bytes);
  const auto weight = pg::get<int16_t>(bytes.substr(2));
  const bool negative = pg::get<uint16_t>(bytes.substr(4)) == 0x4000;
  SOUK_ASSERT(weight < 5 && digits <= weight + 1, "a numeric that is a whole int64");
  int64_t value = 0;
  for (int i = 0; i <= weight; ++i) {
    const int64_t digit = i < digits ? pg::get<int16_t>(bytes.substr(8 + 2 * i)) : 0;
    SOUK_ASSERT(!__builtin_mul_overflow(value, 10'000, &value) &&
                    !__builtin_add_overflow(value, digit, &value),
                "a numeric that fits int64");
  }
  return negative ? -value : value;
}

} // namespace

rows::rows(std::shared_ptr<void> result) : result_(std::move(result)) {}

size_t rows::size() const { return static_cast<size_t>(PQntuples(of(result_))); }

bool rows::is_null(size_t row, size_t column) const {
  return PQgetisnull(of(result_), static_cast<int>(row), static_cast<int>(column)) == 1;
}

std::string_view rows::text(size_t row, size_t column) const {
  const auto type = type_of(result_, column);
  SOUK_ASSERT(type != pg::oid_int8 && type != pg::oid_int4 && type != pg::oid_numeric &&
                  type != pg::oid_timestamptz && type != pg::oid_bool,
              "text() of a text column; cast the others in SQL");
  auto value = cell(result_, row, column);
  if (type == pg::oid_jsonb && !value.empty())
    value.remove_prefix(1); // the format's version
  return value;
}

int64_t rows::integer(size_t row, size_t column) const {
  const auto value = cell(result_, row, column);
  switch (type_of(result_, column)) {
  case pg::oid_int8:
    return value.empty() ? 0 : pg::get<int64_t>(value);
  case pg::oid_int4:
    return value.empty() ? 0 : pg::get<int32_t>(value);
  case pg::oid_int2:
    return value.empty() ? 0 : pg::get<int16_t>(value);
  case pg::oid_numeric:
    return value.empty() ? 0 : whole_numeric(value);
  default:
    SOUK_ASSERT(false, "integer() of a number column");
  }
}

bool rows::boolean(size_t row, size_t column) const {
  SOUK_ASSERT(type_of(result_, column) == pg::oid_bool, "boolean() of a bool column");
  const auto value = cell(result_, row, column);
  return !value.empty() && value[0] != '\0';
}

std::string rows::bytea(size_t row, size_t column) const {
  SOUK_ASSERT(type_of(result_, column) == pg::oid_bytea, "bytea() of a bytea column");
  return std::string{cell(result_, row, column)};
}

time_point rows::time(size_t row, size_t column) const {
  SOUK_ASSERT(type_of(result_, column) == pg::oid_timestamptz, "time() of a timestamptz column");
  const auto value = cell(result_, row, column);
  return value.empty() ? time_point{} : pg::from_postgres(pg::get<int64_t>(value));
}

int64_t rows::affected() const {
  const char* count = PQcmdTuples(const_cast<PGresult*>(of(result_)));
  return std::strtoll(count, nullptr, 10);
}

} // namespace souk::persistence::sql
