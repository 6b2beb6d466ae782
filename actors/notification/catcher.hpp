// The developer's mail server that sends nothing: keeps the newest mails for /dev/mail to show.
#pragma once

#include "actors/notification/mailer.hpp"
#include "persistence/sql.hpp"

#include <vector>

namespace souk::notification {

/// Mails kept; older ones go.
inline constexpr int64_t caught_max = 500;
/// How long catching one may wait for a connection.
inline constexpr std::chrono::seconds catch_deadline{10};

struct caught_mail {
  std::string id;
  time_point at{};
  std::string from, to, subject;
  std::string headers; ///< as a mail server would have got them, a line each
  std::string text, html;
};

/// Thread-safe.
class catcher final : public mailer {
public:
  explicit catcher(persistence::sql::pool& rows) : rows_(rows) {}
  /// The same mail again changes nothing. Not on a pool thread.
  result<void> send(const mail& m, std::stop_token stop) override;
  /// Newest first, without their contents.
  void list(callback<std::vector<caught_mail>> done);
  /// errc::not_found.
  void find(std::string id, callback<caught_mail> done);

private:
  persistence::sql::pool& rows_;
};

} // namespace souk::notification
