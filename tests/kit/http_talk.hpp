// A client's side of HTTP/1.1 for tests: one kept-alive connection, every wait bounded, and the
// answer taken apart. No redirects, no retries: a test says itself what it repeats.
#pragma once

#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace souk::tests {

using header_list = std::map<std::string, std::string>;

struct answer {
  int status = 0; ///< 0: the connection ended, or patience did, before a whole answer came
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
  boost::json::value json; ///< null when the body is none

  /// By JSON pointer ("/totals/total/amount"); null where there is nothing.
  const boost::json::value& at(std::string_view pointer) const;
  std::string text(std::string_view pointer) const;  ///< empty where there is none
  int64_t number(std::string_view pointer) const;    ///< -1 where there is none
  size_t size(std::string_view pointer) const;       ///< of the array there, else 0
  std::string header(const std::string& name) const; ///< by lower-case name
  std::string code() const { return text("/code"); } ///< of problem details
};

/// For messages of failed expectations.
std::ostream& operator<<(std::ostream& out, const answer& a);

/// Not thread-safe: one for each thread.
class http_talk {
public:
  explicit http_talk(int port, std::chrono::milliseconds patience = std::chrono::seconds{30});
  ~http_talk();
  http_talk(const http_talk&) = delete;
  http_talk& operator=(const http_talk&) = delete;

  /// Sent with every request.
  header_list always;

  /// A body is sent as application/json unless `headers` say otherwise.
  answer ask(std::string_view verb, std::string_view path, std::string_view body = {},
             const header_list& headers = {});
  answer get(std::string_view path) { return ask("GET", path); }
  answer post(std::string_view path, const boost::json::value& body,
              const header_list& headers = {}) {
    return ask("POST", path, boost::json::serialize(body), headers);
  }
  /// Sends exactly these bytes on a fresh connection, `pause` before each `piece` of them, and
  /// reads what comes back.
  answer raw(std::string_view bytes, size_t piece = std::string_view::npos,
             std::chrono::milliseconds pause = {});

private:
  bool open();
  void close();
  bool send(std::string_view bytes);
  answer receive(bool is_head);

  const int port_;
  const std::chrono::milliseconds patience_;
  int socket_ = -1;
};

/// Runs act(0) … act(n-1) on threads of their own that begin together; returns when all are done.
void in_parallel(int n, const std::function<void(int)>& act);

/// True as soon as `holds` is; false when it was not within `limit`.
bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& holds);

/// SOUK_SEED, else one of chance; printed so that a failure can be run again.
uint64_t printed_seed();

} // namespace souk::tests
