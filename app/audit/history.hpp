// What clients were told, recorded by chaos runs and benchmarks: the shop must still know it (laws
// 2 and 3, I5), and must have told it in time (law 4). The format is in docs/audit.md.
#pragma once

#include "app/audit/book.hpp"
#include "app/audit/report.hpp"
#include "base/result.hpp"

#include <optional>
#include <string>
#include <vector>

namespace souk::audit {

struct client_history {
  struct order {
    std::string id, key, currency, status;
    std::optional<int64_t> total;
  };
  struct line {
    std::string cart, line;
    int64_t quantity = 0;
  };
  struct count {
    std::string cell;
    int64_t on_hand = 0;
  };
  struct request {
    std::string what;
    int64_t took_ms = 0, deadline_ms = 0;
    bool answered = true;
  };
  std::vector<order> orders;
  std::vector<line> lines;
  std::vector<count> counts;
  std::vector<request> requests;
};

/// errc::unavailable when the file cannot be read, errc::invalid naming the line that is not as
/// documented.
result<client_history> read_history(const std::string& file);
/// Before the journal is read: which carts to remember.
void watch(const client_history& told, book& facts);
void check_history(const client_history& told, const book& facts, report& out);

} // namespace souk::audit
