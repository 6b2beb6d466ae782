// This node's part in the membership: joins, proves that it lives, watches the others, votes, and
// hands shards over. One actor; everything it decides from is in suspicion, probing, hand_off and
// placement. Source of the protocol: Orleans cluster management (docs/cluster.md).
//
//   joining ──linked to all that live──► active ──leave()──► leaving ──empty──► gone
//      │                                   │                    │
//      └──name taken: refused              └──the table calls it dead: last word, expelled
//
// A connection that is refused proves that nobody listens there for us:
//
//   refused ──► others are asked ──none reaches it──► dead
//      │                └──one does──► asked by way of that one
//      └──it tells the table nothing any more, or nobody else is left──► dead
#pragma once

#include "cluster/hand_off.hpp"
#include "cluster/membership_table.hpp"
#include "cluster/mesh.hpp"
#include "cluster/probing.hpp"
#include "cluster/suspicion.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace souk::cluster {

/// An entity answers reads while its node has proved its membership within this time. Whoever told
/// a node that was voted dead since that they share a view waits as long before it serves its
/// shards.
inline constexpr std::chrono::milliseconds fresh_for{2'000};
/// Clocks of two nodes differ less over that time.
inline constexpr std::chrono::milliseconds fresh_margin{100};
/// Without the table its last word is believed for so long, while all members share the view.
inline constexpr std::chrono::seconds believed_for{30};
/// Whoever starts takes a member that it does not reach for gone when it has told the table nothing
/// for so long: no view without the starting one is believed any more.
inline constexpr std::chrono::seconds gone_after{33};
static_assert(gone_after > believed_for + fresh_for + fresh_margin);
/// A heartbeat later than this means that this node itself stood still.
inline constexpr std::chrono::milliseconds slept_when_late{250};
/// A joining node waits so long for links to all that live.
inline constexpr std::chrono::milliseconds join_patience{5'000};
/// Whoever refuses connections and has told the table nothing for so long is gone.
inline constexpr std::chrono::milliseconds mute_after{750};
/// Who has told the table something within this time lives, whether we reach it or not.
inline constexpr std::chrono::milliseconds spoke_within{1'500};
/// Whoever reaches fewer than it misses blames nobody for so long: it is the one that is cut off.
inline constexpr std::chrono::milliseconds outnumbered_patience{5'000};
/// A process that has to end waits so long for its last word to the table.
inline constexpr std::chrono::milliseconds last_word_patience{200};
inline constexpr std::chrono::milliseconds table_pause{50};
inline constexpr std::chrono::hours dead_kept{24};

/// What the node does about it; on the participant's actor, must not block.
struct participant_events {
  std::function<void()> joined;
  std::function<void(const failure&)> refused; ///< it cannot join
  std::function<void()> expelled;              ///< dead by the table: end the process
  std::function<void()> asked_to_leave;        ///< somebody marked it so in the table
  std::function<void()> left;                  ///< everything is handed over
};

class participant final : public duty_actor::base {
public:
  /// All outlive the actor but `events`.
  struct surroundings {
    membership_table* table;
    mesh* ways;
    router* route;
    const souk::clock* time;
    /// The journal takes writes, and nothing is on its way that it sent by an earlier connection.
    /// Before we are listed, another's fence may end its sessions.
    std::function<bool()> can_write;
    participant_events events;
  };

  participant(caf::actor_config& cfg, member self, surroundings around);
  behavior_type make_behavior() override;
  const char* name() const override { return "participant"; }

  // By way of tasks: they run on this actor.
  void leave();
  /// Dead by its own hand. From now on it answers no reads: the others do not wait for it.
  void end(std::function<void()> then);
  void refresh(std::function<void()> then);
  void heard_of(uint64_t version);
  void emptied(uint32_t shard);
  void link_changed(const node_ref& peer, std::optional<link_loss> lost);
  void control(const node_ref& from, const pb::item& what);

private:
  enum class phase : uint8_t { arriving, joining, active, leaving, ended };
  using edit = std::function<std::optional<member>(const membership& table)>;

  // --- the table (participant_table.cpp)
  void read_table();
  void adopt(const membership& now);
  void note_deaths(const membership& before);
  void expire();
  void meet(const membership& now);
  void install(const membership& before);
  view_ptr without_doubtful(const membership& before, const view& next) const;
  /// Reads, edits one row and writes it, again and again until nobody was faster; `edit` returns
  /// nothing when there is nothing to do any more.
  void change(edit how, std::function<void()> then = {});
  void write_row(const membership& seen, const member& row, const edit& how,
                 const std::function<void()>& then);
  void confirm();
  void confirmed(const result<uint64_t>& version, std::chrono::nanoseconds asked_at);
  /// Shown to be a member at `proof` (monotonic).
  void renew_reads(std::chrono::nanoseconds proof);
  void fence_dead();

  // --- joining (participant.cpp)
  void arrive();
  void replace_predecessor(const member& old, const membership& seen);
  void look_whether_linked();

  // --- leaving, and shards that come and go (participant.cpp)
  void look_whether_left();
  void let_go(uint32_t shard, uint64_t owned_by);
  void tell_settled();
  void open_soon();
  void open_ready();
  void silence_laggards();

  // --- the others (participant_watch.cpp)
  void beat();
  void suspect(const node_ref& who);
  bool is_outnumbered(const membership& seen);
  void declare_dead(const node_ref& who);
  void refused_by(const node_ref& who);
  void look_whether_mute(const node_ref& who);
  void report(const node_ref& to, const node_ref& whom, bool alive);
  void heard_report(const node_ref& from, const node_ref& whom, bool alive);
  void asked_to_probe(const node_ref& asker, const node_ref& whom);
  void confirm_by_members();
  uint64_t vouch_for(const node_ref& peer);
  std::set<node_ref> others() const;
  std::vector<node_ref> helpers() const;

  /// Runs `what` here later, or at once when an answer of the table comes.
  template <class F>
  auto here(F what);
  void later(std::chrono::nanoseconds pause, std::function<void()> what);

  member self_;
  surroundings around_;
  phase phase_ = phase::arriving;
  membership table_;
  std::chrono::nanoseconds joining_since_{0}, active_since_{0};
  std::set<node_ref> refused_; ///< predecessors whose process is gone
  bool listed_ = false;        ///< our row has been seen
  bool asked_to_leave_ = false;
  bool ending_ = false; ///< we are about to be dead by our own hand

  bool reading_ = false;
  bool read_again_ = false;
  std::vector<std::function<void()>> after_read_;
  bool confirming_ = false;

  std::chrono::nanoseconds beat_due_{0};
  uint64_t heard_ = 0;                                   ///< newest version that anybody spoke of
  std::optional<std::chrono::nanoseconds> confirmed_at_; ///< the table was asked then, same view
  probing probes_;
  /// They share our view: they answered a probe that was sent then.
  std::map<node_ref, std::chrono::nanoseconds> sharing_;
  /// They were told then that we share their view.
  std::map<node_ref, std::chrono::nanoseconds> vouched_;
  std::map<uint64_t, std::chrono::nanoseconds> rounds_;
  std::set<node_ref> suspecting_;
  /// The version of the table that a vote of ours against them was to change: it may have.
  std::map<node_ref, uint64_t> voted_;
  std::optional<std::chrono::nanoseconds> outnumbered_since_;
  /// Who refused our connection, and which others have not said yet that they do not reach it.
  std::map<node_ref, std::set<node_ref>> refusing_;
  struct question {
    node_ref asker;
    std::chrono::nanoseconds until;
  };
  std::multimap<node_ref, question> asked_for_; ///< whom we probe because another asked

  hand_off incoming_;
  struct parting {
    std::optional<node_ref> to; ///< nobody yet, or whose it is now
    uint64_t owned_by;          ///< the last view by which it was ours
  };
  std::map<uint32_t, parting> outgoing_; ///< lost shards that are not empty yet
  bool fence_needed_ = true;             ///< at first: whoever died before we came
  bool fencing_ = false, silencing_ = false;
  bool opens_soon_ = false;
  std::chrono::nanoseconds fence_not_before_{0};
};

} // namespace souk::cluster
