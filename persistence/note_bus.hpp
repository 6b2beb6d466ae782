// Tells every node what changed: small notes that say "look again", never what it is now. A note
// may get lost; then `anything_changed` follows, or flowing() is false and listeners look by
// themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace souk::persistence {

/// Instead of a subject: notes were missed, everything may have changed.
inline constexpr std::string_view anything_changed = "*";

struct change_note {
  std::string subject;
  uint64_t seq = 0; ///< of the change; 0 where it has none that could be compared
  bool operator==(const change_note&) const = default;
};

/// Called on any thread; has to be quick.
using note_listener = std::function<void(const std::vector<change_note>&)>;

class note_bus {
public:
  virtual ~note_bus() = default;
  /// To the listeners of all nodes, this one's too. Never waits, thread-safe.
  virtual void publish(const std::vector<change_note>& notes) = 0;
  /// False while changes may happen that this node's listener is not told of.
  virtual bool flowing() const = 0;
};

/// Within one process: complete exactly while this node reads the change feed itself.
class local_note_bus final : public note_bus {
public:
  local_note_bus(note_listener listener, std::function<bool()> leads)
      : listener_(std::move(listener)), leads_(std::move(leads)) {}
  void publish(const std::vector<change_note>& notes) override { listener_(notes); }
  bool flowing() const override { return leads_(); }

private:
  const note_listener listener_;
  const std::function<bool()> leads_;
};

} // namespace souk::persistence
