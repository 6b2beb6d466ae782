#include "cluster/waker.hpp"

#include "base/log.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <iterator>

namespace souk::cluster {

namespace {

class waker : public duty_actor::base {
public:
  waker(caf::actor_config& cfg, router* route, persistence::journal* journal,
        const souk::clock* time)
      : duty_actor::base(cfg), route_(route), journal_(journal), time_(time) {}

  behavior_type make_behavior() override {
    send(this, make_task([this] { scan(); }));
    return {[](const task& t) { (*t.run)(); }};
  }
  const char* name() const override { return "waker"; }

private:
  void scan() {
    auto shards = route_->open_shards().all();
    std::vector<uint32_t> fresh;
    if (shards != known_)
      std::ranges::set_difference(shards, known_, std::back_inserter(fresh));
    if (!fresh.empty())
      look_for(fresh, wakeup_grace);
    look_for(shards, 0us);
    known_ = std::move(shards);
    delayed_send(this, waker_every, make_task([this] { scan(); }));
  }

  void look_for(const std::vector<uint32_t>& shards, std::chrono::microseconds ahead) {
    // The answer comes on a journal thread: only a message may touch this actor.
    const auto self = caf::actor_cast<duty_actor>(this);
    journal_->due_before(shards, time_->now() + ahead, wake_batch,
                         [this, self](result<std::vector<persistence::journal::due_entity>> due) {
                           caf::anon_send(self,
                                          make_task([this, due = std::move(due)] { wake(due); }));
                         });
  }

  void wake(const result<std::vector<persistence::journal::due_entity>>& due) {
    if (!due)
      return log::warn("waker.scan_failed", {{"why", due.error().detail}});
    for (const auto& row : *due)
      route_->wake(row.entity);
  }

  router* route_;
  persistence::journal* journal_;
  const souk::clock* time_;
  std::vector<uint32_t> known_;
};

} // namespace

duty_actor spawn_waker(caf::actor_system& system, router& route, persistence::journal& journal,
                       const clock& time) {
  return system.spawn<waker>(&route, &journal, &time);
}

} // namespace souk::cluster
