// Text out of other shops' HTML and back: souk keeps descriptions as plain text, so that nothing
// of a foreign page's scripts, styles or links can come along.
#pragma once

#include <string>
#include <string_view>

namespace souk::catalogue {

/// What a reader would see: paragraphs part by an empty line, list entries begin with "• ". Never
/// fails; whatever is no HTML is text.
std::string text_of_html(std::string_view html);
/// The other way, so that text_of_html(html_of_text(t)) is t for what text_of_html gave.
std::string html_of_text(std::string_view text);

} // namespace souk::catalogue
