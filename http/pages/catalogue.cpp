// The pages to look around: home, categories, search, products.
#include "http/api/fields.hpp"
#include "http/headers.hpp"
#include "http/pages/models.hpp"
#include "http/pages/pages.hpp"
#include "http/pages/render.hpp"

#include <boost/url/encode.hpp>
#include <boost/url/rfc/unreserved_chars.hpp>

namespace souk::http {

namespace bj = boost::json;

namespace {

constexpr size_t words_max = 200;
constexpr size_t cursor_max = 1024;
constexpr size_t search_items = 24;
constexpr size_t description_max = 160; ///< of <meta name="description">

std::string escaped(std::string_view text) {
  return boost::urls::encode(text, boost::urls::unreserved_chars);
}

/// The first words of a text, whole ones.
std::string beginning(const std::string& text) {
  if (text.size() <= description_max)
    return text;
  const auto space = text.rfind(' ', description_max);
  return text.substr(0, space == std::string::npos ? 0 : space) + " …";
}

void show_home(const visit_ptr& v) {
  home_model(v->c.at, v->market, showing(v, [v](bj::object model) {
               v->show("home.html",
                       {.title = {}, .description = v->say("shop.claim"), .canonical = "/"},
                       std::move(model));
             }));
}

bj::array orders_of(const visit& v, catalogue::list_order now, const std::string& path) {
  using enum catalogue::list_order;
  bj::array out;
  for (const auto& [order, name] :
       {std::pair{newest, "newest"}, std::pair{popular, "popular"}, std::pair{title, "title"}})
    out.push_back(bj::object{{"name", v.say(std::string{"sort."} + name)},
                             {"url", path + "?order=" + name},
                             {"chosen", order == now}});
  return out;
}

void show_category(const visit_ptr& v) {
  const auto& in = *v->c.in;
  const std::string order{in.query_value("order").value_or("newest")};
  const auto known = catalogue::parse_list_order(order);
  auto cursor = read_query(in, "cursor", cursor_max);
  if (!cursor || !known)
    return v->refuse(fail(errc::not_found));
  const auto path = "/c/" + escaped(in.param("category"));
  category_model(v->c.at, {v->market, in.param("category"), *known, *cursor},
                 showing(v, [v, path, order, known = *known](bj::object model) {
                   if (const auto& next = model["next_cursor"]; next.is_string())
                     model["next_url"] =
                         path + "?order=" + order + "&cursor=" + escaped(next.get_string());
                   model["orders"] = orders_of(*v, known, path);
                   model["first_url"] =
                       v->c.in->query_value("cursor") ? path + "?order=" + order : "";
                   const std::string name{model["category"].at("name").as_string()};
                   v->show("category.html",
                           {.title = name, .description = v->say("shop.claim"), .canonical = path},
                           std::move(model));
                 }));
}

void show_found(const visit_ptr& v, const std::string& words,
                const catalogue::product_page& found) {
  bj::array items;
  for (const auto& product : found.items)
    items.push_back(card_of(product));
  bj::object model{{"words", words}, {"items", std::move(items)}};
  if (!found.next_cursor.empty())
    model["next_url"] = "/search?q=" + escaped(words) + "&cursor=" + escaped(found.next_cursor);
  v->show("search.html", {.title = words.empty() ? v->say("search.title") : words},
          std::move(model));
}

void show_search(const visit_ptr& v) {
  const auto words = read_query(*v->c.in, "q", words_max);
  auto cursor = read_query(*v->c.in, "cursor", cursor_max);
  if (!words || !cursor || words->find_first_not_of(' ') == std::string::npos)
    return show_found(v, "", {});
  v->c.at.goods.search(
      {.market = v->market, .query = *words, .limit = search_items, .cursor = std::move(*cursor)},
      [v, words = *words](result<catalogue::product_page> found) {
        if (!found && found.error().code != errc::invalid)
          return v->refuse(found.error());
        show_found(v, words, found ? *found : catalogue::product_page{});
      });
}

/// schema.org, for search engines.
bj::object json_ld_of(const visit& v, const bj::object& model) {
  const auto& product = model.at("product").get_object();
  const auto& site = v.c.at.public_url;
  const auto url = site + "/p/" + std::string{product.at("handle").as_string()};
  bj::array images, offers, crumbs;
  for (const auto& image : product.at("images").as_array())
    if (const std::string at{image.at("url").as_string()}; at.starts_with('/'))
      images.push_back(bj::string{site + at});
  for (const auto& choice : model.at("choices").as_array()) {
    const auto& price = choice.at("price");
    auto amount = to_string(
        money{price.at("amount").as_int64(), *currency::parse(price.at("currency").as_string())});
    amount.resize(amount.find(' '));
    offers.push_back(bj::object{
        {"@type", "Offer"},
        {"sku", choice.at("sku")},
        {"url", url},
        {"price", amount},
        {"priceCurrency", price.at("currency")},
        {"availability", std::string{"https://schema.org/"} +
                             (choice.at("can_buy").as_bool() ? "InStock" : "OutOfStock")}});
  }
  for (const auto& step : model.at("path").as_array())
    crumbs.push_back(
        bj::object{{"@type", "ListItem"},
                   {"position", crumbs.size() + 1},
                   {"name", step.at("name")},
                   {"item", site + "/c/" + std::string{step.at("handle").as_string()}}});
  bj::object thing{{"@type", "Product"},
                   {"name", product.at("title")},
                   {"description", product.at("description")},
                   {"url", url},
                   {"image", std::move(images)},
                   {"offers", std::move(offers)}};
  if (!product.at("brand").as_string().empty())
    thing["brand"] = bj::object{{"@type", "Brand"}, {"name", product.at("brand")}};
  if (const auto& rating = product.at("rating").as_object();
      rating.at("count").to_number<int64_t>() > 0)
    thing["aggregateRating"] = bj::object{{"@type", "AggregateRating"},
                                          {"ratingValue", rating.at("average")},
                                          {"reviewCount", rating.at("count")}};
  return {
      {"@context", "https://schema.org"},
      {"@graph", bj::array{std::move(thing), bj::object{{"@type", "BreadcrumbList"},
                                                        {"itemListElement", std::move(crumbs)}}}}};
}

void show_product(const visit_ptr& v) {
  const auto& handle = v->c.in->param("handle");
  auto sku = read_query(*v->c.in, "sku", 64);
  product_model(v->c.at, v->market, handle, sku ? *sku : "", showing(v, [v](bj::object model) {
                  const auto& product = model.at("product").get_object();
                  page_head head{.title = std::string{product.at("title").as_string()},
                                 .description =
                                     beginning(std::string{product.at("description").as_string()}),
                                 .json_ld = script_json(json_ld_of(*v, model)),
                                 .canonical = "/p/" + escaped(product.at("handle").as_string())};
                  if (model.at("choices").as_array().size() == 1)
                    model["only_choice"] = model.at("choices").as_array().front();
                  else if (!model.at("choices").as_array().empty())
                    model["has_choice"] = true;
                  if (auto& pictures = model.at("gallery").get_array(); pictures.size() > 1) {
                    model["several_pictures"] = true;
                    for (size_t i = 0; i < pictures.size(); ++i)
                      pictures[i].get_object()["anchor"] = "picture-" + std::to_string(i + 1);
                  }
                  v->show("product.html", head, std::move(model));
                }));
}

} // namespace

void add_catalogue_pages(router& to, shop& at) {
  add_page(to, at, "/", show_home);
  add_page(to, at, "/c/{category}", show_category);
  add_page(to, at, "/search", show_search);
  add_page(to, at, "/p/{handle}", show_product);
}

} // namespace souk::http
