// From a page's model, which is the JSON that /v1/pages answers, to HTML. ctemplate escapes what it
// writes by where it stands (text, attribute, URL), so that no model can become markup.
//
// A template sees the fields of the model in capitals:
//   text       {{TITLE}}, and the section {{#TITLE}}…{{/TITLE}} where it is not empty
//   number     {{QUANTITY}}, and the section where it is not 0
//   true       {{#SELECTED}}…{{/SELECTED}}
//   money      {{PRICE}} as people write it, {{PRICE_MINOR}} and {{PRICE_CURRENCY}} as they are
//   *_at       {{CREATED_AT}} as people write it, {{CREATED_AT_RAW}} as it is
//   status, code, kind: where messages.tsv has "status.sold_out": {{STATUS_TEXT}}, and the section
//              {{#STATUS_SOLD_OUT}}
//   object     a section with its fields;  list: the section once for each, and {{#HAS_LINES}}
//   once;
//              of plain texts {{VALUE}}
//   whatever is empty, 0, false or null shows {{#NO_TITLE}}…{{/NO_TITLE}} instead
// In templates [[key]] is a text of messages.tsv and [[asset name]] an asset's URL; both are put in
// when the program starts.
#pragma once

#include "http/message.hpp"

#include <boost/json/object.hpp>

namespace souk::http {

/// Reads all templates in all languages; asserts that they are sound. Once, before render_page().
void load_templates();

/// `body` goes into the template `name`, `layout` into the one around it; what of `layout` is
/// called form_* is seen by both. Thread-safe.
std::string render_page(std::string_view locale, std::string_view name,
                        const boost::json::object& layout, const boost::json::object& body);

/// A JSON text as it may stand inside a <script> element.
std::string script_json(const boost::json::object& value);

} // namespace souk::http
