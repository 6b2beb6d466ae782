#include "persistence/pgoutput.hpp"

#include "persistence/pg_codec.hpp"

namespace souk::persistence {

/// Reads never pass the end: what is missing reads as zero and is noticed once, in ok().
class pgoutput_decoder::reader {
public:
  explicit reader(std::string_view bytes) : left_(bytes) {}
  bool ok() const { return ok_; }
  template <class Int>
  Int number() {
    const auto bytes = take(sizeof(Int));
    return bytes.size() == sizeof(Int) ? pg::get<Int>(bytes) : Int{};
  }
  char letter() { return static_cast<char>(number<uint8_t>()); }
  std::string_view take(size_t n) {
    ok_ = ok_ && n <= left_.size();
    const auto out = left_.substr(0, ok_ ? n : 0);
    left_.remove_prefix(out.size());
    return out;
  }
  std::string text() {
    const auto end = left_.find('\0');
    ok_ = ok_ && end != std::string_view::npos;
    std::string out{take(ok_ ? end : 0)};
    (void)take(1);
    return out;
  }

private:
  std::string_view left_;
  bool ok_ = true;
};

result<std::optional<feed_transaction>> pgoutput_decoder::take(std::string_view message) {
  reader in{message};
  std::optional<feed_transaction> done;
  switch (in.letter()) {
  case 'B':
    open_ = {};
    break;
  case 'C':
    (void)in.letter();          // flags
    (void)in.number<int64_t>(); // where the commit starts
    open_.end = in.number<uint64_t>();
    open_.at = pg::from_postgres(in.number<int64_t>());
    done = std::move(open_);
    open_ = {};
    break;
  case 'R':
    read_relation(in);
    break;
  case 'I':
    read_change(in, feed_change::kind::insert);
    break;
  case 'U':
    read_change(in, feed_change::kind::update);
    break;
  case 'D':
    read_change(in, feed_change::kind::remove);
    break;
  default:
    break; // types, origins, truncations: nothing a consumer acts on
  }
  if (!in.ok())
    return fail(errc::corrupt, "a replication message that ends early");
  return done;
}

void pgoutput_decoder::read_relation(reader& in) {
  const auto id = in.number<uint32_t>();
  (void)in.text(); // schema
  auto table = std::make_shared<feed_table>();
  table->name = in.text();
  (void)in.letter(); // replica identity
  const auto columns = in.number<int16_t>();
  for (int i = 0; i < columns && in.ok(); ++i) {
    (void)in.letter(); // part of the key
    auto name = in.text();
    const auto type = in.number<uint32_t>();
    (void)in.number<int32_t>(); // type modifier
    table->columns.push_back({std::move(name), type});
  }
  tables_[id] = std::move(table);
}

void pgoutput_decoder::read_change(reader& in, feed_change::kind what) {
  const auto known = tables_.find(in.number<uint32_t>());
  if (known == tables_.end()) {
    (void)in.take(SIZE_MAX); // reported as corrupt
    return;
  }
  std::vector<std::optional<std::string>> values;
  const auto read_tuple = [&] {
    values.clear();
    const auto count = in.number<int16_t>();
    for (int i = 0; i < count && in.ok(); ++i) {
      const auto kind = in.letter();
      if (kind == 'b' || kind == 't')
        values.emplace_back(std::string{in.take(in.number<uint32_t>())});
      else
        values.emplace_back(std::nullopt);
    }
  };
  const auto part = in.letter();
  read_tuple();
  // An update may bring the old key or row first.
  if (what == feed_change::kind::update && part != 'N') {
    (void)in.letter();
    read_tuple();
  }
  values.resize(known->second->columns.size());
  open_.changes.emplace_back(what, known->second, std::move(values));
}

feed_change::feed_change(kind what, std::shared_ptr<const feed_table> table,
                         std::vector<std::optional<std::string>> values)
    : what_(what), table_(std::move(table)), values_(std::move(values)) {}

size_t feed_change::index_of(std::string_view column) const {
  const auto& all = table_->columns;
  size_t i = 0;
  while (i < all.size() && all[i].name != column)
    ++i;
  SOUK_ASSERT(i < all.size(), "a column of this table");
  return i;
}

std::string_view feed_change::text(std::string_view column) const {
  const auto i = index_of(column);
  std::string_view out = values_[i] ? *values_[i] : std::string_view{};
  if (table_->columns[i].type == pg::oid_jsonb && !out.empty())
    out.remove_prefix(1); // the format's version
  return out;
}

int64_t feed_change::integer(std::string_view column) const {
  const auto& bytes = value(column);
  switch (bytes ? bytes->size() : 0) {
  case 8:
    return pg::get<int64_t>(*bytes);
  case 4:
    return pg::get<int32_t>(*bytes);
  case 2:
    return pg::get<int16_t>(*bytes);
  default:
    return 0;
  }
}

bool feed_change::boolean(std::string_view column) const {
  const auto& bytes = value(column);
  return bytes && !bytes->empty() && (*bytes)[0] != '\0';
}

std::string_view feed_change::bytea(std::string_view column) const {
  const auto& bytes = value(column);
  return bytes ? *bytes : std::string_view{};
}

time_point feed_change::time(std::string_view column) const {
  return pg::from_postgres(integer(column));
}

} // namespace souk::persistence
