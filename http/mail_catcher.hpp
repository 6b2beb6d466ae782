// /dev/mail: the mails a developer's shop would have sent. Not part of the contract; the program
// adds it only where no mail server is set and nobody else can reach the node.
#pragma once

#include "actors/notification/catcher.hpp"
#include "http/router.hpp"

namespace souk::http {

/// GET /dev/mail (list; JSON with ?format=json), /dev/mail/{id} (text, headers and the HTML in a
/// sandbox) and /dev/mail/{id}/html (for that sandbox). `caught` outlives the router.
void add_mail_catcher_routes(router& to, notification::catcher& caught);

} // namespace souk::http
