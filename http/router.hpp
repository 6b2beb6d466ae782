// The route table: which handler answers a method and a path, and what the edge enforces before it.
#pragma once

#include "http/message.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace souk::http {

/// Who may call; the edge asks the site's authoriser for anything but `anyone`.
enum class access : uint8_t { anyone, user, admin };

struct route_options {
  size_t body_limit = 1 << 20; ///< bytes; longer bodies get 413 before they are read
  access who = access::anyone;
  std::string limit;                     ///< name of a rate limit policy; empty: none
  std::chrono::milliseconds deadline{0}; ///< zero: the server's
};

struct route {
  method verb;
  std::string pattern; ///< "/v1/carts/{id}/lines/{line}"; a last "{path*}" takes the rest
  std::string name;    ///< operationId in docs/api/openapi.json; empty: not part of the contract
  handler handle;
  route_options options;
};

/// Filled at start, then only read: from any thread.
class router {
public:
  router();
  ~router();
  router(router&&) noexcept;
  router& operator=(router&&) noexcept;

  /// Asserts that no other route has the same method and pattern.
  void add(method verb, std::string pattern, std::string name, handler handle,
           route_options options = {});

  struct match {
    const route* to;
    std::vector<std::pair<std::string, std::string>> params; ///< percent-decoded
  };
  /// `path` is raw, as sent. HEAD falls back to GET. errc::not_found for an unknown path,
  /// errc::method_not_allowed for a known one, with the allowed methods, comma-separated, as the
  /// failure's detail.
  result<match> find(method verb, std::string_view path) const;
  /// The methods of a path, for OPTIONS; empty when the path is unknown.
  std::string allowed(std::string_view path) const;

  const std::vector<std::unique_ptr<route>>& routes() const { return routes_; }

private:
  struct node;
  const node* walk(std::string_view path, std::vector<std::string>& values) const;
  std::vector<std::unique_ptr<route>> routes_;
  std::unique_ptr<node> root_;
};

} // namespace souk::http
