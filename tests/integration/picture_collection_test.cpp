// Pictures nobody shows: which of them go, and that an upload is never lost to it, whenever it
// comes.
#include "actors/catalogue/categories.hpp"
#include "actors/catalogue/picture_collection.hpp"
#include "actors/catalogue/picture_rows.hpp"
#include "actors/catalogue/product_json.hpp"
#include "actors/catalogue/record.hpp"
#include "actors/catalogue/write.hpp"
#include "adapters/picture_files.hpp"
#include "adapters/picture_folders.hpp"
#include "tests/kit/scratch_database.hpp"
#include "tests/kit/seeded_entropy.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

using namespace souk;
using namespace souk::catalogue;

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours two_days{48};

/// Does something of its own at one moment of a collection.
struct disturbed_folders final : adapters::picture_folders {
  using adapters::picture_folders::picture_folders;
  enum class moment { before, hidden, forgotten };
  moment when{};
  std::function<void()> disturb;

  void at(moment now) {
    if (now == when && disturb)
      std::exchange(disturb, nullptr)();
  }
  bool set_aside(const std::string& hash, time_point before) override {
    at(moment::before);
    return picture_folders::set_aside(hash, before);
  }
  std::vector<std::string> aside() const override {
    const_cast<disturbed_folders*>(this)->at(moment::hidden);
    return picture_folders::aside();
  }
  bool remove_aside(const std::string& hash, time_point before) override {
    at(moment::forgotten);
    return picture_folders::remove_aside(hash, before);
  }
};

struct PictureCollection : testing::Test {
  void SetUp() override {
    if (!persistence::scratch_database::available())
      GTEST_SKIP() << persistence::scratch_database::missing;
    database.emplace(true);
    c = database->connect();
    directory =
        (fs::temp_directory_path() / ("souk-unused-" + std::to_string(::getpid()))).string();
    fs::remove_all(directory);
    fs::create_directories(directory);
    shelf.emplace(directory);
    ASSERT_TRUE(within([](auto& s) {
      return create_category(s, {.handle = "mugs", .parent = "", .name = "Mugs"});
    }));
    auto wanted = parse_product(R"({"title":"Mug","category":"mugs","variants":[{"sku":"M"}]})");
    ASSERT_TRUE(wanted);
    product = within([&](auto& s) { return create_product(s, *wanted, {random, now()}); }).value();
  }
  void TearDown() override {
    if (!directory.empty())
      fs::remove_all(directory);
  }

  result<std::string>
  within(const std::function<result<std::string>(persistence::sql::connection&)>& work) {
    return persistence::sql::in_transaction(*c, work);
  }
  time_point now() { return c->execute("select clock_timestamp()")->time(0, 0); }
  static picture picture_of(char digit) {
    return {std::string(64, digit), {{160, 160, 120}, {480, 400, 300}}};
  }
  std::string folder(char digit) const {
    return adapters::picture_folder(directory, picture_of(digit).hash);
  }
  void upload(char digit) {
    ASSERT_TRUE(adapters::write_folder(directory, folder(digit), {{"160.webp", "picture"}}));
    ASSERT_TRUE(keep_picture(*c, picture_of(digit)));
  }
  void show(char digit) {
    ASSERT_TRUE(within([&](auto& s) { return add_image(s, product, {}, picture_of(digit), {}); }));
  }
  void hide(char digit) {
    const auto url = path_of({picture_of(digit).hash, 480, picture_format::jpeg});
    ASSERT_TRUE(within([&](auto& s) { return remove_image(s, product, image_id(url), {}); }));
  }
  void age_files(const std::string& path, std::chrono::hours by = two_days) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - by);
  }
  void age_row(char digit) {
    ASSERT_TRUE(c->execute("update picture set created_at = now() - interval '2 days'"
                           " where hash = $1",
                           {picture_of(digit).hash}));
  }
  void age(char digit) {
    age_files(folder(digit));
    age_row(digit);
  }
  int64_t collect() { return collect_pictures(*c, *shelf, now()).value(); }
  bool has_files(char digit) const { return fs::exists(folder(digit) + "/160.webp"); }
  bool has_row(char digit) {
    return !c->execute("select from picture where hash = $1", {picture_of(digit).hash})->empty();
  }
  size_t hidden() const {
    return static_cast<size_t>(
        std::ranges::count_if(fs::directory_iterator{directory}, [](const auto& each) {
          return each.path().filename().string().starts_with(".");
        }));
  }

  std::optional<persistence::scratch_database> database;
  std::unique_ptr<persistence::pg_connection> c;
  tests::seeded_entropy random;
  std::string directory, product;
  std::optional<disturbed_folders> shelf;
};

} // namespace

TEST_F(PictureCollection, TakesWhatNobodyShowsForADayAndNothingElse) {
  for (const char digit : {'a', 'b', 'c', 'd', 'e'})
    upload(digit);
  show('a');
  show('b');
  hide('b');
  for (const char digit : {'a', 'b', 'c'})
    age(digit);
  age_row('d');
  age_files(folder('e'));
  EXPECT_EQ(collect(), 2);
  EXPECT_TRUE(has_files('a') && has_row('a')) << "a product shows it";
  EXPECT_FALSE(has_files('b') || has_row('b')) << "no product shows it any more";
  EXPECT_FALSE(has_files('c') || has_row('c')) << "no product ever showed it";
  EXPECT_TRUE(has_files('d') && has_row('d')) << "young files: an upload is under way";
  EXPECT_TRUE(has_files('e') && has_row('e')) << "a young row: it was uploaded again";
  EXPECT_EQ(hidden(), 0u);
  EXPECT_EQ(collect(), 0);
}

TEST_F(PictureCollection, LosesNoUploadWheneverItComes) {
  using moment = disturbed_folders::moment;
  char digit = 'a';
  for (const auto when : {moment::before, moment::hidden, moment::forgotten}) {
    SCOPED_TRACE(static_cast<int>(when));
    upload(digit);
    age(digit);
    shelf->when = when;
    shelf->disturb = [&] {
      upload(digit);
      show(digit);
    };
    const auto gone = collect();
    EXPECT_FALSE(shelf->disturb) << "it came";
    EXPECT_LE(gone, 1);
    EXPECT_TRUE(has_files(digit));
    EXPECT_TRUE(has_row(digit));
    EXPECT_EQ(hidden(), 0u);
    ++digit;
  }
}

TEST_F(PictureCollection, WaitsForAnUploadThatIsBeingShown) {
  upload('a');
  age('a');
  auto other = database->connect();
  ASSERT_TRUE(other->execute("begin"));
  ASSERT_TRUE(adapters::write_folder(directory, folder('a'), {{"160.webp", "picture"}}));
  age_files(folder('a')); // as if the disk's clock were behind
  ASSERT_TRUE(add_image(*other, product, {}, picture_of('a'), {}));
  const auto observer = database->connect();
  std::jthread commit([&] {
    for (;;) {
      const auto waiting = observer->execute("select count(*) from pg_stat_activity where"
                                             " wait_event_type = 'Lock' and datname ="
                                             " current_database()");
      if (waiting->integer(0, 0) > 0)
        break;
    }
    EXPECT_TRUE(other->execute("commit"));
  });
  EXPECT_EQ(collect(), 0);
  EXPECT_TRUE(has_files('a') && has_row('a'));
}

TEST_F(PictureCollection, FinishesWhatAnInterruptedOneBegan) {
  for (const char digit : {'a', 'b', 'c', 'd'}) {
    upload(digit);
    age(digit);
    ASSERT_TRUE(shelf->set_aside(picture_of(digit).hash, now()));
  }
  show('a');
  ASSERT_TRUE(c->execute("delete from picture where hash = $1", {picture_of('b').hash}));
  upload('d');
  EXPECT_EQ(collect(), 2);
  EXPECT_TRUE(has_files('a') && has_row('a')) << "shown after all";
  EXPECT_FALSE(has_files('b')) << "its row had gone already";
  EXPECT_FALSE(has_files('c') || has_row('c'));
  EXPECT_TRUE(has_files('d') && has_row('d')) << "uploaded again";
  EXPECT_EQ(hidden(), 0u);
}

TEST_F(PictureCollection, RemovesUploadsThatNeverEndedAfterAnHour) {
  for (const char* name : {"/.new-old", "/.new-young"})
    fs::create_directories(directory + name);
  age_files(directory + "/.new-old");
  EXPECT_EQ(collect(), 1);
  EXPECT_FALSE(fs::exists(directory + "/.new-old"));
  EXPECT_TRUE(fs::exists(directory + "/.new-young"));
}

TEST_F(PictureCollection, IsDoneByOneNodeAtATime) {
  upload('a');
  age('a');
  auto other = database->connect();
  shelf->when = disturbed_folders::moment::hidden;
  shelf->disturb = [&] {
    disturbed_folders theirs{directory};
    EXPECT_EQ(collect_pictures(*other, theirs, now()).value(), 0);
  };
  EXPECT_EQ(collect(), 1);
  upload('b');
  age('b');
  disturbed_folders theirs{directory};
  EXPECT_EQ(collect_pictures(*other, theirs, now()).value(), 1) << "its turn now";
}

TEST_F(PictureCollection, NeedsNoDirectory) {
  fs::remove_all(directory);
  ASSERT_TRUE(keep_picture(*c, picture_of('a')));
  age_row('a');
  EXPECT_EQ(collect(), 1) << "a row without files";
  EXPECT_FALSE(has_row('a'));
}

TEST_F(PictureCollection, AsksAnIndexWhichProductsShowAPicture) {
  ASSERT_TRUE(c->execute("set enable_seqscan = off"));
  const auto plan = c->execute("explain select from product_image where"
                               " substring(url from '^/media/([0-9a-f]{64})/') = 'a'");
  std::string text;
  for (size_t i = 0; i < plan->size(); ++i)
    text += plan->text(i, 0);
  EXPECT_NE(text.find("product_image_picture"), std::string::npos) << text;
}
