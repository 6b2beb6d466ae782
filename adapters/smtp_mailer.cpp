#include "adapters/smtp_mailer.hpp"

#include <curl/curl.h>
#include <mutex>

namespace souk::adapters {

namespace {

struct free_list {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using string_list = std::unique_ptr<curl_slist, free_list>;
struct free_mime {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
using mime_part = std::unique_ptr<curl_mime, free_mime>;

void append(string_list& to, const std::string& line) {
  auto* grown = curl_slist_append(to.get(), line.c_str());
  SOUK_ASSERT(grown != nullptr, "there is memory for a header");
  (void)to.release();
  to.reset(grown);
}

/// Lines in mails end with both; texts here have no carriage returns.
std::string with_mail_lines(std::string_view text) {
  std::string out;
  for (const char c : text)
    out += c == '\n' ? std::string{"\r\n"} : std::string{c};
  return out;
}

void add_text(curl_mime* to, const std::string& text, const char* type) {
  auto* part = curl_mime_addpart(to);
  const auto lines = with_mail_lines(text);
  curl_mime_data(part, lines.data(), lines.size());
  curl_mime_type(part, type);
  curl_mime_encoder(part, "quoted-printable");
}

/// Readers take the last form they can show.
mime_part alternatives(CURL* curl, const notification::mail& m) {
  mime_part forms{curl_mime_init(curl)};
  add_text(forms.get(), m.text, "text/plain; charset=utf-8");
  add_text(forms.get(), m.html, "text/html; charset=utf-8");
  return forms;
}

/// Non-zero makes curl give up the transfer.
int wants_to_stop(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<std::stop_token*>(stop)->stop_requested() ? 1 : 0;
}

constexpr long first_refusal = 500, last_refusal = 599;

/// About us and not about the mail, whatever the code: who we are, and that the server greets
/// nobody.
bool concerns_us(CURLcode code, long answer, curl_off_t sent) {
  return code == CURLE_LOGIN_DENIED || code == CURLE_USE_SSL_FAILED || answer == 530 ||
         answer == 534 || answer == 535 || answer == 538 ||
         (code == CURLE_WEIRD_SERVER_REPLY && sent == 0);
}

} // namespace

struct smtp_mailer::session {
  CURL* curl;
  char error[CURL_ERROR_SIZE] = "";
  session() {
    static std::once_flag once;
    std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
    curl = curl_easy_init();
    SOUK_ASSERT(curl != nullptr, "libcurl makes a handle");
  }
  ~session() { curl_easy_cleanup(curl); }

  void set_up(const smtp_options& how) {
    curl_easy_reset(curl); // keeps the connection
    error[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_URL, (how.url + "/" + how.host).c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(how.connect_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(how.timeout.count()));
    if (how.starttls && how.url.starts_with("smtp:"))
      curl_easy_setopt(curl, CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (!how.user.empty()) {
      curl_easy_setopt(curl, CURLOPT_USERNAME, how.user.c_str());
      curl_easy_setopt(curl, CURLOPT_PASSWORD, how.password.c_str());
    }
    if (!how.trusted_file.empty())
      curl_easy_setopt(curl, CURLOPT_CAINFO, how.trusted_file.c_str());
  }

  result<void> outcome(CURLcode code) const {
    if (code == CURLE_OK)
      return {};
    long answer = 0;
    curl_off_t sent = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_easy_getinfo(curl, CURLINFO_SIZE_UPLOAD_T, &sent);
    const std::string why = error[0] != '\0' ? error : curl_easy_strerror(code);
    if (code == CURLE_OPERATION_TIMEDOUT || code == CURLE_ABORTED_BY_CALLBACK)
      return fail(errc::timed_out, why);
    const bool refused = answer >= first_refusal && answer <= last_refusal;
    return fail(refused && !concerns_us(code, answer, sent) ? errc::invalid : errc::unavailable,
                why);
  }
};

smtp_mailer::smtp_mailer(smtp_options options)
    : options_(std::move(options)), session_(new session) {}

smtp_mailer::~smtp_mailer() = default;

result<void> smtp_mailer::send(const notification::mail& m, std::stop_token stop) {
  if (!is_mailable(m.to.address))
    return fail(errc::invalid, "no mail can be sent to this address");
  string_list headers, receivers;
  for (const auto& line : mail_headers(m, options_.host))
    append(headers, line);
  append(headers, "Content-Type: multipart/alternative"); // libcurl adds the boundary
  append(receivers, "<" + m.to.address + ">");
  auto* curl = session_->curl;
  session_->set_up(options_);
  const auto body = alternatives(curl, m);
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, ("<" + m.from.address + ">").c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, receivers.get());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_MIMEPOST, body.get());
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &stop);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, wants_to_stop);
  const auto done = session_->outcome(curl_easy_perform(curl));
  curl_easy_reset(curl); // nothing points to this call's own any more
  return done;
}

} // namespace souk::adapters
