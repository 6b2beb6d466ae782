// Who listens to what, and what they are told. Pure: no clock, no thread, no look-up of its own, so
// that tests run it through anything.
//
// A topic has at most one look-up under way, however many listen:
//
//            subscribe, note, refresh                  due()
//   resting ─────────────────────────► wanted ──not before its gap──► looking ──found()──► resting
//                                        ▲                               │
//                                        └──── a note came meanwhile, or the look-up failed ◄┘
//
// A new listener is told what a look-up begun after its subscribe found: never what was known
// before. From then on it is told each look-up's state whose data differs from what it was told;
// its seq rises.
#pragma once

#include "base/time.hpp"
#include "http/live/outbox.hpp"
#include "http/live/protocol.hpp"

#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

namespace souk::live {

/// One connection, as the hub sees it. Alive from its first subscribe to leave().
class listener {
public:
  virtual ~listener() = default;
  /// Returns at once and calls nothing of the hub. `text` is an error when it ends the
  /// subscription.
  virtual void tell(const std::string& topic, message text) = 0;
};

/// What a look-up found.
struct state {
  uint64_t seq = 0;
  std::string data;  ///< a JSON object
  std::string owner; ///< the user it belongs to; empty: nobody's
};

/// How a listener comes by its right: some topics are their owner's alone.
struct right {
  std::string user_id; ///< of its session; empty: a guest
  bool proven = false; ///< by access token or as staff: whoever the owner is
};

struct hub_limits {
  size_t topics = 200'000;
  size_t topics_of_listener = 100;
  size_t looking = 64;                               ///< look-ups under way
  std::chrono::milliseconds sku_gap{250};            ///< between look-ups: four messages a second
  std::chrono::milliseconds gap{50};                 ///< of orders and carts
  std::chrono::milliseconds refresh_flowing{60'000}; ///< in case a note was lost
  std::chrono::milliseconds refresh_alone{3'000};    ///< while no notes come
  std::chrono::milliseconds retry{1'000};            ///< after a look-up that failed
  std::chrono::milliseconds patience{10'000};        ///< then it counts as failed
};

/// Not thread-safe. `now` is monotonic and never less than before.
class hub {
public:
  using instant = std::chrono::nanoseconds;
  explicit hub(hub_limits limits = {}) : limits_(limits) {}

  /// Again for a topic it has: as if it were new. errc::overloaded at a limit.
  result<void> subscribe(listener& who, const topic& to, std::optional<uint64_t> since, right by,
                         instant now);
  void unsubscribe(listener& who, const std::string& name);
  /// It is not told anything any more.
  void leave(listener& who);

  /// The topic changed; seq 0: unknown which change it was.
  void note(const std::string& name, uint64_t seq, instant now);
  /// Notes were missed: everything has to be looked at.
  void note_everything(instant now);
  /// Whether notes come; otherwise topics are looked at every few seconds.
  void flow(bool notes_come, instant now);

  struct look {
    topic to;
    uint64_t number; ///< for found()
  };
  /// What has to be looked up now; each is under way until its found().
  std::vector<look> due(instant now);
  /// A transient failure is tried again; any other ends the topic for all its listeners.
  void found(const look& done, const result<state>& what, instant now);

  size_t topics() const { return topics_.size(); }
  size_t subscriptions() const { return subscriptions_; }

private:
  struct watch {
    right by;
    std::optional<uint64_t> since;
    uint64_t after = 0; ///< its first answer comes of a later look-up
    uint64_t told = 0;  ///< seq
    bool waits = true;  ///< for the first answer
  };
  struct watched {
    topic to;
    std::unordered_map<listener*, watch> listeners = {};
    std::optional<state> known = {};
    uint64_t changed_at = 0; ///< the first seq known with this data
    uint64_t looking = 0;    ///< number of the look-up under way
    bool again = false;      ///< something happened since it began
    instant due{0};
    instant not_before{0};
  };
  using topic_map = std::unordered_map<std::string, watched>;

  void give_up(instant now);
  void want(watched& t, instant at);
  void schedule(watched& t, instant at);
  void forget(topic_map::iterator t);
  void remove(topic_map::iterator t, listener& who);
  void learn(watched& t, const state& what);
  void tell_all(watched& t, const std::string& name, uint64_t number);
  bool allows(const watched& t, const watch& w) const;
  std::chrono::milliseconds gap_of(const watched& t) const;

  const hub_limits limits_;
  topic_map topics_;
  std::unordered_map<listener*, std::unordered_set<std::string>> of_;
  std::set<std::pair<instant, watched*>> queue_; ///< all that are not under way, by `due`
  std::deque<std::pair<instant, look>> begun_;   ///< may hold some that were answered
  size_t looking_ = 0;
  size_t subscriptions_ = 0;
  uint64_t numbers_ = 0;
  bool flowing_ = false;
};

} // namespace souk::live
