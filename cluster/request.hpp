// A command on its way to an entity: who it is for, how a repeat is recognised, when it stops to
// matter, and how it is answered. The router carries requests without knowing any domain.
#pragma once

#include "base/entity_id.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

#include <caf/intrusive_ptr.hpp>
#include <caf/ref_counted.hpp>

#include <string>

namespace souk::cluster {

/// Commands live no longer than this, so that what entities remember is finite.
inline constexpr std::chrono::minutes command_age_max{15};
/// When to come again for what has to wait for the rest of a rolling upgrade.
inline constexpr std::chrono::seconds upgrade_pause{10};

struct command_meta {
  command_id id;            ///< empty: the state itself recognises a repeat
  uint64_t fingerprint = 0; ///< of the body
  time_point expires;       ///< not decided after this database time
  std::string trace;        ///< W3C trace id, 16 bytes, or empty
};

class activation;

/// Answered exactly once, on any thread: by its entity, or by refuse().
class request : public caf::ref_counted {
public:
  request(entity_id to, command_meta how) : target(std::move(to)), meta(std::move(how)) {}
  ~request() override;

  /// Nothing was done, or what was done is unknown, as `why` says.
  virtual void refuse(failure why) = 0;

  /// The command as it travels to another node (proto/<domain>.proto).
  virtual result<std::string> encoded() const {
    return fail(errc::internal, "this request stays on its node");
  }
  /// The reply of an entity on another node.
  virtual void answered(std::string_view) {}
  /// It came from another node, which is told when the entity is not here.
  virtual bool is_from_afar() const { return false; }

  /// Counts this request at an activation, so that it is not let go while the request is there.
  void admitted_at(caf::intrusive_ptr<activation> where);
  void leave();

  const entity_id target;
  const command_meta meta;
  int retries = 0;

private:
  caf::intrusive_ptr<activation> where_;
};
using request_ptr = caf::intrusive_ptr<request>;

} // namespace souk::cluster
