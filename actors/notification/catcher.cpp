#include "actors/notification/catcher.hpp"

#include <future>

namespace souk::notification {

namespace {

using persistence::sql::connection;

std::string shown(const mailbox& box) {
  return box.name.empty() ? box.address : box.name + " <" + box.address + ">";
}

std::string headers_of(const mail& m) {
  return "Message-ID: " + m.id + "\nDate: " + to_rfc3339(m.date) + "\nFrom: " + shown(m.from) +
         "\nTo: " + shown(m.to) + "\nSubject: " + m.subject + "\nContent-Language: " + m.locale +
         "\nAuto-Submitted: auto-generated";
}

result<void> keep(connection& c, const mail& m) {
  auto kept = c.execute(
      "insert into caught_mail (id, sender, receiver, subject, headers, plain, html) values "
      "($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing",
      {m.id, shown(m.from), shown(m.to), m.subject, headers_of(m), m.text, m.html});
  if (!kept)
    return kept.error();
  auto gone = c.execute("delete from caught_mail where id in (select id from caught_mail "
                        "order by at desc, id desc offset $1::bigint)",
                        {caught_max});
  return gone ? result<void>{} : gone.error();
}

} // namespace

result<void> catcher::send(const mail& m, std::stop_token) {
  auto answer = std::make_shared<std::promise<result<void>>>();
  auto kept = answer->get_future();
  rows_.ask([m](connection& c) { return keep(c, m); },
            [answer](result<void> r) { answer->set_value(std::move(r)); });
  if (kept.wait_for(catch_deadline) != std::future_status::ready)
    return fail(errc::timed_out, "the catcher waits for Postgres");
  return kept.get();
}

void catcher::list(callback<std::vector<caught_mail>> done) {
  rows_.ask(
      [](connection& c) -> result<std::vector<caught_mail>> {
        auto found = c.execute("select id, at, sender, receiver, subject from caught_mail "
                               "order by at desc, id desc limit $1::bigint",
                               {caught_max});
        if (!found)
          return found.error();
        std::vector<caught_mail> all;
        for (size_t i = 0; i < found->size(); ++i)
          all.push_back({.id = std::string{found->text(i, 0)},
                         .at = found->time(i, 1),
                         .from = std::string{found->text(i, 2)},
                         .to = std::string{found->text(i, 3)},
                         .subject = std::string{found->text(i, 4)}});
        return all;
      },
      std::move(done));
}

void catcher::find(std::string id, callback<caught_mail> done) {
  rows_.ask(
      [id = std::move(id)](connection& c) -> result<caught_mail> {
        auto found = c.execute("select at, sender, receiver, subject, headers, plain, html from "
                               "caught_mail where id = $1",
                               {id});
        if (!found)
          return found.error();
        if (found->empty())
          return fail(errc::not_found, "no such mail was caught, or it was one of the oldest");
        return caught_mail{.id = id,
                           .at = found->time(0, 0),
                           .from = std::string{found->text(0, 1)},
                           .to = std::string{found->text(0, 2)},
                           .subject = std::string{found->text(0, 3)},
                           .headers = std::string{found->text(0, 4)},
                           .text = std::string{found->text(0, 5)},
                           .html = std::string{found->text(0, 6)}};
      },
      std::move(done));
}

} // namespace souk::notification
