// The port through which mails leave: SMTP, or the developer's catcher.
#pragma once

#include "base/result.hpp"
#include "base/time.hpp"

#include <stop_token>
#include <string>

namespace souk::notification {

struct mailbox {
  std::string address;
  std::string name; ///< UTF-8; may be empty
};

/// A mail as it goes out, in UTF-8. What people wrote may stand in all of it.
struct mail {
  std::string id; ///< the part before the @ of its Message-ID; the same at every attempt
  mailbox from;
  mailbox to;
  std::string subject;
  std::string text;
  std::string html;
  std::string locale; ///< "de"
  time_point date{};  ///< when it was queued: the same at every attempt
};

class mailer {
public:
  virtual ~mailer() = default;
  /// Blocking, within a deadline of its own or until `stop`; one call at a time. errc::invalid: it
  /// will never be taken. Any other failure may pass, and the mail may have gone out all the same.
  virtual result<void> send(const mail& m, std::stop_token stop) = 0;
};

} // namespace souk::notification
