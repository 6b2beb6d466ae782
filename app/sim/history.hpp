// What was asked of every entity, by people, by the bank and by other entities, and what was heard.
// Each answer is judged in the moment it is heard (explain_key.hpp); all is kept, to be told as a
// story when something is wrong.
#pragma once

#include "app/sim/explain_order.hpp"
#include "app/sim/heard.hpp"
#include "app/sim/timeline.hpp"
#include "persistence/sim_store.hpp"

#include <deque>
#include <unordered_map>

namespace souk::sim {

class explained_key;

/// Single-threaded; outlives all nodes.
class history {
public:
  using complaint = std::function<void(const std::string& entity, const std::string& what)>;

  history(const persistence::sim_store& store, const timeline& time, complaint complain);
  ~history();

  /// Somebody asks; answers a number to give with what is heard. `who` is gone: nobody hears.
  uint64_t ask(const std::string& entity, std::string actor, any_command what, const command_id& id,
               time_point expires, caller who);
  void hear(uint64_t number, heard what);
  template <class Reply>
  void hear(uint64_t number, const result<Reply>& r) {
    hear(number, r ? heard::saying(any_reply_of(*r)) : heard::refusal(r.error()));
  }
  /// An entity is told how something ended that it began itself.
  void tell(const std::string& entity, any_command outcome);

  /// An order as its journal has it by now; nullptr: nobody ever spoke of it.
  const order_model::state* order(const std::string& entity);
  /// All so far, in the order they were asked; they stay where they are.
  const std::deque<request>& requests() const { return requests_; }
  time_point now() const { return time_.now(); }
  /// All that was committed is explained.
  void finish();
  /// What was asked of one entity, answered, and written by it, in the order of time.
  std::string story(const std::string& entity) const;

private:
  /// Explains what it committed since; nullptr for a kind nobody explains.
  explained_key* follow(const std::string& entity);

  const persistence::sim_store& store_;
  const timeline& time_;
  const complaint complain_;
  std::deque<request> requests_; ///< by number, from 1
  struct followed {
    std::unique_ptr<explained_key> key;
    const persistence::stored_history* stored = nullptr; ///< once it is there; it stays there
  };
  std::unordered_map<std::string, followed> keys_;
};

} // namespace souk::sim
