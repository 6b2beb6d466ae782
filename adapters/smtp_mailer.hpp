// Mails by SMTP through libcurl: plain, STARTTLS or smtps, every wait bounded. Tells a refusal for
// good from one that may pass.
#pragma once

#include "actors/notification/mailer.hpp"

#include <memory>

namespace souk::adapters {

struct smtp_options {
  std::string url; ///< "smtp://host:587" or "smtps://host:465"
  std::string user = {};
  std::string password = {};
  bool starttls = true;  ///< required with smtp://; false: whatever goes over the wire is readable
  std::string host = {}; ///< how this shop introduces itself and what Message-IDs end with
  std::string trusted_file = {}; ///< PEM file of further roots; empty: the system's
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000}; ///< for one mail, connecting included
};

/// One thread at a time; keeps its connection between mails. errc::invalid: the server or the
/// address itself rules this mail out; errc::unavailable: nobody took it; errc::timed_out: it may
/// have been taken.
class smtp_mailer final : public notification::mailer {
public:
  explicit smtp_mailer(smtp_options options);
  ~smtp_mailer() override;

  result<void> send(const notification::mail& m, std::stop_token stop) override;

private:
  struct session;
  const smtp_options options_;
  std::unique_ptr<session> session_;
};

/// The header fields of a mail, a line each, in ASCII: what people wrote is encoded (RFC 2047), and
/// no value can begin a line of its own.
std::vector<std::string> mail_headers(const notification::mail& m, const std::string& host);

/// True for an address that can stand in an envelope: one @, nothing before or behind it missing,
/// no spaces, control characters, quotes or angle brackets.
bool is_mailable(std::string_view address);

} // namespace souk::adapters
