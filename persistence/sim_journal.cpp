#include "persistence/sim_journal.hpp"

#include "persistence/right_server.hpp"

#include <deque>
#include <random>

namespace souk::persistence {

namespace {
/// Of the commits of a node whose commits are stuck.
constexpr uint64_t stuck_one_late_of = 4;
/// Longer than a view takes to change.
constexpr std::chrono::seconds long_on_the_way{3};
} // namespace

struct sim_journal::state : std::enable_shared_from_this<sim_journal::state> {
  struct queued {
    std::shared_ptr<stream_record> stream;
    fragment what;
    uint64_t session; ///< by which it may be sent
  };

  sim_store& store;
  const run_later later;
  const sim_journal_options options;
  sim_faults faults;
  std::mt19937_64 random;
  std::optional<fate> forced;
  std::deque<queued> queue;
  size_t queued_bytes = 0;
  uint64_t session = 0; ///< 0: not connected
  server_acquaintance servers;
  acknowledged_commit acknowledged;
  /// A server one can connect to now.
  struct reached {
    server_identity is;
    size_t host;
    const sim_store* server;
  };
  std::optional<reached> reader;
  bool committing = false;
  bool reachable = true;
  std::chrono::nanoseconds stuck{0}; ///< a commit may be on its way for so long

  state(sim_store& s, run_later l, sim_journal_options o, const sim_faults& f)
      : store(s), later(std::move(l)), options(std::move(o)), faults(f), random(options.seed) {}

  std::chrono::nanoseconds latency() {
    const auto most = faults.latency_most + store.slow();
    const auto range = (most - faults.latency_least).count() + 1;
    return faults.latency_least + std::chrono::nanoseconds{random() % static_cast<uint64_t>(range)};
  }

  std::chrono::nanoseconds on_the_way() {
    return stuck == 0ns ? 0ns
                        : std::chrono::nanoseconds{random() % static_cast<uint64_t>(stuck.count())};
  }

  fate draw() {
    if (forced)
      return *std::exchange(forced, std::nullopt);
    if (stuck > 0ns && random() % stuck_one_late_of == 0)
      return fate::late;
    auto dice = static_cast<int64_t>(random() % 1'000'000);
    const std::pair<uint32_t, fate> chances[] = {{faults.refused, fate::refused},
                                                 {faults.lost_before, fate::lost_before},
                                                 {faults.lost_after, fate::lost_after},
                                                 {faults.late, fate::late}};
    for (const auto& [chance, what] : chances)
      if ((dice -= chance) < 0)
        return what;
    return fate::commits;
  }

  /// `what` runs unless the node is gone by then.
  void after(std::chrono::nanoseconds delay, std::function<void(state&)> what) {
    later(delay, [weak = weak_from_this(), what = std::move(what)] {
      if (auto self = weak.lock())
        what(*self);
    });
  }

  std::optional<reached> reach();
  /// Where to read, nullptr when nobody answers.
  const sim_store* read_from();
  void connect();
  /// False when it does not have all that this journal saw committed.
  bool is_whole() const;
  void lose();
  /// An idle connection that has ended is noticed and replaced soon, as in reality; not at once.
  void look_around() {
    if (committing || session == 0 || store.is_open(session) || random() % 2 == 0)
      return;
    session = 0;
    connect();
  }
  void push(std::shared_ptr<stream_record> stream, fragment f, uint64_t by);
  void start_commit();
  /// What Postgres made of a batch, once it has.
  struct decision {
    sim_store::refusal refused;
    int64_t position = 0; ///< where its log ended then; 0: nothing was committed
  };
  static decision decide(sim_store& where, const batch& b, uint64_t by,
                         const std::string& unlucky = {});
  static std::string_view what_became(fate drawn, const std::optional<decision>& made);
  void answer(const std::shared_ptr<batch>& b, const decision& made);
  void finish(const std::shared_ptr<batch>& b, int64_t position);
};

std::optional<sim_journal::state::reached> sim_journal::state::reach() {
  const auto at = [&](size_t host) -> std::optional<reached> {
    if (!reachable)
      return {};
    if (host == store.host() && !store.is_away())
      return reached{{"souk", store.timeline()}, host, &store};
    if (host != store.host() && store.former())
      return reached{{"souk", store.former()->timeline()}, host, store.former()};
    return {};
  };
  auto best = choose_server<reached>(servers.known(), 2, at, [](const auto&, const auto&) {});
  return best && servers.meet(best->is, best->host) ? best : std::nullopt;
}

const sim_store* sim_journal::state::read_from() {
  const bool over = reader && (!reachable || reader->is.timeline < servers.newest_timeline() ||
                               (reader->server == &store ? store.is_away() : !store.former()));
  if (!reader || over || (reader->server == &store && reader->is.timeline < store.timeline()))
    reader = reach();
  return reader ? reader->server : nullptr;
}

bool sim_journal::state::is_whole() const {
  std::optional<int64_t> left_at;
  if (acknowledged.timeline != 0 && acknowledged.timeline < store.timeline())
    left_at = static_cast<int64_t>(store.left_at(acknowledged.timeline)) + 1;
  return check_nothing_is_lost(acknowledged, static_cast<int64_t>(store.commits()), left_at)
      .has_value();
}

void sim_journal::state::connect() {
  const auto to = reach();
  if (to && to->server != &store) { // its fence waits for a standby that it does not have
    store.happened().note("the former primary is tried");
    servers.doubt();
  } else if (to && is_whole()) {
    acknowledged = {static_cast<int64_t>(store.commits()), store.timeline()};
    store.end_sessions(options.node, options.generation + 1);
    session = store.open_session(options.node, options.generation);
  }
  if (session != 0)
    return start_commit();
  for (auto& q : std::exchange(queue, {}))
    q.stream->tell_failed(fail(errc::unavailable, "Postgres is away"));
  queued_bytes = 0;
  after(faults.reconnect, [](state& s) { s.connect(); });
}

void sim_journal::state::lose() {
  session = 0;
  after(faults.reconnect, [](state& s) { s.connect(); });
}

void sim_journal::state::push(std::shared_ptr<stream_record> stream, fragment f, uint64_t by) {
  queued_bytes += size_of(f);
  queue.push_back({std::move(stream), std::move(f), by});
  // Not at once: what is appended in the same moment shares the commit, as it does in reality.
  if (!committing && queue.size() == 1)
    after(0ns, [](state& s) { s.start_commit(); });
}

void sim_journal::state::start_commit() {
  if (committing || session == 0 || queue.empty())
    return;
  if (!store.is_open(session)) // nothing is in flight: what is queued waits for the next connection
    return lose();
  auto b = std::make_shared<batch>();
  for (size_t n = 0;
       !queue.empty() && n < options.batch_fragments_max && b->bytes() < options.batch_bytes_max;
       ++n) {
    auto& next = queue.front();
    const auto bytes = size_of(next.what);
    if (next.session != session && !next.stream->dead) {
      store.happened().note("what was decided for a lost connection is not sent");
      next.stream->tell_failed(fail(errc::unavailable, "it was decided for a lost connection"));
    }
    if (!next.stream->dead && !b->add(next.stream, next.what))
      break;
    queued_bytes -= bytes;
    queue.pop_front();
  }
  b->seal(session);
  b->drop([](const batch_entry& e) { return !e.balanced; },
          fail(errc::internal, "postings that do not balance"));
  if (b->empty())
    return start_commit();
  committing = true;
  const auto outcome = draw();
  if (outcome == fate::refused) {
    const auto& unlucky = b->entries()[random() % b->entries().size()].stream->entity.text();
    store.happened().note("a commit is refused");
    return after(latency(), [b, unlucky, mine = session](state& s) {
      s.answer(b, decide(s.store, *b, mine, unlucky));
    });
  }
  // Postgres works on it whether this node lives or not, or has given it up.
  const auto sent = outcome == fate::late ? std::make_shared<batch>(*b) : b;
  const auto stays = on_the_way();
  if (stays > long_on_the_way)
    store.happened().note("a commit is on its way for seconds");
  const auto answered = latency() + (outcome == fate::late ? 0ns : stays);
  auto made = std::make_shared<std::optional<decision>>();
  if (outcome != fate::lost_before)
    later(outcome == fate::late ? answered * 8 + stays : answered / 2,
          [&where = store, mine = session, sent, made, outcome] {
            if (where.is_open(mine))
              *made = decide(where, *sent, mine);
            where.happened().note(what_became(outcome, *made));
          });
  else
    store.happened().note("a connection is lost before its commit");
  const bool heard = outcome == fate::commits;
  after(answered, [b, made, heard](state& s) {
    if (heard && *made)
      return s.answer(b, **made);
    b->drop([](const batch_entry&) { return true; },
            fail(errc::unavailable, "the connection was lost at a commit"));
    s.committing = false;
    s.lose();
  });
}

sim_journal::state::decision sim_journal::state::decide(sim_store& where, const batch& b,
                                                        uint64_t by, const std::string& unlucky) {
  auto refused = where.append(b, by, unlucky);
  const auto position = refused ? 0 : static_cast<int64_t>(where.commits());
  return {std::move(refused), position};
}

std::string_view sim_journal::state::what_became(fate drawn, const std::optional<decision>& made) {
  if (!made)
    return "a batch comes when its session is ended";
  if (made->refused)
    return "another history is first";
  if (drawn == fate::late)
    return "a batch is committed after its connection was lost";
  return drawn == fate::lost_after ? "a connection is lost after its commit" : "a commit";
}

void sim_journal::state::answer(const std::shared_ptr<batch>& b, const decision& made) {
  const auto& refused = made.refused;
  if (!refused)
    return finish(b, made.position);
  const auto in = [](const std::set<std::string>& names) {
    return [&names](const batch_entry& e) { return names.contains(e.stream->entity.text()); };
  };
  b->drop(in(refused.superseded), fail(errc::superseded, "another history won"));
  b->drop(in(refused.unbalanced), fail(errc::internal, "unbalanced postings"));
  if (b->empty())
    return finish(b, made.position);
  after(latency(), [b, mine = session](state& s) {
    if (s.store.is_open(mine))
      return s.answer(b, decide(s.store, *b, mine));
    b->drop([](const batch_entry&) { return true; }, fail(errc::unavailable, "connection lost"));
    s.committing = false;
    s.lose();
  });
}

void sim_journal::state::finish(const std::shared_ptr<batch>& b, int64_t position) {
  b->acknowledge(session);
  acknowledged.position = std::max(acknowledged.position, position);
  committing = false;
  start_commit();
}

class sim_journal::stream final : public journal_stream {
public:
  stream(std::shared_ptr<stream_record> record, std::weak_ptr<sim_journal::state> node)
      : record_(std::move(record)), node_(std::move(node)) {
    accepts();
  }
  ~stream() override { record_->close(); }
  bool accepts() override {
    const auto s = node_.lock();
    if (s)
      s->look_around();
    session_ = s ? s->session : 0;
    const bool has_room = s && s->queued_bytes < s->options.queue_bytes_max;
    if (s && !has_room)
      s->store.happened().note("a journal's queue is full");
    return !record_->dead && session_ != 0 && has_room;
  }
  void append(fragment f) override {
    if (const auto s = node_.lock(); s && !record_->dead)
      s->push(record_, std::move(f), session_);
  }

private:
  const std::shared_ptr<stream_record> record_;
  const std::weak_ptr<sim_journal::state> node_;
  uint64_t session_ = 0;
};

sim_journal::sim_journal(sim_store& store, run_later later, sim_journal_options options,
                         sim_faults faults)
    : state_(std::make_shared<state>(store, std::move(later), std::move(options), faults)) {
  state_->after(state_->latency(), [](state& s) { s.connect(); });
}

sim_journal::~sim_journal() = default;

bool sim_journal::ready() const { return state_->session != 0; }
void sim_journal::decide_next(fate f) { state_->forced = f; }
void sim_journal::meet(uint32_t timeline, size_t host) {
  (void)state_->servers.meet({"souk", timeline}, host);
}
void sim_journal::set_faults(const sim_faults& f) { state_->faults = f; }
void sim_journal::set_stuck(std::chrono::nanoseconds most) { state_->stuck = most; }
void sim_journal::set_reachable(bool is) {
  state_->reachable = is;
  if (!is)
    state_->store.end_sessions(state_->options.node, state_->options.generation + 1);
}

void sim_journal::recover(const entity_id& entity, callback<recovered> done) {
  state_->after(state_->latency(), [entity, done = std::move(done)](state& s) {
    const auto* from = s.session == 0 ? nullptr : s.read_from();
    if (!from)
      return done(fail(errc::unavailable, "the journal is away"));
    if (from != &s.store)
      s.store.happened().note("an entity is read from the former primary");
    done(verify(entity, from->read(entity.text())));
  });
}

std::unique_ptr<journal_stream> sim_journal::open(const entity_id& entity, uint64_t seq,
                                                  const chain_hash& chain,
                                                  std::weak_ptr<journal_observer> observer) {
  auto record = std::make_shared<stream_record>(entity, seq, chain, std::move(observer));
  return std::make_unique<stream>(std::move(record), state_);
}

void sim_journal::due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                             callback<std::vector<due_entity>> done) {
  state_->after(state_->latency(), [=](state& s) {
    const auto* from = s.read_from();
    if (!from)
      return done(fail(errc::unavailable, "the journal is away"));
    done(from->due_before(shards, until, limit));
  });
}

} // namespace souk::persistence
