// The demo's pictures: one for every product, well-formed, without anything that could run.
#include "actors/catalogue/demo.hpp"
#include "actors/catalogue/demo_picture.hpp"

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

using namespace souk::catalogue;

namespace {

bool is_well_formed(const std::string& svg) {
  std::istringstream in{svg};
  boost::property_tree::ptree page;
  try {
    boost::property_tree::read_xml(in, page);
  } catch (const boost::property_tree::xml_parser_error&) {
    return false;
  }
  return page.count("svg") == 1;
}

std::string file_of(const std::string& url) {
  return url.substr(std::string{"/media/demo/"}.size());
}

} // namespace

TEST(DemoPicture, IsThereForEveryDemoProduct) {
  std::set<std::string> drawings;
  for (size_t i = 0; i < 2'000; ++i) {
    const auto p = demo_product(1, i);
    ASSERT_TRUE(p.images && p.images->size() == 1) << p.handle;
    const auto drawn = demo_picture(file_of(p.images->front().url));
    ASSERT_TRUE(drawn) << p.images->front().url;
    drawings.insert(*drawn);
    for (const auto& v : p.variants)
      EXPECT_TRUE(v.image.empty() || demo_picture(file_of(v.image))) << v.image;
  }
  EXPECT_GT(drawings.size(), 1'000u) << "they differ";
}

TEST(DemoPicture, IsWellFormedAndRunsNothing) {
  for (int i = 0; i <= static_cast<int>(silhouette::pump); ++i) {
    const auto svg = draw(static_cast<silhouette>(i), "#26282d", 7);
    EXPECT_TRUE(is_well_formed(svg)) << svg;
    for (const char* never : {"<script", "href", "<foreignObject", "$", "url(", " on", "style="})
      EXPECT_EQ(svg.find(never), svg.npos) << never << " in " << svg;
  }
}

TEST(DemoPicture, IsOnlyForNamesOfTheDemo) {
  EXPECT_TRUE(demo_picture("varo-linen-shirt-12.navy.svg"));
  EXPECT_TRUE(demo_picture("varo-damask-chef-s-knife-3.svg"));
  EXPECT_EQ(demo_picture("varo-linen-shirt-12.svg"), demo_picture("varo-linen-shirt-12.svg"));
  for (const char* no : {"", ".svg", "shirt", "varo-linen-shirt-12.png", "x.y.z.svg",
                         "varo-linen-shirt-12.nocolour.svg", "nothing-known-12.svg",
                         "../etc/passwd.svg", "<script>-shirt-1.svg", "-.svg", "-1.svg"})
    EXPECT_FALSE(demo_picture(no)) << no;
}
