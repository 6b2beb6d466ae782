// souk.toml.example is the documentation of the settings: it names each one, with its default.
#include "base/config.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace souk {
namespace {

TEST(ConfigExample, LoadsAndHoldsTheDefaults) {
  const auto example = load_config("souk.toml.example", {});
  ASSERT_TRUE(example) << example.error().detail;
  const config defaults;
  EXPECT_EQ(example->node.name, defaults.node.name);
  EXPECT_EQ(example->http.port, defaults.http.port);
  EXPECT_EQ(example->postgres.writers, defaults.postgres.writers);
  EXPECT_EQ(example->postgres.connections, defaults.postgres.connections);
  EXPECT_EQ(example->redis.url, defaults.redis.url);
  EXPECT_EQ(example->log.level, defaults.log.level);
  EXPECT_EQ(example->limits.activations, defaults.limits.activations);
  EXPECT_EQ(example->limits.writer_bytes, defaults.limits.writer_bytes);
  EXPECT_EQ(example->limits.request_milliseconds, defaults.limits.request_milliseconds);
  EXPECT_EQ(example->shop.hold_seconds, defaults.shop.hold_seconds);
}

TEST(ConfigExample, NamesEverySetting) {
  std::stringstream example;
  example << std::ifstream("souk.toml.example").rdbuf();
  std::istringstream settings(describe_config());
  for (std::string line; std::getline(settings, line);) {
    const auto dot = line.find('.');
    const auto key = line.substr(dot + 1, line.find('=') - dot - 1);
    EXPECT_NE(example.str().find("\n" + key + " = "), std::string::npos) << key;
  }
}

} // namespace
} // namespace souk
