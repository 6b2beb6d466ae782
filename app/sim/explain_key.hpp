// The history of one entity against a sequential program of its kind (M, see explain_models.hpp).
// The journal gives the order of the commands that left something; everything that was answered
// must fit into that order: between what somebody had heard of when it was asked and what was
// committed when it was answered.
//
//   entries   1     2     3     4     5     6     (committed)
//   states  0     1     2     3     4     5     6
//                       ╰─ floor when asked       ╰─ head when answered
//   an answer is explained when the program gives it in one of the states from floor to head; the
//   first one that does becomes the floor of whatever is asked from now on.
#pragma once

#include "app/sim/explain_models.hpp"
#include "app/sim/heard.hpp"
#include "persistence/recovery.hpp"
#include "proto/journal.pb.h"

#include <algorithm>

namespace souk::sim {

/// Writes down what cannot be.
using key_complaint = std::function<void(const std::string& what)>;

class explained_key {
public:
  virtual ~explained_key() = default;
  /// Explains what was committed since. `now` is the database's.
  virtual void follow(const persistence::stored_history& stored, time_point now) = 0;
  /// After follow(): somebody asks. Writes the floor into it.
  virtual void ask(request& rq) = 0;
  /// After follow(): what was asked is answered.
  virtual void judge(const request& rq) = 0;
};

/// Why the events of one entry are not what `c` does at `at`; empty when they are. Moves `s` on.
template <class M>
std::string explain_entry(typename M::state& s, const typename M::command& c,
                          const std::vector<typename M::event>& events, time_point at) {
  if constexpr (requires { M::explain(s, c, events, at); }) {
    return M::explain(s, c, events, at);
  } else {
    std::string wrong;
    size_t own = 0;
    if constexpr (requires { M::lets_lapse(s, events[0], at, wrong); })
      while (own < events.size() && M::lets_lapse(s, events[own], at, wrong))
        ++own;
    auto expected = s;
    if (const auto refused = M::refuses(s, c, at))
      wrong = "does what has to be refused: " + std::string(to_string(refused->code));
    else if (M::has_done(s, c))
      wrong = "does again what is done";
    else
      M::perform(expected, c, at);
    for (; own < events.size(); ++own)
      M::fold(s, events[own], at);
    if (wrong.empty() && !(s == expected))
      wrong = "does something else";
    M::forget(s, at);
    return wrong;
  }
}

/// What a command or its events are about, where a kind can tell: to find causes quickly.
template <class M, class What>
std::string subject_of(const What& what) {
  if constexpr (requires { M::subject(what); })
    return M::subject(what);
  else
    return {};
}

template <class M>
class key_history final : public explained_key {
public:
  using state = typename M::state;
  using command = typename M::command;

  key_history(key_complaint complain) : complain_(std::move(complain)) { states_.emplace_back(); }

  void follow(const persistence::stored_history& stored, time_point now) override {
    for (; rows_ < stored.rows.size(); ++rows_) {
      pb::commit packed;
      if (!packed.ParseFromString(stored.rows[rows_].row.payload))
        return complain_("a row that cannot be read");
      for (const auto& entry : packed.entries())
        explain(entry, now);
    }
  }

  void ask(request& rq) override {
    rq.floor = floor_;
    const auto& c = std::get<command>(rq.what);
    if (M::is_remembered(c) && !rq.id.empty())
      note(given_[rq.id], c, rq);
    else if (!M::is_remembered(c))
      note(natural_[subject_of<M>(c)], c, rq);
    if (rq.who)
      open_[rq.number] = {rq.floor, *rq.who};
    trim();
  }

  void judge(const request& rq) override {
    open_.erase(rq.number);
    if (rq.answer->tells_nothing())
      return;
    std::string why;
    const auto from = std::max(rq.floor, first_);
    for (uint64_t p = from; p <= head(); ++p)
      if (fits(rq, p, why)) {
        floor_ = std::max(floor_, p);
        return;
      }
    complain_("#" + std::to_string(rq.number) + " " + in_words(rq.what) + " was answered \"" +
              in_words(*rq.answer) + "\", which no state from " + std::to_string(from) + " to " +
              std::to_string(head()) + " explains: " + why);
  }

  const state& now() const { return states_.back(); }

private:
  /// One command, however often it was sent.
  struct cause {
    command what;
    time_point first_asked, expires;
  };
  struct remembered {
    command_id id;
    time_point at;
    uint64_t entry;
  };
  struct open_request {
    uint64_t floor;
    caller who;
  };

  uint64_t head() const { return first_ + states_.size() - 1; }
  const state& state_at(uint64_t p) const { return states_[p - first_]; }

  static void note(std::vector<cause>& all, const command& c, const request& rq) {
    const auto known =
        std::find_if(all.rbegin(), all.rend(), [&](const cause& other) { return other.what == c; });
    if (known == all.rend())
      return all.push_back({c, rq.asked_at, rq.expires});
    known->expires = std::max(known->expires, rq.expires);
  }

  bool remembers(const command_id& id, uint64_t p) const {
    const auto known = std::ranges::find(ids_, id, &remembered::id);
    if (known == ids_.end() || known->entry > p)
      return false;
    const auto last = std::ranges::upper_bound(ids_, p, {}, &remembered::entry) - 1;
    return last - known < static_cast<std::ptrdiff_t>(M::repeats.commands) &&
           known->at >= last->at - M::repeats.age;
  }

  template <class Key>
  const std::vector<cause>& find_in(const std::map<Key, std::vector<cause>>& all,
                                    const Key& key) const {
    const auto known = all.find(key);
    return known == all.end() ? nobody_ : known->second;
  }

  // --- the journal

  void explain(const pb::entry& entry, time_point now) {
    if (entry.events_size() == 0)
      return complain_("an entry without an event");
    const auto at = from_micros(entry.at_us());
    std::vector<typename M::event> events(static_cast<size_t>(entry.events_size()));
    for (int i = 0; i < entry.events_size(); ++i)
      if (!events[static_cast<size_t>(i)].ParseFromString(entry.events(i)))
        complain_("an event that cannot be read");
    if (at < last_at_)
      complain_("an entry that is older than the one before it");
    last_at_ = std::max(last_at_, at);
    command_id id;
    if (entry.command_id().size() == id.bytes.size())
      std::ranges::copy(entry.command_id(), id.bytes.begin());
    const auto& causes =
        id.empty() ? find_in(natural_, subject_of<M>(events)) : find_in(given_, id);
    if (!id.empty() && remembers(id, head()))
      complain_("entry " + std::to_string(head() + 1) + " is of a command it had executed before");
    auto next = explain_by(causes, id, events, at, now);
    states_.push_back(std::move(next));
    if (!id.empty())
      ids_.push_back({id, at, head()});
  }

  /// The state after the entry, explained by the first cause that can.
  state explain_by(const std::vector<cause>& causes, const command_id& id,
                   const std::vector<typename M::event>& events, time_point at, time_point now) {
    std::string wrong = "does what nobody asked for";
    for (const auto& c : causes) {
      if (id.empty() && !M::fits(c.what, events))
        continue;
      auto next = states_.back();
      auto why = explain_entry<M>(next, c.what, events, at);
      if (at + clock_tolerance < c.first_asked || at > now + clock_tolerance)
        why = "was decided at another time than asked and committed";
      if (c.expires <= at)
        why = "was executed after it had expired";
      if (why.empty())
        return next;
      wrong = in_words(any_command{c.what}) + " " + why;
    }
    complain_("entry " + std::to_string(head() + 1) + " " + wrong);
    auto next = states_.back();
    for (const auto& e : events)
      M::fold(next, e, at);
    M::forget(next, at);
    return next;
  }

  // --- answers

  bool fits(const request& rq, uint64_t p, std::string& why) const {
    const auto& s = state_at(p);
    const auto& c = std::get<command>(rq.what);
    const auto& told = *rq.answer;
    if (!rq.id.empty() && M::is_remembered(c) && remembers(rq.id, p)) {
      why = "at " + std::to_string(p) + " it was done";
      return told.way != heard::how::refused && agrees(s, c, told);
    }
    // What the command itself names may pass in between, too.
    std::vector<time_point> moments{rq.asked_at - clock_tolerance,
                                    rq.answered_at + clock_tolerance};
    if constexpr (requires { M::turns(s, time_point{}, time_point{}); })
      for (const auto turn :
           M::turns(s, rq.asked_at - clock_tolerance, rq.answered_at + clock_tolerance))
        moments.push_back(turn);
    for (const auto at : moments)
      if (fits_at(s, c, at, told, why))
        return true;
    why += " (at " + std::to_string(p) + ")";
    return false;
  }

  static bool fits_at(const state& s, const command& c, time_point at, const heard& told,
                      std::string& why) {
    if (const auto refused = M::refuses(s, c, at)) {
      why = "it should be refused: " + std::string(to_string(refused->code));
      if (told.way == heard::how::said)
        return false;
      if (told.code ? *told.code != refused->code : refused->code == errc::held)
        return false; // `held` is always said
      if (told.way == heard::how::either)
        return true;
      const auto free = refused->problems.empty() ? std::nullopt : refused->problems[0].available;
      return !told.available || free.value_or(0) == *told.available;
    }
    if (!M::has_done(s, c)) {
      why = "it should have done something";
      return false;
    }
    why = "it should be answered otherwise";
    return told.way != heard::how::refused && agrees(s, c, told);
  }

  static bool agrees(const state& s, const command& c, const heard& told) {
    const auto* reply = told.reply ? std::get_if<typename M::reply>(&*told.reply) : nullptr;
    return !reply || M::agrees(M::answer(s, c), *reply);
  }

  /// States before every open request's floor explain nothing any more.
  void trim() {
    constexpr size_t kept = 32;
    if (states_.size() < kept && open_.size() < kept)
      return;
    std::erase_if(open_, [](const auto& o) { return o.second.who.expired(); });
    auto least = floor_;
    for (const auto& [number, o] : open_)
      least = std::min(least, o.floor);
    for (; first_ < least; ++first_)
      states_.pop_front();
  }

  const key_complaint complain_;
  std::deque<state> states_; ///< from first_ on
  uint64_t first_ = 0;       ///< entries before the first state that is kept
  uint64_t floor_ = 0;
  size_t rows_ = 0;
  time_point last_at_{};
  std::vector<remembered> ids_;
  std::map<command_id, std::vector<cause>> given_;
  std::map<std::string, std::vector<cause>> natural_; ///< by subject
  const std::vector<cause> nobody_{};
  std::map<uint64_t, open_request> open_; ///< by number
};

} // namespace souk::sim
