#include "persistence/pg_journal.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"
#include "persistence/pg_append.hpp"

#include <algorithm>

namespace souk::persistence {

namespace {

class pg_stream final : public journal_stream {
public:
  pg_stream(journal_writer& writer, std::shared_ptr<stream_record> record)
      : writer_(writer), record_(std::move(record)), connection_(writer.connection()) {}
  ~pg_stream() override { record_->close(); }
  bool accepts() override {
    connection_ = writer_.connection(); // before it says whether that one stands
    return !record_->dead && writer_.accepts();
  }
  void append(fragment f) override {
    if (!record_->dead)
      writer_.push(record_, std::move(f), connection_);
  }

private:
  journal_writer& writer_;
  std::shared_ptr<stream_record> record_;
  uint64_t connection_;
};

result<recovered> read_back(sql::connection& c, const entity_id& entity) {
  static auto& broken = metrics::make_counter("souk_persistence_journal_corrupt_total",
                                              "Recoveries that met a gap, an overlap or a fork");
  auto history = read_history(c, entity);
  auto outcome = history ? verify(entity, std::move(*history)) : result<recovered>{history.error()};
  if (outcome)
    return outcome;
  if (outcome.error().code != errc::corrupt)
    return fail(errc::unavailable, outcome.error().detail);
  broken.Increment();
  log::error("journal.corrupt", {{"entity", entity.text()}, {"why", outcome.error().detail}});
  return outcome;
}

} // namespace

pg_journal::pg_journal(journal_options options, sql::pool& reads)
    : options_(std::move(options)), reads_(reads) {
  SOUK_ASSERT(options_.writers > 0, "a journal has a writer");
  for (int i = 0; i < options_.writers; ++i)
    writers_.push_back(std::make_unique<journal_writer>(options_, i));
}

pg_journal::~pg_journal() = default;

bool pg_journal::ready() const {
  return std::ranges::all_of(writers_, [](const auto& w) { return w->ready(); });
}

journal_writer& pg_journal::writer_of(const entity_id& entity) {
  // The low bits choose the shard already; the high ones spread each shard over all writers.
  return *writers_[(entity.hash() >> 32) % writers_.size()];
}

void pg_journal::recover(const entity_id& entity, callback<recovered> done) {
  // Before the fence a commit of unknown outcome could still arrive behind the read.
  if (!writer_of(entity).ready())
    return done(fail(errc::unavailable, "the journal is away"));
  reads_.ask([entity](sql::connection& c) { return read_back(c, entity); }, std::move(done));
}

std::unique_ptr<journal_stream> pg_journal::open(const entity_id& entity, uint64_t seq,
                                                 const chain_hash& chain,
                                                 std::weak_ptr<journal_observer> observer) {
  SOUK_ASSERT(entity.text().find('\n') == std::string::npos, "refusals name entities by line");
  return std::make_unique<pg_stream>(
      writer_of(entity), std::make_shared<stream_record>(entity, seq, chain, std::move(observer)));
}

void pg_journal::due_before(const std::vector<uint32_t>& shards, time_point until, uint32_t limit,
                            callback<std::vector<due_entity>> done) {
  const std::vector<int64_t> among(shards.begin(), shards.end());
  reads_.ask(
      [=](sql::connection& c) -> result<std::vector<due_entity>> {
        auto r = c.execute("select entity, due_at from wakeup"
                           " where shard = any($1) and due_at <= $2"
                           " order by due_at, entity limit $3",
                           {among, until, static_cast<int64_t>(limit)});
        if (!r)
          return r.error();
        std::vector<due_entity> out;
        for (size_t i = 0; i < r->size(); ++i)
          out.push_back({entity_id::from_text(std::string{r->text(i, 0)}), r->time(i, 1)});
        return out;
      },
      std::move(done));
}

} // namespace souk::persistence
