// Commands, replies and failures come out of a node's bytes as they went in, every field of every
// kind; whatever else arrives is refused.
#include "cluster/failure_codec.hpp"
#include "tests/kit/model_run.hpp"
#include "tests/kit/wire_samples.hpp"

#include <boost/pfr.hpp>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>

#include <proto/cart.pb.h>
#include <proto/cluster.pb.h>
#include <proto/order.pb.h>
#include <proto/shipment.pb.h>

namespace souk {
namespace {

template <class Contract>
struct commands_of {
  using message = typename Contract::command;
  static result<message> decode(std::string_view bytes) { return Contract::decode_command(bytes); }
  static std::string encode(const message& what) { return Contract::encode(what); }
};
template <class Contract>
struct replies_of {
  using message = typename Contract::reply;
  static result<message> decode(std::string_view bytes) { return Contract::decode_reply(bytes); }
  static std::string encode(const message& what) { return Contract::encode(what); }
};

template <class Codec>
struct Wire : testing::Test {
  using message = typename Codec::message;
  static auto samples() { return kit::samples(std::type_identity<message>{}); }
  static void expect_corrupt(std::string_view bytes) {
    const auto got = Codec::decode(bytes);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, errc::corrupt);
  }
  static void expect_the_same(const message& what) {
    const auto got = Codec::decode(Codec::encode(what));
    ASSERT_TRUE(got) << got.error().detail;
    EXPECT_TRUE(*got == what);
  }

private:
  google::protobuf::LogSilencer quiet_; // it complains of each tampered text
};
using codecs = testing::Types<commands_of<stock::contract>, replies_of<stock::contract>,
                              commands_of<cart::contract>, replies_of<cart::contract>,
                              commands_of<order::contract>, replies_of<order::contract>,
                              commands_of<session::contract>, replies_of<session::contract>,
                              commands_of<shipment::contract>, replies_of<shipment::contract>>;
TYPED_TEST_SUITE(Wire, codecs);

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;
template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// How many fields, down to the last, are as they are by default: what a sample leaves out, nobody
/// tests.
template <class T>
int unsaid(const T& x, const T& fresh) {
  int count = 0;
  if constexpr (is_list<T>) {
    count = x.empty() ? 1 : unsaid(x.front(), typename T::value_type{});
  } else if constexpr (std::is_same_v<T, cart::line_view>) {
    count = unsaid<cart::line>(x, fresh) + unsaid(x.line_total, fresh.line_total);
  } else if constexpr (std::is_aggregate_v<T> && !std::is_empty_v<T>) {
    boost::pfr::for_each_field(x, [&](const auto& field, auto index) {
      count += unsaid(field, boost::pfr::get<decltype(index)::value>(fresh));
    });
  } else if constexpr (!std::is_empty_v<T>) {
    count = x == fresh ? 1 : 0;
  }
  return count;
}

/// Turns every number and time into one at the end of its range.
template <class T>
void stretch(T& x) {
  if constexpr (std::is_same_v<T, int64_t>) {
    x = std::numeric_limits<T>::min();
  } else if constexpr (std::is_same_v<T, uint64_t>) {
    x = std::numeric_limits<T>::max();
  } else if constexpr (std::is_same_v<T, time_point> || std::is_same_v<T, std::chrono::seconds>) {
    x = T::max();
  } else if constexpr (is_optional<T>) {
    stretch(x.emplace());
  } else if constexpr (is_list<T>) {
    for (auto& item : x)
      stretch(item);
  } else if constexpr (std::is_same_v<T, cart::line_view>) {
    stretch<cart::line>(x);
    stretch(x.line_total);
  } else if constexpr (std::is_aggregate_v<T> && !std::is_empty_v<T>) {
    boost::pfr::for_each_field(x, [](auto& field) { stretch(field); });
  }
}

/// A field that no version has yet: number 18,999, a varint, 42.
std::string future_field() { return "\xb8\xa3\x09\x2a"; }

/// The message of the oneof, with a field more.
std::string with_more_inside(const std::string& bytes) {
  google::protobuf::io::ArrayInputStream raw(bytes.data(), static_cast<int>(bytes.size()));
  google::protobuf::io::CodedInputStream in(&raw);
  const auto tag = in.ReadTag();
  uint32_t size = 0;
  std::string inside, out;
  EXPECT_TRUE(in.ReadVarint32(&size) && in.ReadString(&inside, static_cast<int>(size)));
  inside += future_field();
  google::protobuf::io::StringOutputStream target(&out);
  google::protobuf::io::CodedOutputStream to(&target);
  to.WriteTag(tag);
  to.WriteVarint32(static_cast<uint32_t>(inside.size()));
  to.WriteString(inside);
  to.Trim();
  return out;
}

TYPED_TEST(Wire, IsTestedWithEveryFieldOfEveryKind) {
  const auto all = this->samples();
  static_assert(std::tuple_size_v<decltype(this->samples())> ==
                    std::variant_size_v<typename TypeParam::message>,
                "a kind without a sample");
  for (size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].index(), i);
    std::visit(
        [&]<class T>(const T& what) {
          EXPECT_EQ(unsaid(what, T{}), 0) << "a field without a value in sample " << i;
        },
        all[i]);
  }
}

TYPED_TEST(Wire, GivesBackWhatItTook) {
  for (const auto& what : this->samples())
    this->expect_the_same(what);
}

TYPED_TEST(Wire, KeepsWhatIsNotSaid) {
  for (const auto& what : this->samples())
    std::visit([&]<class T>(const T&) { this->expect_the_same(T{}); }, what);
}

TYPED_TEST(Wire, KeepsTheLargestAndTheSmallest) {
  for (auto what : this->samples()) {
    std::visit([](auto& x) { stretch(x); }, what);
    this->expect_the_same(what);
  }
}

TYPED_TEST(Wire, RefusesWhatIsNoMessage) {
  this->expect_corrupt("");
  this->expect_corrupt("garbage");
  this->expect_corrupt(std::string(64, '\0'));
  this->expect_corrupt(std::string(64, '\xff'));
  for (const auto& what : this->samples()) {
    const auto bytes = TypeParam::encode(what);
    for (size_t size = 0; size < bytes.size(); ++size)
      this->expect_corrupt(std::string_view(bytes).substr(0, size));
  }
}

TYPED_TEST(Wire, PassesOverFieldsOfANewerPeer) {
  for (const auto& what : this->samples()) {
    const auto bytes = TypeParam::encode(what);
    for (const auto& more : {bytes + future_field(), with_more_inside(bytes)}) {
      const auto got = TypeParam::decode(more);
      ASSERT_TRUE(got) << got.error().detail;
      EXPECT_TRUE(*got == what);
    }
  }
}

TYPED_TEST(Wire, RefusesAKindOfANewerPeer) { this->expect_corrupt(future_field()); }

/// A few bytes changed, lost, doubled or taken from another message.
std::string mutated(std::string bytes, const std::string& other, std::mt19937_64& dice) {
  const auto below = [&](size_t end) { return end == 0 ? 0 : static_cast<size_t>(dice() % end); };
  for (auto edits = 1 + below(4); edits > 0; --edits) {
    const auto place = below(bytes.size());
    switch (below(5)) {
    case 0:
      bytes.insert(place, 1, static_cast<char>(dice()));
      break;
    case 1:
      bytes.erase(place, 1 + below(8));
      break;
    case 2:
      bytes.insert(place, bytes, below(bytes.size()), below(16));
      break;
    case 3:
      bytes.insert(place, other, below(other.size()), std::string::npos);
      break;
    default:
      if (!bytes.empty())
        bytes[place] = static_cast<char>(bytes[place] ^ (1 << below(8)));
    }
  }
  return bytes;
}

TYPED_TEST(Wire, SurvivesBytesThatWereTamperedWith) {
  constexpr int mutations = 1'000;
  const auto all = this->samples();
  for (const auto seed : kit::seeds(1, 10)) {
    SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
    std::mt19937_64 dice(seed);
    const auto any = [&] { return TypeParam::encode(all[dice() % all.size()]); };
    for (int i = 0; i < mutations; ++i) {
      const auto got = TypeParam::decode(mutated(any(), any(), dice));
      if (got)
        this->expect_the_same(*got);
      else
        ASSERT_EQ(got.error().code, errc::corrupt);
    }
  }
}

/// What a message of this version cannot hold.
template <class Message, class Contract, class Change>
void expect_refused(const typename Contract::reply& what, Change change) {
  Message m;
  ASSERT_TRUE(m.ParseFromString(Contract::encode(what)));
  change(m);
  const auto got = Contract::decode_reply(m.SerializeAsString());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, errc::corrupt);
}

TEST(WireValues, RefuseAStatusOrACurrencyOfANewerPeer) {
  const auto cart = kit::samples(std::type_identity<cart::reply>{})[0];
  expect_refused<pb::cart_reply, cart::contract>(cart,
                                                 [](auto& m) { m.mutable_view()->set_status(7); });
  expect_refused<pb::cart_reply, cart::contract>(
      cart, [](auto& m) { m.mutable_view()->mutable_subtotal()->set_currency("XXX"); });
  const auto order = kit::samples(std::type_identity<order::reply>{})[0];
  expect_refused<pb::order_reply, order::contract>(
      order, [](auto& m) { m.mutable_view()->set_status(12); });
  const auto shipment = kit::samples(std::type_identity<shipment::reply>{})[0];
  expect_refused<pb::shipment_reply, shipment::contract>(
      shipment, [](auto& m) { m.mutable_view()->set_status(256); });
}

TEST(WireValues, TakeARefusalForAnUnknownReasonForAnInternalOne) {
  pb::order_command m;
  m.mutable_units_refused()->set_why(200);
  const auto got = order::contract::decode_command(m.SerializeAsString());
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<order::units_refused>(*got).why, errc::internal);
}

void expect_the_same(const failure& what) {
  pb::failure travelled;
  ASSERT_TRUE(travelled.ParseFromString(cluster::encode(what).SerializeAsString()));
  const auto got = cluster::decode(travelled);
  EXPECT_EQ(got.code, what.code);
  EXPECT_EQ(got.detail, what.detail);
  EXPECT_EQ(got.problems, what.problems);
  EXPECT_EQ(got.retry_after, what.retry_after);
  EXPECT_EQ(got.extra, what.extra);
}

TEST(FailureCodec, GivesBackEveryFailureAsItWas) {
  const failure full{.code = errc::sold_out,
                     .detail = "only one of it",
                     .problems = kit::problems(),
                     .retry_after = std::chrono::seconds{7},
                     .extra = R"({"quote": 1})"};
  ASSERT_EQ(unsaid(full, failure{}), 0);
  expect_the_same(full);
  expect_the_same(failure{});
  for (int number = 0; number <= static_cast<int>(errc::second_factor_required); ++number)
    expect_the_same(fail(static_cast<errc>(number), "by its code"));
}

TEST(FailureCodec, TakesAnUnknownCodeForInternal) {
  for (const auto* name : {"", "quantum_entangled", "Sold_out"}) {
    pb::failure m;
    m.set_code(name);
    m.set_detail("of a newer peer");
    EXPECT_EQ(cluster::decode(m).code, errc::internal);
    EXPECT_EQ(cluster::decode(m).detail, "of a newer peer");
  }
}

} // namespace
} // namespace souk
