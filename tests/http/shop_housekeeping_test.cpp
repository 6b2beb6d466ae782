// What a node throws away by itself.
#include "tests/kit/shopper.hpp"
#include "tests/kit/test_pictures.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace souk::tests {
namespace {

namespace fs = std::filesystem;

/// Nodes of tests share no directory.
struct media_directory {
  const fs::path path = fs::temp_directory_path() / ("souk-media-" + std::to_string(::getpid()));
  media_directory() { fs::remove_all(path); }
  ~media_directory() { fs::remove_all(path); }
  media_directory(const media_directory&) = delete;
  media_directory& operator=(const media_directory&) = delete;
};

TEST(ShopHousekeeping, CollectsPicturesThatNoProductShowsAnyMore) {
  if (!shop_process::available())
    GTEST_SKIP() << shop_process::missing;
  const media_directory media;
  shop_process shop{{.more = {"--media.directory=" + media.path.string()}}};
  staff boss{shop};
  const auto sample = boss.to.get("/v1/admin/products").text("/items/0/id");
  const auto images = "/v1/admin/products/" + sample + "/images";
  const auto kept = boss.to.ask("POST", images, draw_picture({.width = 200, .height = 100}));
  ASSERT_EQ(kept.status, 201) << kept;
  const auto both = boss.to.ask("POST", images, draw_picture({.width = 300, .height = 100}));
  ASSERT_EQ(both.status, 201) << both;
  const auto unused = both.text("/images/1/url");
  ASSERT_EQ(boss.to.ask("DELETE", images + "/" + both.text("/images/1/id")).status, 200);
  EXPECT_EQ(boss.to.get(unused).status, 200) << "for a day";

  for (const auto& each : fs::recursive_directory_iterator{media.path})
    fs::last_write_time(each.path(), fs::file_time_type::clock::now() - std::chrono::hours{48});
  ASSERT_TRUE(shop.connect()->script("update picture set created_at = now() - interval '2 days'"));
  shop.restart_node();
  http_talk visitor{shop.port()};
  EXPECT_TRUE(
      eventually(std::chrono::seconds{20}, [&] { return visitor.get(unused).status == 404; }));
  EXPECT_EQ(visitor.get(kept.text("/images/0/url")).status, 200);
}

} // namespace
} // namespace souk::tests
