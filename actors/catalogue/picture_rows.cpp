#include "actors/catalogue/picture_rows.hpp"

#include "actors/catalogue/rows.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace souk::catalogue {

namespace sql = persistence::sql;
namespace json = boost::json;

namespace {

constexpr size_t images_max = 50;
constexpr size_t alt_bytes_max = 300;
constexpr size_t id_bytes = 8;

std::string render_sizes(const std::vector<picture_size>& sizes) {
  json::array all;
  for (const auto& s : sizes)
    all.push_back(json::object{{"box", s.box}, {"width", s.width}, {"height", s.height}});
  return json::serialize(all);
}

result<void> check_alt(const std::string& alt) {
  if (alt.size() > alt_bytes_max || !is_utf8(alt))
    return fail_field("/alt", "invalid", "at most 300 bytes of UTF-8");
  return {};
}

struct product_images {
  int64_t version = 0;
  std::vector<image> all;
};

/// The images of a product, which is locked.
result<product_images> locked_images(sql::connection& c, const std::string& product,
                                     std::optional<int64_t> expected) {
  if (!is_plausible_id(product))
    return fail(errc::not_found, "no such product");
  auto locked = c.execute("select version from product where id = $1 for update", {product});
  if (!locked)
    return locked.error();
  if (locked->empty())
    return fail(errc::not_found, "no such product");
  product_images its{.version = locked->integer(0, 0), .all = {}};
  if (auto same = expect_version(expected, its.version); !same)
    return same.error();
  auto found = c.execute("select url, alt from product_image where product = $1 order by position",
                         {product});
  if (!found)
    return found.error();
  for (size_t i = 0; i < found->size(); ++i)
    its.all.push_back({std::string{found->text(i, 0)}, std::string{found->text(i, 1)}});
  return its;
}

auto find_image(std::vector<image>& all, const std::string& id) {
  return std::ranges::find_if(all, [&id](const image& one) { return image_id(one.url) == id; });
}

void move_to(std::vector<image>& all, std::vector<image>::iterator one, int64_t position) {
  auto moved = std::move(*one);
  all.erase(one);
  const auto at = std::min<int64_t>(position, static_cast<int64_t>(all.size()));
  all.insert(all.begin() + at, std::move(moved));
}

result<std::string> put_all(sql::connection& c, const std::string& product,
                            const product_images& before, const std::vector<image>& after) {
  if (after == before.all)
    return product;
  auto gone = c.execute("delete from product_image where product = $1", {product});
  if (!gone)
    return gone.error();
  std::vector<std::string> url, alt;
  for (const auto& one : after) {
    url.push_back(one.url);
    alt.push_back(one.alt);
  }
  auto put = c.execute("insert into product_image (product, position, url, alt) "
                       "select $1, (place - 1)::integer, url, alt "
                       "from unnest($2::text[], $3::text[]) with ordinality as n(url, alt, place)",
                       {product, url, alt});
  if (!put)
    return put.error();
  if (auto raised = raise_version(c, product, before.version); !raised)
    return raised.error();
  return product;
}

/// Of the `hash` in scope.
constexpr std::string_view is_shown = "exists (select from product_image where "
                                      "substring(url from '^/media/([0-9a-f]{64})/') = hash)";

result<std::vector<std::string>> hashes_in(const result<sql::rows>& found) {
  if (!found)
    return found.error();
  std::vector<std::string> hashes;
  for (size_t i = 0; i < found->size(); ++i)
    hashes.emplace_back(found->text(i, 0));
  return hashes;
}

result<void> check_position(const std::optional<int64_t>& position) {
  if (position && *position < 0)
    return fail_field("/position", "out_of_range", "from 0");
  return {};
}

} // namespace

std::string image_id(std::string_view url) {
  const auto digest = sha256(url);
  return to_hex({reinterpret_cast<const unsigned char*>(digest.data()), id_bytes});
}

std::vector<picture_size> parse_sizes(std::string_view text) {
  std::vector<picture_size> sizes;
  const auto parsed = json::parse(text);
  for (const auto& each : parsed.as_array())
    sizes.push_back(
        {each.at("box").as_int64(), each.at("width").as_int64(), each.at("height").as_int64()});
  return sizes;
}

void add_sizes(image& one, const std::vector<picture_size>& sizes) {
  constexpr size_t prefix = std::string_view{"/media/"}.size();
  const auto hash = one.url.substr(prefix, one.url.find('/', prefix) - prefix);
  for (const auto& s : sizes)
    one.sizes.push_back({path_of({hash, s.box, picture_format::webp}), s.width, s.height});
  one.width = sizes.back().width;
  one.height = sizes.back().height;
}

result<void> keep_picture(sql::connection& c, const picture& kept) {
  const auto& largest = kept.sizes.back();
  auto put = c.execute("insert into picture (hash, width, height, sizes) "
                       "values ($1, $2, $3, $4::text::jsonb) on conflict (hash) do update "
                       "set sizes = excluded.sizes, created_at = now()",
                       {kept.hash, largest.width, largest.height, render_sizes(kept.sizes)});
  return put ? result<void>{} : put.error();
}

result<std::vector<std::string>> unused_pictures(sql::connection& c, time_point before,
                                                 int64_t most) {
  return hashes_in(c.execute("select hash from picture where created_at < $1 and not " +
                                 std::string{is_shown} + " order by created_at limit $2",
                             {before, most}));
}

result<std::vector<std::string>>
forget_pictures(sql::connection& c, const std::vector<std::string>& hashes, time_point before) {
  const std::string shown{is_shown};
  return hashes_in(c.execute("with forgotten as (delete from picture where hash = any($1::text[]) "
                             "and created_at < $2 and not " +
                                 shown +
                                 " returning hash) select hash from forgotten union all "
                                 "select hash from unnest($1::text[]) as asked(hash) where not "
                                 "exists (select from picture known where known.hash = asked.hash) "
                                 "and not " +
                                 shown,
                             {hashes, before}));
}

result<std::string> add_image(sql::connection& c, const std::string& product,
                              std::optional<int64_t> expected, const picture& shown,
                              const new_image& how) {
  if (auto good = check_alt(how.alt); !good)
    return good.error();
  if (auto good = check_position(how.position); !good)
    return good.error();
  auto before = locked_images(c, product, expected);
  if (!before)
    return before.error();
  if (auto kept = keep_picture(c, shown); !kept)
    return kept.error();
  auto after = before->all;
  // JPEG, because that is what every reader of a plain URL knows.
  const auto url = path_of({shown.hash, shown.sizes.back().box, picture_format::jpeg});
  auto known = find_image(after, image_id(url));
  if (known == after.end()) {
    if (after.size() >= images_max)
      return fail(errc::conflict, "a product has at most 50 images");
    known = after.insert(after.end(), image{url, how.alt});
  }
  known->alt = how.alt;
  if (how.position)
    move_to(after, known, *how.position);
  return put_all(c, product, *before, after);
}

result<std::string> change_image(sql::connection& c, const std::string& product,
                                 const std::string& id, std::optional<int64_t> expected,
                                 const image_patch& patch) {
  if (patch.alt)
    if (auto good = check_alt(*patch.alt); !good)
      return good.error();
  if (auto good = check_position(patch.position); !good)
    return good.error();
  auto before = locked_images(c, product, expected);
  if (!before)
    return before.error();
  auto after = before->all;
  const auto known = find_image(after, id);
  if (known == after.end())
    return fail(errc::not_found, "no such image");
  known->alt = patch.alt.value_or(known->alt);
  if (patch.position)
    move_to(after, known, *patch.position);
  return put_all(c, product, *before, after);
}

result<std::string> remove_image(sql::connection& c, const std::string& product,
                                 const std::string& id, std::optional<int64_t> expected) {
  auto before = locked_images(c, product, expected);
  if (!before)
    return before.error();
  auto after = before->all;
  const auto known = find_image(after, id);
  if (known == after.end())
    return fail(errc::not_found, "no such image");
  after.erase(known);
  return put_all(c, product, *before, after);
}

} // namespace souk::catalogue
