#include "http/mail_catcher.hpp"

#include "base/time.hpp"
#include "http/problem.hpp"

#include <boost/json.hpp>

#include <array>
#include <ctemplate/template.h>

namespace souk::http {

namespace {

using notification::caught_mail;

constexpr auto list_page = R"({{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Caught mail</title>
<meta name="color-scheme" content="light dark"><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; width: 100% } td { padding: .4rem .8rem .4rem 0 }
tr { border-bottom: 1px solid #8884 } td:first-child { white-space: nowrap; opacity: .7 }
</style></head><body><h1>Caught mail</h1>
{{#NONE}}<p>Nothing was sent yet.</p>{{/NONE}}<table>
{{#MAIL}}<tr><td>{{AT}}</td><td>{{TO}}</td><td><a href="/dev/mail/{{ID}}">{{SUBJECT}}</a></td></tr>
{{/MAIL}}</table></body></html>
)";

constexpr auto mail_page = R"({{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{{SUBJECT}}</title>
<meta name="color-scheme" content="light dark"><style>
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; background: #8882 }
iframe { width: 100%; height: 44rem; border: 1px solid #8884 }
</style></head><body><p><a href="/dev/mail">All mail</a></p><h1>{{SUBJECT}}</h1>
<h2>HTML</h2>
<iframe title="HTML" sandbox="allow-popups allow-popups-to-escape-sandbox"
 src="/dev/mail/{{ID}}/html"></iframe>
<h2>Text</h2><pre>{{TEXT}}</pre><h2>Headers</h2><pre>{{HEADERS}}</pre></body></html>
)";

/// Nothing runs and nothing is fetched, whatever a mail holds.
constexpr const char* page_policy = "default-src 'none'; style-src 'unsafe-inline'; "
                                    "frame-src 'self'; base-uri 'none'; form-action 'none'";
constexpr const char* mail_policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

std::string expand(const char* text, const ctemplate::TemplateDictionary& with) {
  const std::unique_ptr<ctemplate::Template> page{
      ctemplate::Template::StringToTemplate(text, ctemplate::DO_NOT_STRIP)};
  SOUK_ASSERT(page != nullptr, "the page is right");
  std::string out;
  page->Expand(&out, &with);
  return out;
}

response html(std::string text, const char* policy) {
  return response::text(200, std::move(text), "text/html; charset=utf-8")
      .with("Content-Security-Policy", policy)
      .with("X-Content-Type-Options", "nosniff")
      .with("Referrer-Policy", "no-referrer")
      .with("Cache-Control", "no-store");
}

response show_list(const std::vector<caught_mail>& all) {
  ctemplate::TemplateDictionary page{"list"};
  if (all.empty())
    page.ShowSection("NONE");
  for (const auto& one : all) {
    auto* row = page.AddSectionDictionary("MAIL");
    row->SetValue("ID", one.id);
    row->SetValue("AT", to_rfc3339(one.at));
    row->SetValue("TO", one.to);
    row->SetValue("SUBJECT", one.subject);
  }
  return html(expand(list_page, page), page_policy);
}

response list_json(const std::vector<caught_mail>& all) {
  boost::json::array items;
  for (const auto& one : all)
    items.push_back(boost::json::object{{"id", one.id},
                                        {"at", to_rfc3339(one.at)},
                                        {"from", one.from},
                                        {"to", one.to},
                                        {"subject", one.subject}});
  return response::json(200, boost::json::object{{"items", std::move(items)}});
}

response show_mail(const caught_mail& one) {
  ctemplate::TemplateDictionary page{"mail"};
  page.SetValue("ID", one.id);
  page.SetValue("SUBJECT", one.subject);
  page.SetValue("TEXT", one.text);
  page.SetValue("HEADERS", one.headers);
  return html(expand(mail_page, page), page_policy);
}

response mail_json(const caught_mail& one) {
  return response::json(200, boost::json::object{{"id", one.id},
                                                 {"at", to_rfc3339(one.at)},
                                                 {"from", one.from},
                                                 {"to", one.to},
                                                 {"subject", one.subject},
                                                 {"headers", one.headers},
                                                 {"text", one.text},
                                                 {"html", one.html}});
}

bool wants_json(const request& in) { return in.query_value("format") == "json"; }

/// Answers with what `render` makes of it, or with its failure.
template <class T, class Render>
callback<T> shown(const request_ptr& in, const responder& done, Render render) {
  return [=](result<T> r) { done(r ? render(*r) : to_response(r.error(), *in)); };
}

} // namespace

void add_mail_catcher_routes(router& to, notification::catcher& caught) {
  to.add(method::get, "/dev/mail", "", [&caught](request_ptr in, responder done) {
    caught.list(shown<std::vector<caught_mail>>(in, done, wants_json(*in) ? list_json : show_list));
  });
  to.add(method::get, "/dev/mail/{id}", "", [&caught](request_ptr in, responder done) {
    caught.find(in->param("id"),
                shown<caught_mail>(in, done, wants_json(*in) ? mail_json : show_mail));
  });
  to.add(method::get, "/dev/mail/{id}/html", "", [&caught](request_ptr in, responder done) {
    caught.find(in->param("id"), shown<caught_mail>(in, done, [](const caught_mail& one) {
                  return html(one.html, mail_policy);
                }));
  });
}

} // namespace souk::http
