#include "http/live/hub.hpp"

namespace souk::live {

namespace {

message shared(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

failure not_allowed(topic_kind kind) {
  // Ids of orders cannot be tried; a cart's id is a capability, so that it may be admitted.
  return kind == topic_kind::order ? fail(errc::not_found, "no such order")
                                   : fail(errc::forbidden, "this cart belongs to somebody else");
}

} // namespace

std::chrono::milliseconds hub::gap_of(const watched& t) const {
  return t.to.kind == topic_kind::sku ? limits_.sku_gap : limits_.gap;
}

bool hub::allows(const watched& t, const watch& w) const {
  if (t.to.kind == topic_kind::sku || w.by.proven)
    return true;
  const auto& owner = t.known->owner;
  return owner.empty() ? t.to.kind == topic_kind::cart : owner == w.by.user_id;
}

result<void> hub::subscribe(listener& who, const topic& to, std::optional<uint64_t> since, right by,
                            instant now) {
  const auto name = to.name();
  auto& mine = of_[&who];
  if (!mine.contains(name) && mine.size() >= limits_.topics_of_listener)
    return fail(errc::overloaded, "a connection listens to " +
                                      std::to_string(limits_.topics_of_listener) +
                                      " topics at most");
  if (!topics_.contains(name) && topics_.size() >= limits_.topics)
    return fail(errc::overloaded, "this node serves no further topics");
  auto& t = topics_.try_emplace(name, watched{.to = to}).first->second;
  subscriptions_ += mine.insert(name).second ? 1 : 0;
  t.listeners[&who] = {.by = std::move(by), .since = since, .after = numbers_};
  want(t, now);
  return {};
}

void hub::unsubscribe(listener& who, const std::string& name) {
  const auto mine = of_.find(&who);
  if (mine == of_.end() || mine->second.erase(name) == 0)
    return;
  --subscriptions_;
  remove(topics_.find(name), who);
}

void hub::leave(listener& who) {
  const auto mine = of_.find(&who);
  if (mine == of_.end())
    return;
  subscriptions_ -= mine->second.size();
  for (const auto& name : mine->second)
    remove(topics_.find(name), who);
  of_.erase(mine);
}

void hub::remove(topic_map::iterator t, listener& who) {
  t->second.listeners.erase(&who);
  if (t->second.listeners.empty())
    forget(t);
}

/// A look-up under way finds nobody then.
void hub::forget(topic_map::iterator t) {
  if (t->second.looking != 0)
    --looking_;
  else
    queue_.erase({t->second.due, &t->second});
  topics_.erase(t);
}

void hub::schedule(watched& t, instant at) {
  queue_.erase({t.due, &t});
  t.due = at;
  queue_.insert({at, &t});
}

void hub::want(watched& t, instant at) {
  if (t.looking != 0) {
    t.again = true;
    return;
  }
  const auto when = std::max(at, t.not_before);
  if (!queue_.contains({t.due, &t}) || when < t.due)
    schedule(t, when);
}

void hub::note(const std::string& name, uint64_t seq, instant now) {
  const auto t = topics_.find(name);
  if (t == topics_.end())
    return;
  const auto& known = t->second.known;
  const bool is_news = seq == 0 || !known || seq > known->seq;
  if (is_news)
    want(t->second, now);
}

void hub::note_everything(instant now) {
  for (auto& [name, t] : topics_)
    want(t, now);
}

void hub::flow(bool notes_come, instant now) {
  if (std::exchange(flowing_, notes_come) != notes_come)
    note_everything(now);
}

/// Of what was never answered.
void hub::give_up(instant now) {
  for (; !begun_.empty(); begun_.pop_front()) {
    const auto [began, one] = begun_.front();
    const auto t = topics_.find(one.to.name());
    if (t == topics_.end() || t->second.looking != one.number)
      continue;
    if (now - began < limits_.patience)
      return;
    found(one, fail(errc::timed_out, "no answer to a look-up"), now);
  }
}

std::vector<hub::look> hub::due(instant now) {
  give_up(now);
  std::vector<look> out;
  while (!queue_.empty() && queue_.begin()->first <= now && looking_ < limits_.looking) {
    auto& t = *queue_.begin()->second;
    queue_.erase(queue_.begin());
    ++looking_;
    t.looking = ++numbers_;
    t.again = false;
    t.not_before = now + gap_of(t);
    out.push_back({t.to, t.looking});
    begun_.push_back({now, out.back()});
  }
  return out;
}

void hub::found(const look& done, const result<state>& what, instant now) {
  const auto at = topics_.find(done.to.name());
  if (at == topics_.end() || at->second.looking != done.number)
    return; // everybody left meanwhile
  auto& t = at->second;
  --looking_;
  t.looking = 0;
  if (what) {
    learn(t, *what);
    schedule(t, t.again ? std::max(now, t.not_before)
                        : now + (flowing_ ? limits_.refresh_flowing : limits_.refresh_alone));
    const auto name = at->first;
    return tell_all(t, name, done.number);
  }
  schedule(t, now + limits_.retry);
  if (is_transient(what.error().code) || what.error().code == errc::internal)
    return;
  const auto text = shared(render_error(at->first, what.error()));
  for (const auto& [who, w] : t.listeners) {
    who->tell(at->first, text);
    of_.at(who).erase(at->first);
    --subscriptions_;
  }
  forget(at);
}

/// Reads may come from a place that is behind: what is known never goes back.
void hub::learn(watched& t, const state& what) {
  if (t.known && what.seq <= t.known->seq)
    return;
  if (!t.known || t.known->data != what.data)
    t.changed_at = what.seq;
  t.known = what;
}

void hub::tell_all(watched& t, const std::string& name, uint64_t number) {
  const auto seq = t.known->seq;
  const auto text = shared(render_state(name, seq, t.known->data));
  std::vector<listener*> refused;
  for (auto& [who, w] : t.listeners) {
    if (w.waits && w.after >= number)
      continue;
    if (!allows(t, w)) {
      who->tell(name, shared(render_error(name, not_allowed(t.to.kind))));
      refused.push_back(who);
      continue;
    }
    if (w.waits && w.since == seq)
      who->tell(name, shared(render_current(name, seq)));
    else if (w.waits || w.told < t.changed_at)
      who->tell(name, text);
    else
      continue;
    w.waits = false;
    w.told = seq;
  }
  for (auto* who : refused)
    unsubscribe(*who, name);
}

} // namespace souk::live
