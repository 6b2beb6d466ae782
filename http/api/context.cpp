#include "http/api/context.hpp"

#include "http/headers.hpp"

namespace souk::http {

namespace {

constexpr std::string_view api_key_prefix = "souk_";
constexpr char session_mark = '~'; // session tokens hold it, orders' access tokens cannot

/// 32 hex digits as 16 bytes.
std::string trace_bytes(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1]));
  return out;
}

void introduce(const request_ptr& in, identity who) {
  in->caller = who.key_id.empty() ? who.user_id : "key:" + who.key_id;
  in->who = std::make_shared<const identity>(std::move(who));
}

using verdict = std::function<void(std::optional<failure>)>;

void check_session(shop& at, const request_ptr& in, bool fresh, verdict then) {
  const auto bearer = bearer_token(*in);
  const bool by_cookie = bearer.empty();
  std::string token{by_cookie ? cookie(*in, session_cookie) : bearer};
  if (token.empty())
    return then(fail(errc::unauthenticated, "this needs a session: POST /v1/sessions begins one"));
  at.sessions.check(
      std::move(token), fresh,
      [in, by_cookie, then = std::move(then)](result<session::identity> r) {
        if (r) {
          introduce(in, {r->user_id, r->session_id, "", std::move(r->roles)});
          return then(std::nullopt);
        }
        // A browser cannot drop an HttpOnly cookie itself: it would fail for ever.
        if (by_cookie && r.error().code == errc::unauthenticated)
          in->owed_headers.push_back({"Set-Cookie", set_cookie(session_cookie, "", {}, false)});
        then(std::move(r.error()));
      });
}

void check_api_key(shop& at, const request_ptr& in, verdict then) {
  at.people.check_api_key(std::string{bearer_token(*in)},
                          [in, then = std::move(then)](result<user::api_key> r) {
                            if (!r)
                              return then(std::move(r.error()));
                            introduce(in, {"", "", r->id, std::move(r->roles)});
                            then(std::nullopt);
                          });
}

handler after(shop& at, shop_handler handle,
              std::function<void(shop&, const request_ptr&, verdict)> check) {
  return
      [&at, handle = std::move(handle), check = std::move(check)](request_ptr in, responder done) {
        check(at, in, [&at, handle, in, done](std::optional<failure> refused) {
          refused ? done(to_response(*refused, *in)) : handle({at, in, done});
        });
      };
}

void check_guest(shop& at, const request_ptr& in, bool fresh, verdict then) {
  if (!bearer_token(*in).empty() || !cookie(*in, session_cookie).empty())
    return check_session(at, in, fresh, std::move(then));
  introduce(in, {});
  then(std::nullopt);
}

} // namespace

cluster::command_meta call::meta(std::string_view guest) const {
  const auto verb = to_string(in->verb);
  const auto own = in->matched->options.deadline;
  const auto deadline = std::min<std::chrono::milliseconds>(own.count() > 0 ? own : at.deadline,
                                                            cluster::command_age_max);
  const std::string_view caller = in->caller.empty() ? guest : std::string_view{in->caller};
  std::string said{verb};
  said.append(" ").append(in->path).append("\n").append(in->body);
  return {.id = keyed() ? make_command_id(
                              {caller, verb, in->matched->pattern, in->path, in->idempotency_key})
                        : random_command_id(at.random),
          .fingerprint = fingerprint(said),
          .expires = at.time.now() + deadline,
          .trace = trace_bytes(in->trace.trace_id)};
}

std::optional<idempotency> call::repeat(const cluster::command_meta& how) const {
  return keyed() ? std::optional{idempotency{how.id, how.fingerprint}} : std::nullopt;
}

handler for_guests(shop& at, shop_handler handle, bool fresh) {
  return after(at, std::move(handle), [fresh](shop& s, const request_ptr& in, verdict then) {
    check_guest(s, in, fresh, std::move(then));
  });
}

handler for_owners(shop& at, shop_handler handle, bool fresh) {
  return after(at, std::move(handle), [fresh](shop& s, const request_ptr& in, verdict then) {
    const auto bearer = bearer_token(*in);
    if (bearer.starts_with(api_key_prefix))
      return check_api_key(s, in, std::move(then));
    if (bearer.empty() || bearer.find(session_mark) != std::string_view::npos)
      return check_session(s, in, fresh, std::move(then));
    introduce(in, {});
    then(std::nullopt);
  });
}

handler for_users(shop& at, shop_handler handle) {
  return [&at, handle = std::move(handle)](request_ptr in, responder done) {
    handle({at, std::move(in), std::move(done)});
  };
}

handler for_staff(shop& at, user::permission what, shop_handler handle) {
  return [&at, what, handle = std::move(handle)](request_ptr in, responder done) {
    const call c{at, std::move(in), std::move(done)};
    c.who().may(what) ? handle(c) : c.refuse(fail(errc::forbidden, "this role may not do that"));
  };
}

authoriser make_authoriser(shop& at) {
  return [&at](request_ptr in, access needed, verdict then) {
    if (needed == access::admin && bearer_token(*in).starts_with(api_key_prefix))
      return check_api_key(at, in, std::move(then));
    const bool is_write = in->verb != method::get && in->verb != method::head;
    check_session(at, in, needed == access::admin || is_write, std::move(then));
  };
}

} // namespace souk::http
