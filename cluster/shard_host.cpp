#include "cluster/shard_host.hpp"

namespace souk::cluster {

shard_host::shard_host(caf::actor_config& cfg, router* route, uint32_t shard, bool open)
    : shard_actor::base(cfg), route_(*route), shard_(shard),
      phase_(open ? phase::open : phase::foreign) {}

shard_host::behavior_type shard_host::make_behavior() {
  return {[this](const delivery& d) { take(d.what); }, [](const task& t) { (*t.run)(); }};
}

void shard_host::take(const request_ptr& what) {
  switch (phase_) {
  case phase::open:
    return route_.activate_and_deliver(what);
  case phase::awaiting:
    return keep(what);
  case phase::foreign:
  case phase::leaving:
    return route_.send(what); // it was sent here by an older view
  }
}

void shard_host::keep(const request_ptr& what) {
  if (waiting_.size() < shard_buffer_max)
    return waiting_.push_back(what);
  auto why = fail(errc::overloaded, "too many requests wait for a shard that moves");
  why.retry_after = 1s;
  what->refuse(std::move(why));
}

void shard_host::pass_on() {
  for (const auto& what : std::exchange(waiting_, {}))
    route_.send(what);
}

void shard_host::gain() {
  if (phase_ == phase::foreign || phase_ == phase::leaving)
    phase_ = phase::awaiting;
}

void shard_host::open() {
  if (phase_ != phase::awaiting)
    return;
  may_open_ = true;
  if (!route_.empty_out(shard_, false))
    return;
  phase_ = phase::open;
  route_.opened(shard_);
  for (const auto& what : std::exchange(waiting_, {}))
    what->meta.expires <= route_.time().now()
        ? what->refuse(fail(errc::timed_out, "its shard was moving"))
        : route_.activate_and_deliver(what);
}

void shard_host::lose() {
  phase_ = phase::leaving;
  may_open_ = false;
  route_.closed(shard_);
  pass_on();
  if (route_.empty_out(shard_, true))
    look_whether_empty();
}

void shard_host::look_whether_empty() {
  const bool comes_back = phase_ == phase::awaiting;
  if ((phase_ != phase::leaving && !comes_back) || !route_.empty_out(shard_, false))
    return;
  route_.emptied(shard_);
  if (!comes_back)
    phase_ = phase::foreign;
  else if (may_open_)
    open();
}

} // namespace souk::cluster
