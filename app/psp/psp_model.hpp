// A payment provider that speaks the Stripe API, as a pure model: a fold over the calls it got. No
// clock, thread or socket inside; chance comes from the seed in its knobs, so a log of calls
// replays to the same state.
//
//   requires_payment_method ──confirm──► requires_capture ──capture──► succeeded (refunds: too)
//        ▲          │                     ▲     (automatic capture: succeeded at once)
//        │          └─► requires_action ──┘ authenticated
//     declined ◄──────────────┘ or not
//   every state but succeeded ──cancel──► canceled
#pragma once

#include "base/time.hpp"

#include <boost/json/object.hpp>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace souk::psp {

/// What goes wrong, and how often. Rates are parts per million of calls or webhooks.
struct knobs {
  int64_t delay_min_ms = 0;
  int64_t delay_max_ms = 0;
  int64_t lose_before_ppm = 0; ///< the connection is cut, nothing happened
  int64_t lose_after_ppm = 0;  ///< the connection is cut, the effect stays
  int64_t error_ppm = 0;       ///< 500, half of them after the effect; remembered under the key
  int64_t duplicate_ppm = 0;   ///< webhooks sent twice
  int64_t reorder_ppm = 0;     ///< webhooks held back behind later ones
  int64_t seed = 1;
};

using form = std::vector<std::pair<std::string, std::string>>;

struct call {
  std::string verb;
  std::string path; ///< decoded, without the query
  form fields; ///< of the query (GET) or the body (POST), decoded, names like "metadata[order_id]"
  std::string idempotency_key;
};

struct webhook {
  std::string id;
  std::string body;
  int64_t after_ms = 0; ///< hold it back so long
};

struct outcome {
  int status = 200;
  std::string body;
  bool is_page = false;  ///< body is HTML, not JSON
  bool replayed = false; ///< saved under its key
  bool lost = false;     ///< cut the connection, whatever the status says
  int64_t delay_ms = 0;  ///< before the answer
  std::vector<webhook> webhooks;
};

struct payment_intent {
  std::string id;
  std::string status = "requires_payment_method";
  int64_t amount = 0, capturable = 0, received = 0, refunded = 0;
  std::string currency, capture_method, payment_method, return_url, charge;
  std::string error_code, decline_code;
  std::map<std::string, std::string> metadata;
  int64_t created = 0; ///< Unix seconds
};

/// As Stripe shapes them. `expanded`: latest_charge as an object. `where`: their memory.
boost::json::object to_json(const payment_intent& in, bool expanded, const std::string& base_url,
                            boost::json::storage_ptr where = {});
boost::json::object charge_json(const payment_intent& in, boost::json::storage_ptr where = {});

class psp_model {
public:
  /// `base_url`: where buyers reach /_souk/authenticate.
  explicit psp_model(std::string base_url, knobs k = {});
  psp_model(const psp_model&) = delete;
  psp_model& operator=(const psp_model&) = delete;

  outcome handle(const call& what, time_point now);
  /// True for calls that have to be in a log to replay the state.
  static bool changes_state(const call& what);

  const std::map<std::string, payment_intent>& intents() const { return intents_; }
  /// All intents, the oldest first.
  const std::vector<const payment_intent*>& in_order() const { return in_order_; }
  const knobs& present_knobs() const { return knobs_; }

private:
  struct saved {
    form fields;
    std::string path;
    int status = 0;
    std::string body;
  };
  struct reply {
    int status = 200;
    boost::json::object body;
    static reply error(int status, std::string type, std::string code, std::string message,
                       std::string param = {});
  };
  struct arguments;

  outcome execute(const call& what);
  outcome execute_once(const call& what);
  reply route(const call& what);
  reply create(arguments& in);
  reply confirm(payment_intent& on, arguments& in);
  reply charge(payment_intent& on, const std::string& method);
  reply decline(payment_intent& on, std::string code, std::string decline_code);
  void authorise(payment_intent& on);
  reply capture(payment_intent& on, arguments& in);
  reply cancel(payment_intent& on);
  reply refund(arguments& in);
  reply list(const call& what) const;
  reply search(const call& what) const;
  outcome authenticate(const std::string& id, bool passes);
  outcome set_knobs(const form& fields);
  std::string show_knobs() const;
  outcome list_everything() const;
  reply show(const payment_intent& in) const;
  reply unexpected_state(const payment_intent& in, const char* verb) const;
  payment_intent* lookup(const std::string& id);
  void announce(const char* type, const payment_intent& about, bool as_charge = false);
  bool chance(int64_t ppm);
  bool loses(const call& what, std::string_view method);
  std::string next_id(const char* prefix);

  const std::string base_url_;
  knobs knobs_;
  std::mt19937_64 random_;
  uint64_t counter_ = 0;
  int64_t now_s_ = 0;
  bool expand_ = false;
  boost::json::storage_ptr memory_; ///< of the answer that is being made
  std::map<std::string, payment_intent> intents_;
  std::vector<const payment_intent*> in_order_; ///< of their creation
  std::map<std::string, boost::json::object> refunds_;
  std::map<std::string, saved> answers_; ///< by idempotency key
  std::set<std::string> lost_once_;      ///< keys whose pm_souk_lost_… has happened
  std::vector<webhook> announced_;
};

} // namespace souk::psp
