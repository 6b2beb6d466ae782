// Uploaded pictures: what is taken, what comes out, where it lies, and who may name a file.
#include "actors/catalogue/picture_rows.hpp"
#include "actors/catalogue/rows.hpp"
#include "adapters/vips_pictures.hpp"
#include "adapters/vips_scaling.hpp"
#include "http/api/fields.hpp"
#include "tests/kit/test_pictures.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace souk;
using namespace souk::catalogue;
using tests::draw_picture;
using tests::look_at_picture;

namespace {

std::vector<picture_size> sizes_of(const tests::drawn& how) {
  auto scaled = adapters::scale_picture(draw_picture(how));
  EXPECT_TRUE(scaled) << scaled.error().detail;
  std::vector<picture_size> sizes;
  for (const auto& each : *scaled)
    sizes.push_back(each.size);
  return sizes;
}

struct Pictures : testing::Test {
  std::string directory =
      (std::filesystem::temp_directory_path() / ("souk-pictures-" + std::to_string(::getpid())))
          .string();
  adapters::executor at_once = [](std::function<void()> job) {
    job();
    return true;
  };
  adapters::vips_pictures store{directory, at_once, at_once};
  ~Pictures() override { std::filesystem::remove_all(directory); }

  result<picture> put(const std::string& bytes) {
    std::optional<result<picture>> answer;
    store.put(bytes, [&](auto r) { answer = std::move(r); });
    return std::move(answer.value());
  }
  result<std::shared_ptr<const std::string>> get(const picture_file& file) {
    std::optional<result<std::shared_ptr<const std::string>>> answer;
    store.get(file, [&](auto r) { answer = std::move(r); });
    return std::move(answer.value());
  }
};

} // namespace

TEST(PictureScaling, NeverEnlarges) {
  EXPECT_EQ(sizes_of({.width = 300, .height = 200}),
            (std::vector<picture_size>{{160, 160, 107}, {480, 300, 200}}));
  EXPECT_EQ(sizes_of({.width = 100, .height = 50}), (std::vector<picture_size>{{160, 100, 50}}));
  EXPECT_EQ(sizes_of({.width = 3000, .height = 1500, .suffix = ".png"}),
            (std::vector<picture_size>{
                {160, 160, 80}, {480, 480, 240}, {960, 960, 480}, {1920, 1920, 960}}));
}

TEST(PictureScaling, TurnsPicturesUprightAndDropsWhatTheCameraWrote) {
  const auto camera = draw_picture(
      {.width = 400, .height = 200, .orientation = 6, .comment = "where I live: 52.5 13.4"});
  ASSERT_TRUE(look_at_picture(camera).metadata);
  const auto scaled = adapters::scale_picture(camera);
  ASSERT_TRUE(scaled) << scaled.error().detail;
  EXPECT_EQ(scaled->back().size, (picture_size{480, 200, 400}));
  for (const auto& bytes : {scaled->back().webp, scaled->back().jpeg}) {
    EXPECT_FALSE(look_at_picture(bytes).metadata);
    EXPECT_EQ(look_at_picture(bytes).width, 200);
    EXPECT_EQ(bytes.find("where I live"), std::string::npos);
  }
  EXPECT_EQ(look_at_picture(scaled->back().webp).loader, "webpload_buffer");
  EXPECT_EQ(look_at_picture(scaled->back().jpeg).loader, "jpegload_buffer");
}

TEST(PictureScaling, PaintsTransparentPartsWhiteInJpeg) {
  const auto scaled = adapters::scale_picture(
      draw_picture({.width = 200, .height = 100, .suffix = ".png", .transparent = true}));
  ASSERT_TRUE(scaled) << scaled.error().detail;
  EXPECT_GT(look_at_picture(scaled->back().jpeg).left, 245);
}

TEST(PictureScaling, RefusesWhatIsNoWholePictureOfItsKinds) {
  const auto code_of = [](const std::string& bytes) {
    const auto scaled = adapters::scale_picture(bytes);
    return scaled ? std::string{"taken"} : std::string{to_string(scaled.error().code)};
  };
  EXPECT_EQ(code_of(""), "unsupported_media_type");
  EXPECT_EQ(code_of("<svg xmlns='http://www.w3.org/2000/svg'/>"), "unsupported_media_type");
  EXPECT_EQ(code_of("GIF89a"), "unsupported_media_type");
  EXPECT_EQ(code_of(draw_picture({.suffix = ".tif"})), "unsupported_media_type");
  for (const char* suffix : {".jpg", ".png", ".webp"}) {
    auto cut = draw_picture({.suffix = suffix});
    EXPECT_EQ(code_of(cut), "taken") << suffix;
    cut.resize(cut.size() / 2);
    EXPECT_EQ(code_of(cut), "invalid") << suffix;
  }
  std::string broken = draw_picture({.suffix = ".png"});
  broken[broken.size() / 2] ^= 0x55;
  EXPECT_EQ(code_of(broken), "invalid");
}

TEST(PictureScaling, RefusesMorePixelsThanItsMemoryIsWorth) {
  const auto scaled =
      adapters::scale_picture(draw_picture({.width = 10'000, .height = 5'001, .suffix = ".png"}));
  ASSERT_FALSE(scaled);
  EXPECT_EQ(scaled.error().problems[0].code, "too_many_pixels");
}

TEST_F(Pictures, KeepsOneFolderForOneContentAndNothingHalf) {
  const auto bytes = draw_picture({.width = 500, .height = 400});
  const auto first = put(bytes);
  ASSERT_TRUE(first) << first.error().detail;
  const auto second = put(bytes);
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(first->hash, second->hash);
  for (const auto& size : first->sizes)
    for (const auto format : {picture_format::webp, picture_format::jpeg}) {
      const auto file = get({first->hash, size.box, format});
      ASSERT_TRUE(file) << file.error().detail;
      EXPECT_EQ(look_at_picture(**file).width, size.width);
    }
  for (const auto& each : std::filesystem::directory_iterator{directory})
    EXPECT_NE(each.path().filename().string().substr(0, 4), ".new") << "removed or renamed";
  EXPECT_EQ(get({first->hash, 1920, picture_format::webp}).error().code, errc::not_found);
  EXPECT_FALSE(put("no picture"));
}

TEST_F(Pictures, SaysWhenTheDiskDoesNotTakeThem) {
  adapters::vips_pictures nowhere{"/proc/souk-has-no-place-here", at_once, at_once};
  std::optional<result<picture>> answer;
  nowhere.put(draw_picture({}), [&](auto r) { answer = std::move(r); });
  EXPECT_EQ(answer->error().code, errc::unavailable);
}

TEST(PictureFile, IsNamedByItsHashAndSizeAlone) {
  const std::string hash(64, 'a');
  const auto file = parse_picture_file(hash, "480.jpg");
  ASSERT_TRUE(file);
  EXPECT_EQ(path_of(*file), "/media/" + hash + "/480.jpg");
  for (const char* name : {"481.jpg", "480.png", "480", "../480.jpg", "480.jpg/", "", "0480.jpg"})
    EXPECT_EQ(parse_picture_file(hash, name).error().code, errc::not_found) << name;
  for (const std::string& bad : {std::string{".."}, std::string(63, 'a'), std::string(64, 'A'),
                                 "../" + std::string(61, 'a'), std::string(64, '/')})
    EXPECT_FALSE(parse_picture_file(bad, "480.jpg")) << bad;
}

TEST(Languages, AreTakenInTheOrderOfTheBrowser) {
  using http::preferred_locales;
  EXPECT_EQ(preferred_locales("fr;q=0.5, de-AT, en;q=0.8"), "de-AT,en,fr");
  EXPECT_EQ(preferred_locales("de, *;q=0.1, nl;q=0"), "de");
  EXPECT_EQ(preferred_locales(",;,q=,;;"), "");
  EXPECT_EQ(locales_of("de-AT,fr"), (std::vector<std::string>{"de-AT", "de", "fr"}));
  EXPECT_EQ(locales_of("de,en-GB,fr"), (std::vector<std::string>{"de", "en-GB"}))
      << "behind the shop's own language nothing is wanted";
  EXPECT_TRUE(locales_of("\xc3\x28,x y,'").empty());
}
