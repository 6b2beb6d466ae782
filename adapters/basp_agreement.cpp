#include "adapters/basp_endpoint.hpp"
#include "base/log.hpp"
#include "base/metrics.hpp"

#include <openssl/x509v3.h>

namespace souk::adapters {

namespace {

/// With TLS, a node may only go by a name that its certificate has.
bool names_peer(const basp_connection& on, const std::string& node) {
  if (!on.tls)
    return true;
  const std::unique_ptr<X509, decltype(&X509_free)> shown{SSL_get1_peer_certificate(on.tls.get()),
                                                          X509_free};
  return shown && X509_check_host(shown.get(), node.data(), node.size(), 0, nullptr) == 1;
}

} // namespace

/// Whether we take it; if not, it has been told.
bool basp_endpoint::hear_hello(link& l, const std::string& bytes) {
  const auto theirs = decode_hello(bytes);
  if (theirs && l.dialled)
    check_dialled(l, theirs->who);
  const auto why = theirs ? weigh(l, *theirs) : link_refusal::malformed;
  if (why == link_refusal::none)
    l.who = theirs->who;
  else
    reject(l, why, theirs ? theirs->who.text() + " of " + theirs->cluster : "");
  return why == link_refusal::none;
}

link_refusal basp_endpoint::weigh(const link& l, const basp_hello& theirs) const {
  if (const auto why = judge(options_.ours, theirs); why != link_refusal::none)
    return why;
  // Without a connection of its own it speaks through another node.
  const auto on = connection_of(l.there->node());
  if (!on || (!l.who.node.empty() && l.who != theirs.who))
    return link_refusal::malformed;
  if (!names_peer(*on, theirs.who.node))
    return link_refusal::name;
  if (!l.up && is_up(theirs.who))
    return link_refusal::twice;
  if (heard_.knows(theirs.who))
    return link_refusal::none;
  if (!l.dialled || *l.dialled == theirs.who)
    return link_refusal::unknown;
  return l.dialled->node == theirs.who.node ? link_refusal::generation : link_refusal::node;
}

/// Another generation at the place of the one we dialled is proof that this one is gone. Another
/// node may as well be a detour that leads astray.
void basp_endpoint::check_dialled(const link& l, const cluster::node_ref& found) {
  if (*l.dialled == found)
    return;
  if (l.dialled->node == found.node && !is_up(*l.dialled))
    heard_.down(*l.dialled, cluster::link_loss::refused);
  changed_(*l.dialled);
}

void basp_endpoint::rise(link& l) {
  l.on = connection_of(l.there->node());
  if (l.up || !l.agreed || l.who.node.empty() || !l.on)
    return;
  l.up = true;
  vouch_for(l.there->node());
  {
    std::unique_lock lock{guard_};
    up_[l.who] = l.there;
  }
  log::info("link.up", {{"peer", l.who.text()}, {"at", l.on->with}, {"dialled", l.on->dialled}});
  heard_.up(l.who);
  changed_(l.who);
}

void basp_endpoint::fall(link& l, cluster::link_loss why) {
  l.up = l.agreed = false;
  {
    std::unique_lock lock{guard_};
    up_.erase(l.who);
  }
  log::info("link.down", {{"peer", l.who.text()}, {"silent", why == cluster::link_loss::silent}});
  heard_.down(l.who, why);
  changed_(l.who);
}

/// Whoever is rejected hangs up; the next sweep cuts whoever does not.
void basp_endpoint::reject(const link& l, link_refusal why, const std::string& detail) {
  if (const auto on = connection_of(l.there->node()))
    sockets_.refuse(*on, why, detail);
  say(l, frame::refusal, std::string{to_string(why)});
}

void basp_endpoint::log_refusal(link_refusal why, const basp_connection& c,
                                const std::string& detail) {
  const auto name = to_string(why);
  // Each connection has another port, each life of a node another generation.
  const auto key = std::string{name} + " " + c.with.substr(0, c.with.rfind(':')) + " " +
                   detail.substr(0, detail.find('/'));
  if (const auto left_out = refusals_.line_for(key, std::chrono::steady_clock::now()))
    log::warn("link.refused",
              {{"why", name}, {"from", c.with}, {"detail", detail}, {"left_out", *left_out}});
  metrics::make_counter("souk_links_refused_total", "peers turned away, or by whom we were",
                        {{"reason", std::string{name}}})
      .Increment();
}

} // namespace souk::adapters
