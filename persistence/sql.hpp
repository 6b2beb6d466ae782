// The query interface over Postgres for services that keep rows (catalogue, users, projections).
// Blocking calls on a connection that a pool thread owns; nothing here may run on an actor's
// thread.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace souk::persistence::sql {

/// A parameter: null, bool, int64, text, or bytes. Arrays are passed as text[] / bigint[].
struct bytes {
  std::string_view value;
};
using parameter = std::variant<std::nullptr_t, bool, int64_t, std::string, bytes, time_point,
                               std::vector<std::string>, std::vector<int64_t>>;

/// A result set. Columns by position; a wrong type is a programmer's error and asserts.
class rows {
public:
  explicit rows(std::shared_ptr<void> result);
  size_t size() const;
  bool empty() const { return size() == 0; }
  bool is_null(size_t row, size_t column) const;
  std::string_view text(size_t row, size_t column) const;
  int64_t integer(size_t row, size_t column) const;
  bool boolean(size_t row, size_t column) const;
  std::string bytea(size_t row, size_t column) const;
  time_point time(size_t row, size_t column) const;
  /// Rows changed by insert, update or delete.
  int64_t affected() const;

private:
  std::shared_ptr<void> result_;
};

/// One Postgres session. Not thread-safe. A failed call leaves it usable or is_broken().
class connection {
public:
  virtual ~connection() = default;
  /// `statement` with $1…; prepared once per connection and text. errc::unavailable when Postgres
  /// is away or ends the session, errc::conflict on a unique, exclusion or serialisation violation
  /// (detail names the constraint), errc::invalid on a check or foreign key violation, else
  /// internal.
  virtual result<rows> execute(std::string_view statement,
                               std::vector<parameter> parameters = {}) = 0;
  /// Several statements without parameters (migrations).
  virtual result<void> script(std::string_view text) = 0;
  virtual bool is_broken() const = 0;
};

/// begin; `work`; commit, or rollback when work fails. Unknown outcomes of COMMIT are
/// `unavailable`.
template <class Work>
auto in_transaction(connection& c, Work work) -> decltype(work(c)) {
  if (auto begun = c.execute("begin"); !begun)
    return begun.error();
  auto outcome = work(c);
  if (!outcome) {
    (void)c.execute("rollback");
    return outcome;
  }
  if (auto done = c.execute("commit"); !done)
    return done.error();
  return outcome;
}

/// Connections with a thread each and one bounded queue between them. Thread-safe.
class pool {
public:
  virtual ~pool() = default;
  /// Runs `work` on a pool thread with a live connection. When the queue is at its limit or
  /// Postgres is away, `refused` is called instead, perhaps on the calling thread. Exactly one of
  /// both is called.
  virtual void run(std::function<void(connection&)> work, std::function<void(failure)> refused) = 0;

  /// The usual form: T work(connection&) with T = result<X>, answered through `done`.
  template <class Work, class Done>
  void ask(Work work, Done done) {
    run([work, done](connection& c) { done(work(c)); },
        [done](failure why) { done(std::move(why)); });
  }
};

} // namespace souk::persistence::sql
