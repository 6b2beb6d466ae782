// What the account's pages share: being signed in, and the notes that a redirect carries.
#pragma once

#include "http/pages/pages.hpp"

namespace souk::http {

/// A page or form for people who are signed in; others are sent to the login and come back.
page_handler for_members(page_handler handle);

/// `?note=name` of the address, where messages.tsv has "note.name": {text, good}. Else null.
boost::json::value note_of(const visit& v);

void add_sign_in_pages(router& to, shop& at);
void add_recovery_pages(router& to, shop& at);

} // namespace souk::http
