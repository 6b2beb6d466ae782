#include "http/api/context.hpp"

#include "base/crypto.hpp"
#include "base/log.hpp"
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
  at.people.check_api_key(
      std::string{bearer_token(*in)}, [in, then = std::move(then)](result<user::api_key> r) {
        if (!r)
          return then(std::move(r.error()));
        introduce(in, {"", "", r->id, std::move(r->roles), std::move(r->scopes)});
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

bool is_write(const request& in) { return in.verb != method::get && in.verb != method::head; }

user::action action_of(const request& in) {
  const auto& who = *in.who;
  return {.actor = who.key_id.empty() ? "user:" + who.user_id : "key:" + who.key_id,
          .operation = in.matched->name.empty() ? in.matched->pattern : in.matched->name,
          .target = in.target.substr(0, in.target.find('?')),
          .trace_id = in.trace.trace_id,
          .client = in.peer};
}

/// What staff change is on record before it is done, and how it ended before that is said.
void on_record(const call& c, const shop_handler& handle) {
  c.at.trail.begin(action_of(*c.in), [c, handle](result<std::string> id) {
    if (!id) {
      log::error("audit.refused", {{"why", id.error().detail}});
      return c.refuse(
          fail(errc::unavailable, "the audit trail cannot be written; nothing was done"));
    }
    auto answer = [c, id = *id](response out) {
      const auto status = out.status;
      c.at.trail.end(id, status, [c, id, out = std::move(out)](result<bool> kept) {
        if (!kept) // the action itself is on record
          log::error("audit.outcome_lost", {{"action", id}, {"why", kept.error().detail}});
        c.done(out);
      });
    };
    handle({c.at, c.in, std::move(answer)});
  });
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
  // Journals keep it, and bodies hold passwords: nobody may try them out against it.
  const auto keyed_hash = hmac_sha256(at.secret, std::to_string(souk::fingerprint(said)));
  return {.id = keyed() ? make_command_id(
                              {caller, verb, in->matched->pattern, in->path, in->idempotency_key})
                        : random_command_id(at.random),
          .fingerprint = fingerprint(keyed_hash),
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
  auto as_whom = [handle = std::move(handle)](const call& c) {
    is_write(*c.in) && !c.who().key_id.empty() ? on_record(c, handle) : handle(c);
  };
  return after(at, std::move(as_whom), [fresh](shop& s, const request_ptr& in, verdict then) {
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
    if (!c.who().may(what))
      return c.refuse(fail(errc::forbidden, "this role may not do that"));
    is_write(*c.in) ? on_record(c, handle) : handle(c);
  };
}

authoriser make_authoriser(shop& at) {
  return [&at](request_ptr in, access needed, verdict then) {
    if (needed == access::admin && bearer_token(*in).starts_with(api_key_prefix))
      return check_api_key(at, in, std::move(then));
    check_session(at, in, needed == access::admin || is_write(*in), std::move(then));
  };
}

} // namespace souk::http
