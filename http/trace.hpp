// W3C trace context: which trace a request belongs to, and a new span of it for this node.
#pragma once

#include "base/ids.hpp"
#include "http/message.hpp"

namespace souk::http {

/// Continues the caller's trace when `from` carries exactly one valid traceparent, else begins a
/// new one; tracestate is kept only behind a valid traceparent.
trace_context continue_trace(const request& from, entropy& random);

} // namespace souk::http
