// What goes wrong in a simulated world, drawn from its seed before it begins: rates of small
// faults, which the dice decide call by call, and a list of large ones with their times. A list, so
// that a failing life can be lived again without some of them.
#pragma once

#include "app/sim/bank.hpp"
#include "app/sim/node_clock.hpp"
#include "cluster/sim_links.hpp"
#include "cluster/sim_membership.hpp"
#include "persistence/sim_journal.hpp"

#include <set>
#include <string>
#include <vector>

namespace souk::sim {

/// Drawn per seed: no world has all faults at once, so that each gets its turn alone (swarm).
struct fault_plan {
  persistence::sim_faults journal;
  bank_faults bank;
  int nodes = 1;
  cluster::sim_membership_faults table;
  cluster::sim_link_faults links;
  std::chrono::milliseconds crash_every{0}; ///< on average; 0: never
  std::chrono::milliseconds down_most{2'000};
  int64_t long_outages_percent = 0; ///< of crashes: long enough for holds to lapse
  int64_t crash_all_percent = 0;    ///< of crashes: every node at once
  std::chrono::milliseconds pause_every{0};
  std::chrono::milliseconds cut_every{0};   ///< a link, in one direction or both
  std::chrono::milliseconds part_every{0};  ///< two parts, one of them often without Postgres
  std::chrono::milliseconds guest_every{0}; ///< comes and goes while another misses it
  std::chrono::milliseconds drain_every{0}; ///< a node leaves politely and another comes
  std::chrono::milliseconds store_away_every{0};
  std::chrono::milliseconds fail_over_every{0}; ///< the standby takes over from Postgres
  std::chrono::milliseconds leap_every{0};      ///< the database's clock jumps ahead
  std::chrono::milliseconds store_slow_every{0};
  std::chrono::milliseconds store_slow{0};  ///< so much longer, at most, while it is
  std::chrono::milliseconds stuck_every{0}; ///< a node's commits are on their way for seconds
  std::chrono::milliseconds slow_every{0};  ///< a node takes its time for a while
  std::chrono::microseconds step_cost{0};   ///< at most, of each message it handles meanwhile
  std::chrono::milliseconds burst_every{0}; ///< a link that is slow for a while
  std::chrono::milliseconds power_every{0}; ///< a machine is gone without a word
  std::chrono::milliseconds deaf_every{0};  ///< a node without Postgres hears the others late
  std::set<size_t> lost_for_good;           ///< these do not come back when all is healed
  bool upgrade = false; ///< nodes begin old, and are replaced by new ones, one by one
  /// Old and new nodes live side by side for most of it, and many ask for what only new ones know.
  bool long_upgrade = false;
  int64_t stragglers_percent = 0; ///< of hand-overs: arrive a second time, much later
  /// Above 0: buyers order again at once what they cancelled or were refused, and as many
  /// hand-overs of 100 arrive a second time.
  int64_t insistence = 0;
  int64_t unheard_percent = 0;     ///< of hand-overs to cells elsewhere: not heard of in time
  int64_t fails_check_percent = 0; ///< of the buyers whose bank asks them
  int clerks =
      1; ///< when there are several, there is more to sell, and they go on with what they began
  size_t queue_bytes_max = 64 << 20;
  clock_faults clocks;
  std::chrono::seconds idle{120};
  size_t snapshot_tail = 8 * 1024; ///< bytes of journal behind which a snapshot is taken
  bool shuffle = true;
  bool is_undisturbed = false;

  static fault_plan draw(dice& random);
  /// Nothing goes wrong: only what may differ without anybody's noticing.
  static fault_plan undisturbed(dice& random);
};

/// A plan without the small faults of one part; parts are named in calm_parts().
void calm(fault_plan& plan, std::string_view part);
std::vector<std::string> calm_parts();

struct fault {
  enum class kind : uint8_t {
    crash,
    crash_all,
    power_loss,
    pause,
    slow_node,
    cut,
    cut_both,
    store_cut,
    table_cut,
    commits_stuck,
    slow_link,
    drain,
    upgrade,
    store_away,
    store_slow,
    fail_over,
    leap
  };
  kind what{};
  std::chrono::milliseconds at{0};
  size_t node = 0; ///< its place among the world's nodes
  size_t peer = 0; ///< cuts, slow links: the way from `node` to it
  std::chrono::milliseconds span{0};

  /// "12034 ms  cut n1 → n2 for 300 ms"
  std::string text() const;
};

/// Those of a life's first `until`, in order of time.
std::vector<fault> draw_faults(const fault_plan& plan, dice& random,
                               std::chrono::milliseconds until);

} // namespace souk::sim
