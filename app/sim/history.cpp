#include "app/sim/history.hpp"

#include "app/sim/explain_key.hpp"
#include "proto/cart.pb.h"
#include "proto/order.pb.h"
#include "proto/session.pb.h"
#include "proto/shipment.pb.h"
#include "proto/stock.pb.h"

#include <iomanip>
#include <sstream>

namespace souk::sim {

namespace {

std::string_view kind_of(const std::string& entity) {
  return std::string_view{entity}.substr(0, entity.find('/'));
}

std::unique_ptr<explained_key> make_key(std::string_view kind, key_complaint complain) {
  if (kind == cell_model::kind)
    return std::make_unique<key_history<cell_model>>(std::move(complain));
  if (kind == cart_model::kind)
    return std::make_unique<key_history<cart_model>>(std::move(complain));
  if (kind == session_model::kind)
    return std::make_unique<key_history<session_model>>(std::move(complain));
  if (kind == shipment_model::kind)
    return std::make_unique<key_history<shipment_model>>(std::move(complain));
  if (kind == order_model::kind)
    return std::make_unique<key_history<order_model>>(std::move(complain));
  return nullptr;
}

} // namespace

history::history(const persistence::sim_store& store, const timeline& time, complaint complain)
    : store_(store), time_(time), complain_(std::move(complain)) {}

history::~history() = default;

explained_key* history::follow(const std::string& entity) {
  const auto [at, is_new] = keys_.try_emplace(entity);
  auto& [key, stored] = at->second;
  if (is_new)
    key = make_key(kind_of(entity),
                   [this, entity](const std::string& what) { complain_(entity, what); });
  if (!stored)
    stored = store_.find(entity);
  if (key && stored)
    key->follow(*stored, time_.now());
  return key.get();
}

uint64_t history::ask(const std::string& entity, std::string actor, any_command what,
                      const command_id& id, time_point expires, caller who) {
  auto& rq = requests_.emplace_back(request{.number = requests_.size() + 1,
                                            .entity = entity,
                                            .actor = std::move(actor),
                                            .what = std::move(what),
                                            .id = id,
                                            .expires = expires,
                                            .asked_at = time_.now(),
                                            .who = std::move(who)});
  if (auto* key = follow(entity))
    key->ask(rq);
  return rq.number;
}

void history::tell(const std::string& entity, any_command outcome) {
  auto& rq = requests_.emplace_back(request{.number = requests_.size() + 1,
                                            .entity = entity,
                                            .actor = "itself",
                                            .what = std::move(outcome),
                                            .asked_at = time_.now()});
  if (auto* key = follow(entity))
    key->ask(rq);
}

void history::hear(uint64_t number, heard what) {
  auto& rq = requests_[number - 1];
  rq.answer = std::move(what);
  rq.answered_at = time_.now();
  if (auto* key = follow(rq.entity))
    key->judge(rq);
}

const order_model::state* history::order(const std::string& entity) {
  const auto* key = dynamic_cast<key_history<order_model>*>(follow(entity));
  return key ? &key->now() : nullptr;
}

void history::finish() {
  for (const auto& [entity, stored] : store_.entities())
    follow(entity);
  for (const auto& rq : requests_)
    if (rq.actor.starts_with("somebody") && rq.who && !rq.who->expired() && !rq.answer)
      complain_(rq.entity, "#" + std::to_string(rq.number) + " was never answered (law 4)");
}

std::string history::story(const std::string& entity) const {
  const auto zero = timeline{}.now();
  std::multimap<time_point, std::string> lines;
  for (const auto& rq : requests_) {
    if (rq.entity != entity)
      continue;
    const auto number = "#" + std::to_string(rq.number) + " ";
    lines.emplace(rq.asked_at,
                  number + rq.actor + (rq.who ? " asks " : " is told ") + in_words(rq.what));
    if (rq.answer)
      lines.emplace(rq.answered_at, number + "answer: " + in_words(*rq.answer));
  }
  if (const auto stored = store_.entities().find(entity); stored != store_.entities().end())
    for (const auto& row : stored->second.rows) {
      pb::commit packed;
      packed.ParseFromString(row.row.payload);
      for (const auto& entry : packed.entries())
        for (const auto& event : entry.events())
          lines.emplace(from_micros(entry.at_us()), "       journal, in the row from " +
                                                        std::to_string(row.row.first_seq) + ": " +
                                                        event_in_words(kind_of(entity), event));
    }
  std::ostringstream out;
  for (const auto& [at, what] : lines)
    out << std::setw(9) << (at - zero) / 1ms << " ms  " << what << "\n";
  return out.str();
}

} // namespace souk::sim
