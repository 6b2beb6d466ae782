// What payment providers tell us. Nothing in a body is believed before the reader has verified it,
// and 200 is said only when the order has the fact: the provider repeats everything else.
#include "base/log.hpp"
#include "http/api/routes.hpp"

namespace souk::http {

namespace {

void accept(const call& c) {
  c.done(response::json_text(200, R"({"received":true})").with("Cache-Control", "no-store"));
}

void hear(const call& c, const std::string& provider, payment::intent fact) {
  auto how = c.meta(provider);
  how.id = make_command_id({"webhook", provider, c.in->body});
  const auto order = fact.order_id;
  c.at.orders.hear(std::move(fact), how, [c, provider, order](result<order::accepted> r) {
    if (r)
      return accept(c);
    const auto code = r.error().code;
    log::warn("http.webhook_not_heard", {{"provider", provider},
                                         {"order", order},
                                         {"code", souk::to_string(code)},
                                         {"trace", c.in->trace.trace_id}});
    // Facts about payments that are not ours would come again for days.
    if (code == errc::not_found || code == errc::invalid)
      return accept(c);
    c.refuse(r.error());
  });
}

void receive_webhook(shop& at, const request_ptr& in, const responder& done) {
  const call c{at, in, done};
  const auto& provider = in->param("provider");
  auto fact = at.webhooks(provider, *in);
  if (!fact) {
    log::warn("http.webhook_refused", {{"code", souk::to_string(fact.error().code)},
                                       {"why", fact.error().detail},
                                       {"peer", in->peer},
                                       {"trace", in->trace.trace_id}});
    return c.refuse(fact.error());
  }
  if (!*fact)
    return accept(c);
  hear(c, provider, std::move(**fact));
}

} // namespace

void add_webhook_routes(router& to, shop& at) {
  to.add(method::post, "/v1/webhooks/{provider}", "receive_webhook",
         [&at](request_ptr in, responder done) { receive_webhook(at, in, done); },
         {.body_limit = 256 << 10});
}

} // namespace souk::http
