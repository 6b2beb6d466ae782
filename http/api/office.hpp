// What the routes of the catalogue's back office share: reading an edit, answering a thing with its
// version.
#pragma once

#include "actors/catalogue/office.hpp"
#include "http/api/context.hpp"
#include "http/api/fields.hpp"
#include "http/headers.hpp"

namespace souk::http {

/// The JSON object of a request, whose fields the catalogue reads.
result<boost::json::object> read_object(const request& in);

/// ?limit=&cursor= as the back office takes them.
result<catalogue::page_request> read_page_request(const request& in);

/// If-Match and Idempotency-Key; errc::malformed for an If-Match that is no version.
result<catalogue::edit> read_edit(const call& c);

/// Runs `act(object, edit)` with the parsed body and the edit, or refuses.
template <class Parse, class Act>
void edit_with_body(const call& c, Parse parse, Act act) {
  const auto how = read_edit(c);
  if (!how)
    return c.refuse(how.error());
  const auto body = read_object(*c.in);
  if (!body)
    return c.refuse(body.error());
  auto parsed = parse(*body);
  if (!parsed)
    return c.refuse(parsed.error());
  act(std::move(*parsed), *how);
}

/// JSON with a version as ETag; not for caches that others share.
response versioned(const request& in, int status, const boost::json::object& thing,
                   int64_t version);
/// 204 for what is gone.
callback<std::string> answering_gone(const call& c);

/// A path segment: everything but letters, digits and "-._~" as %XX.
std::string percent_encoded(std::string_view text);

boost::json::object json_of(const catalogue::brand& b);
boost::json::object json_of(const catalogue::price_list& l);
boost::json::object json_of(const catalogue::variant_prices& p);
/// With version and translations, which the public tree has not.
boost::json::object office_json_of(const catalogue::category& k);
boost::json::object json_of(const catalogue::product_record& r);

} // namespace souk::http
