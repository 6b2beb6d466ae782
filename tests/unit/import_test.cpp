// What comes in from other shops' files: CSV records, HTML, Shopify's columns.
#include "actors/catalogue/check.hpp"
#include "actors/catalogue/csv_reader.hpp"
#include "actors/catalogue/export_shopify.hpp"
#include "actors/catalogue/import_html.hpp"
#include "actors/catalogue/import_repeats.hpp"
#include "actors/catalogue/import_run.hpp"
#include "actors/catalogue/shopify_reader.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

using namespace souk;
using namespace souk::catalogue;

namespace {

using cells = std::vector<std::string>;

struct read_csv {
  std::vector<csv_record> records;
  std::vector<csv_fault> faults;
};

read_csv read_all(const std::string& text) {
  std::istringstream in{text};
  csv_reader reader{in};
  read_csv all;
  for (auto step = reader.next(); step.record || step.fault; step = reader.next()) {
    if (step.record)
      all.records.push_back(std::move(*step.record));
    else
      all.faults.push_back(std::move(*step.fault));
  }
  return all;
}

struct read_products {
  std::vector<product_input> products;
  std::vector<read_place> places;
  std::vector<row_error> errors;
};

read_products read_shop(const std::string& text) {
  std::istringstream in{text};
  const auto reader = read_shopify(in, {currency{"EUR"}, "berlin"});
  read_products all;
  while (auto next = reader->next()) {
    if (*next) {
      all.products.push_back(std::move(**next));
      all.places.push_back(reader->place());
      continue;
    }
    if (next->error().problems.empty())
      all.errors.push_back({reader->place().row, "", next->error().detail});
    for (const auto& p : next->error().problems)
      all.errors.push_back(locate(p, reader->place()));
  }
  return all;
}

} // namespace

TEST(Csv, TakesQuotesCommasAndLinesInCells) {
  const auto all = read_all("\xef\xbb\xbf"
                            "a,b\r\n\"x, \"\"y\"\"\",\"two\r\nlines\"\r\n\r\n, spaced \n");
  ASSERT_EQ(all.records.size(), 3u);
  EXPECT_TRUE(all.faults.empty());
  EXPECT_EQ(all.records[0].cells, (cells{"a", "b"})) << "without the byte order mark";
  EXPECT_EQ(all.records[1].cells, (cells{"x, \"y\"", "two\r\nlines"}));
  EXPECT_EQ(all.records[1].line, 2u);
  EXPECT_EQ(all.records[2].cells, (cells{"", " spaced "}));
  EXPECT_EQ(all.records[2].line, 5u);
}

TEST(Csv, TakesALastLineWithoutItsEnd) {
  const auto all = read_all("a,b\n1,\"2\"");
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_EQ(all.records[1].cells, (cells{"1", "2"}));
  EXPECT_TRUE(read_all("").records.empty());
}

TEST(Csv, LosesOneRecordToAQuoteThatIsNeverClosed) {
  const auto all = read_all("a,b\n1,\"open\n2,x\n3,y\n");
  ASSERT_EQ(all.faults.size(), 1u);
  EXPECT_EQ(all.faults[0].line, 2u);
  ASSERT_EQ(all.records.size(), 3u) << "what the quote swallowed is read again";
  EXPECT_EQ(all.records[1].cells, (cells{"2", "x"}));
  EXPECT_EQ(all.records[2].line, 4u);
}

TEST(Csv, LosesOneRecordToAQuoteInsideACell) {
  const auto all = read_all("a,b\n1,12\" pipe\n\"x\"y,2\n3,4\n");
  ASSERT_EQ(all.faults.size(), 2u);
  EXPECT_EQ(all.faults[1].line, 3u);
  ASSERT_EQ(all.records.size(), 2u);
  EXPECT_EQ(all.records[1].cells, (cells{"3", "4"}));
}

TEST(Csv, RefusesWhatIsTooLong) {
  const auto all = read_all("a\n" + std::string(csv_cell_bytes_max + 1, 'x') + "\nb\n\"" +
                            std::string(csv_cell_bytes_max / 2, '\n') + "\"\n" +
                            std::string(csv_cells_max, ',') + "\nlast\n");
  EXPECT_EQ(all.faults.size(), 2u);
  ASSERT_FALSE(all.records.empty());
  EXPECT_EQ(all.records.back().cells, cells{"last"});
}

TEST(Csv, GivesUpOnWhatIsNoCsv) {
  std::string text;
  for (size_t i = 0; i < 2 * csv_faults_max; ++i)
    text += "a\"b\n";
  EXPECT_EQ(read_all(text).faults.size(), csv_faults_max + 1);
}

TEST(Csv, ReadsBackWhatItWrote) {
  const auto* given = std::getenv("SOUK_SEED");
  const auto seed = given != nullptr ? std::stoul(given) : 4'711ul;
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  std::string text;
  std::vector<cells> rows;
  for (int r = 0; r < 200; ++r) {
    cells row{"row"};
    for (auto n = random() % 6; n > 0; --n) {
      std::string cell;
      for (auto length = random() % 8; length > 0; --length)
        cell += "a,\"\r\n \t;é"[random() % 9];
      row.push_back(cell);
    }
    text += csv_line(row);
    rows.push_back(std::move(row));
  }
  const auto all = read_all(text);
  EXPECT_TRUE(all.faults.empty());
  ASSERT_EQ(all.records.size(), rows.size());
  for (size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(all.records[i].cells, rows[i]) << i;
}

TEST(Html, BecomesPlainText) {
  EXPECT_EQ(text_of_html("<p>A &amp; B<br>two</p>\n<ul><li>one</li><li>two</li></ul>"),
            "A & B\ntwo\n\n• one\n• two");
  EXPECT_EQ(text_of_html("plain  text\n here"), "plain text here");
  EXPECT_EQ(text_of_html("  "), "");
  EXPECT_EQ(text_of_html("gr&ouml;&szlig;e"), "größe");
}

TEST(Html, LetsNoScriptSurvive) {
  for (const char* evil :
       {"<p onclick=\"alert(1)\">text</p><script>alert(1)</script>",
        "<script>alert(1)</script><p>text</p>", "<style>alert(1)</style><p>text",
        "<svg onload=alert(1)><script>alert(1)</script></svg>text",
        "<a href=\"javascript:alert(1)\">text</a>", "<iframe srcdoc='alert(1)'></iframe>text",
        "<noscript><p>alert(1)</p></noscript>text", "<!-- <p>alert(1)</p> -->text"})
    EXPECT_EQ(text_of_html(evil), "text") << evil;
  EXPECT_EQ(html_of_text("<script>alert(1)</script> & more"),
            "<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>");
}

TEST(Html, ComesBackAsTheSameText) {
  for (const char* text : {"one", "a & b < c", "first\n\nsecond\nline\n\n• entry\n• entry"})
    EXPECT_EQ(text_of_html(html_of_text(text)), text);
}

TEST(Html, SurvivesWhateverItGets) {
  const auto* given = std::getenv("SOUK_SEED");
  const auto seed = given != nullptr ? std::stoul(given) : 99ul;
  SCOPED_TRACE("SOUK_SEED=" + std::to_string(seed));
  std::mt19937_64 random{seed};
  for (int i = 0; i < 500; ++i) {
    std::string html;
    for (int n = 0; n < 40; ++n)
      html += std::array{
          "<p>", "</p>", "<b", ">", "&", "x", "\xff", "<!--", "\"", "<div>"}[random() % 10];
    (void)text_of_html(html);
  }
  (void)text_of_html(std::string(5'000, '<'));
}

TEST(Shopify, ReadsSeveralRowsAsOneProduct) {
  const auto all = read_shop(
      "Handle,Title,Body (HTML),Vendor,Product Category,Tags,Published,Option1 Name,Option1 Value,"
      "Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,"
      "Image Src,Cost per item,Price / International,Status\n"
      "tee,Tee,<p>Soft.</p>,Isola,Apparel > Shirts,\"a, b\",true,Size,S,TEE/S,150,4,19.90,24.90,"
      "https://elsewhere.example/1.jpg,8.10,21.00,active\n"
      "tee,,,,,,,,M,TEE-M,150,0,19.90,,https://elsewhere.example/2.jpg,,,\n"
      "tee,,,,,,,,,,,,,,/images/own.svg,,,\n");
  ASSERT_TRUE(all.errors.empty()) << all.errors[0].field << all.errors[0].reason;
  ASSERT_EQ(all.products.size(), 1u);
  const auto& p = all.products[0];
  EXPECT_EQ(p.description, "Soft.");
  ASSERT_EQ(p.category_path.size(), 2u);
  EXPECT_EQ(p.category_path[1].handle, "shirts");
  ASSERT_EQ(p.variants.size(), 2u);
  EXPECT_EQ(p.variants[0].sku, "TEE-S") << "souk's SKUs have no '/'";
  EXPECT_EQ(p.variants[0].options, (std::vector<option_value>{{"Size", "S"}}));
  EXPECT_EQ(p.variants[0].prices[0].amount, (money{1990, currency{"EUR"}}));
  EXPECT_EQ(p.variants[0].prices[0].original_amount, 2490);
  EXPECT_EQ(p.variants[0].cost, (money{810, currency{"EUR"}}));
  EXPECT_EQ(p.variants[0].stock[0].on_hand, 4);
  ASSERT_TRUE(p.images);
  EXPECT_EQ(p.images->size(), 1u) << "pictures of other hosts are kept, not shown";
  EXPECT_EQ(check_product(p, "{}").size(), 0u);
  EXPECT_NE(all.places[0].kept.find("elsewhere.example/2.jpg"), std::string::npos);
  EXPECT_NE(all.places[0].kept.find(R"("Price / International":"21.00")"), std::string::npos);
  EXPECT_EQ(all.places[0].variant_rows, (std::vector<size_t>{2, 3}));
}

TEST(Shopify, NamesRowAndColumnOfWhatIsWrong) {
  const auto all = read_shop("Handle,Title,Option1 Name,Option1 Value,Option2 Value,Variant SKU,"
                             "Variant Price,Variant Compare At Price,Variant Inventory Qty\n"
                             "a,A,,,,A-1,1x,,\n"
                             "b,,,,,B-1,1.00,,\n"
                             "c,C,Size,S,red,C-1,1.00,,\n"
                             "d,D,,,,D-1,-1.00,,\n"
                             "e,E,,,,E-1,9.00,5.00,\n"
                             "f,F,,,,F-1,1.00,,x3\n"
                             "g,G,,,,\"G-1,1.00,,\n"
                             "h,H\xff,,,,H-1,1.00,,\n"
                             "i,I,,,,I-1,1.005,,\n"
                             "j,J, unquoted,,,,J-1,1.00,,\n"
                             "ok,Fine,,,,OK-1,1.000,,\n");
  ASSERT_EQ(all.products.size(), 1u);
  EXPECT_EQ(all.products[0].handle, "ok");
  std::vector<std::pair<size_t, std::string>> found;
  for (const auto& e : all.errors)
    found.emplace_back(e.row, e.field);
  EXPECT_EQ(found, (std::vector<std::pair<size_t, std::string>>{{2, "Variant Price"},
                                                                {3, "Title"},
                                                                {4, "Option2 Value"},
                                                                {5, "Variant Price"},
                                                                {6, "Variant Compare At Price"},
                                                                {7, "Variant Inventory Qty"},
                                                                {8, ""},
                                                                {9, "Title"},
                                                                {10, "Variant Price"},
                                                                {11, ""}}));
}

TEST(JsonLines, AreWarnedOfAHandleThatTheyHaveTwice) {
  std::istringstream in{
      R"({"handle":"mug","title":"A","category":"mugs","variants":[{"sku":"A"}]})"
      "\n"
      R"({"handle":"mug","title":"B","category":"mugs","variants":[{"sku":"B"}]})"};
  const auto lines = read_json_lines(in);
  repeat_watcher watched{*lines};
  ASSERT_TRUE(watched.next().value());
  EXPECT_TRUE(watched.place().warnings.empty());
  ASSERT_TRUE(watched.next().value());
  ASSERT_EQ(watched.place().warnings.size(), 1u);
  EXPECT_EQ(watched.place().warnings[0].field, "/handle");
  EXPECT_FALSE(watched.next());
}

TEST(JsonLines, AreWarnedOfFieldsThatThereAreNot) {
  std::istringstream in{
      R"({"handle":"mug","title":"A","colour":"red","category":"mugs","source":{"format":"x"},)"
      R"("images":[{"src":"/a.svg","url":"/a.svg"}],"attributes":{"any":1},)"
      R"("variants":[{"sku":"A","grams":1,"prices":[{"amount":1,"currency":"EUR","tax":2}]}]})"};
  const auto lines = read_json_lines(in);
  ASSERT_TRUE(lines->next().value()) << "the product is taken";
  std::set<std::string> fields;
  for (const auto& warning : lines->place().warnings) {
    EXPECT_EQ(warning.code, "warning");
    fields.insert(warning.field);
  }
  EXPECT_EQ(fields, (std::set<std::string>{"/colour", "/images/0/src", "/variants/0/grams",
                                           "/variants/0/prices/0/tax"}));
}

TEST(JsonLines, AreWarnedOfPicturesOnOtherHosts) {
  std::istringstream in{
      R"({"title":"A","category":"mugs","variants":[{"sku":"A"}],"images":[{"url":"/a.svg"},)"
      R"({"url":"https://elsewhere.example/1.jpg"},{"url":"//elsewhere.example/2.jpg"}]})"};
  const auto lines = read_json_lines(in);
  ASSERT_TRUE(lines->next().value());
  ASSERT_EQ(lines->place().warnings.size(), 2u);
  EXPECT_EQ(lines->place().warnings[0].field, "/images/1/url");
  EXPECT_EQ(lines->place().warnings[1].field, "/images/2/url");
}

TEST(Shopify, NamesTheColumnThatAShortRowDoesNotReach) {
  const auto all = read_shop("Handle,Title,Vendor,Variant SKU,Variant Price\n"
                             "short,Short,Isola\n"
                             "ok,Fine,Isola,OK-1,1.00\n");
  ASSERT_EQ(all.products.size(), 1u);
  ASSERT_EQ(all.errors.size(), 1u);
  EXPECT_EQ(all.errors[0].row, 2u);
  EXPECT_EQ(all.errors[0].field, "Variant SKU");
  EXPECT_EQ(all.errors[0].reason, "the row ends before this column");
  const auto early = read_shop("Handle,Title,Vendor,Type,Variant SKU\nshort,Short\n");
  ASSERT_EQ(early.errors.size(), 1u);
  EXPECT_EQ(early.errors[0].field, "Vendor");
}

TEST(Shopify, RefusesAFileWithoutItsColumns) {
  EXPECT_EQ(read_shop("name,price\nx,1\n").errors.size(), 1u);
  EXPECT_EQ(read_shop("").errors.size(), 1u);
  EXPECT_EQ(read_shop("Handle,Title,Title\n").errors.size(), 1u);
}
