#include "actors/catalogue/messages.hpp"

namespace souk::catalogue {

std::string_view to_string(product_status s) {
  switch (s) {
  case product_status::draft:
    return "draft";
  case product_status::active:
    return "active";
  case product_status::archived:
    return "archived";
  }
  return "draft";
}

result<product_status> parse_product_status(std::string_view text) {
  for (auto s : {product_status::draft, product_status::active, product_status::archived})
    if (text == to_string(s))
      return s;
  return fail_field("/status", "invalid", "draft, active or archived");
}

std::string_view to_string(availability_bucket b) {
  switch (b) {
  case availability_bucket::in_stock:
    return "in_stock";
  case availability_bucket::few_left:
    return "few_left";
  case availability_bucket::sold_out:
    return "sold_out";
  }
  return "sold_out";
}

availability bucket_of(int64_t units) {
  if (units <= 0)
    return {availability_bucket::sold_out, 0};
  if (units < few_left_below)
    return {availability_bucket::few_left, units};
  return {availability_bucket::in_stock, 0};
}

result<list_order> parse_list_order(std::string_view text) {
  if (text == "newest")
    return list_order::newest;
  if (text == "popular")
    return list_order::popular;
  if (text == "title")
    return list_order::title;
  return fail_field("/sort", "invalid", "newest, popular or title");
}

} // namespace souk::catalogue
