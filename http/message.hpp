// Requests and responses as handlers see them: plain values, nothing of Beast, nothing of sockets.
#pragma once

#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace souk::http {

enum class method : uint8_t { get, head, post, put, patch, del, options };
inline constexpr size_t method_count = 7;

/// "GET", "DELETE", …
std::string_view to_string(method verb);
/// Case-sensitive, as HTTP is; empty for a method souk does not serve.
std::optional<method> parse_method(std::string_view name);

struct header {
  std::string name;
  std::string value;
};

/// Where a request belongs in a distributed trace (W3C trace context).
struct trace_context {
  std::string trace_id;  ///< 32 lower-case hex digits
  std::string span_id;   ///< 16, of this node's span
  std::string parent_id; ///< 16, the caller's span; empty for a new trace
  std::string state;     ///< tracestate, passed on as it came
  bool sampled = false;
  std::string to_traceparent() const;
};

struct route;
class conversation; // http/conversation.hpp
struct identity;    // http/api/context.hpp

struct request {
  method verb = method::get;
  std::string target;                                     ///< as sent: path and query
  std::string path;                                       ///< percent-decoded, without the query
  std::vector<std::pair<std::string, std::string>> query; ///< decoded, in order
  std::vector<header> headers;
  std::string body;
  std::string peer; ///< address of the other side, without the port
  std::vector<std::pair<std::string, std::string>> params; ///< from the pattern, decoded
  trace_context trace;
  std::string idempotency_key; ///< empty: the client sent none
  std::string caller;          ///< who, as the authoriser found; empty: nobody known
  std::shared_ptr<const identity> who =
      {};                            ///< the same caller with roles; empty before it is known
  const route* matched = nullptr;    ///< set by the edge
  std::chrono::nanoseconds began{0}; ///< monotonic
  std::vector<header> owed_headers;  ///< what the edge adds to whatever is answered

  /// Value of the first header of that name in any case; empty when absent.
  std::string_view header_value(std::string_view name) const;
  size_t count_headers(std::string_view name) const;
  /// The parameter of the pattern; asserts that the pattern has it.
  const std::string& param(std::string_view name) const;
  /// The first query parameter of that name.
  std::optional<std::string_view> query_value(std::string_view name) const;
};

using request_ptr = std::shared_ptr<request>;

struct response {
  int status = 200; ///< 0: the connection is closed without an answer (fault injection)
  std::vector<header> headers = {};
  std::string content_type = {}; ///< empty: no body
  std::string body = {};
  std::shared_ptr<const std::string> shared_body = {}; ///< when set, stands in place of `body`
  errc problem = errc::internal;                       ///< for logs, where status ≥ 400
  std::shared_ptr<conversation> talk = {}; ///< with status 101: the WebSocket goes on with it

  static response json(int status, const boost::json::value& value);
  /// `text` is already JSON.
  static response json_text(int status, std::string text);
  static response text(int status, std::string text,
                       std::string content_type = "text/plain; charset=utf-8");
  static response empty(int status = 204);
  static response cut();

  response& with(std::string name, std::string value) &;
  response&& with(std::string name, std::string value) &&;
  std::string_view header_value(std::string_view name) const;
  std::string_view content() const { return shared_body ? std::string_view{*shared_body} : body; }
};

/// Called from any thread; the first call answers, later ones are ignored. Never called: the edge
/// answers 503 at the request's deadline.
using responder = std::function<void(response)>;
using handler = std::function<void(request_ptr, responder)>;

/// ASCII, without regard to case.
bool same_name(std::string_view a, std::string_view b);

} // namespace souk::http
