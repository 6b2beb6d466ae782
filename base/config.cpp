#include "base/config.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <limits>
#include <variant>

namespace souk {

namespace {

/// One setting: its name, where its value goes and which values are legal.
struct setting {
  std::string name;
  std::string help;
  std::variant<std::string*, int*, int64_t*> target;
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t most = std::numeric_limits<int64_t>::max();
  std::vector<std::string> choices = {};
};

std::vector<setting> settings_of(config& c) {
  return {
      {"node.name", "unique name in the cluster", &c.node.name},
      {"node.workers", "threads for actors, 0 = cores", &c.node.workers, 0, 256},
      {"node.secret", "signs tokens, at least 32 characters", &c.node.secret},
      {"node.data", "directory the node writes to", &c.node.data},
      {"cluster.name", "nodes of another cluster are refused", &c.cluster.name},
      {"cluster.address", "where links listen, known to the others", &c.cluster.address},
      {"cluster.port", "port of links, 0 = any", &c.cluster.port, 0, 65535},
      {"cluster.region", "label: data centre, rack", &c.cluster.region},
      {"cluster.weight", "share of the entities", &c.cluster.weight, 1, 100},
      {"cluster.ca", "PEM file of the nodes' authority, empty: no TLS", &c.cluster.ca},
      {"cluster.certificate", "PEM file", &c.cluster.certificate},
      {"cluster.key", "PEM file", &c.cluster.key},
      {"cluster.via", "n2=host:port,... instead of where nodes say they are", &c.cluster.via},
      {"http.address", "address to listen on", &c.http.address},
      {"http.port", "port to listen on", &c.http.port, 1, 65535},
      {"http.threads", "threads for connections", &c.http.threads, 1, 64},
      {"http.public_url", "how browsers reach the shop", &c.http.public_url},
      {"postgres.url", "libpq connection string", &c.postgres.url},
      {"postgres.writers", "journal writers", &c.postgres.writers, 1, 32},
      {"postgres.connections", "pool for reads and rows", &c.postgres.connections, 1, 200},
      {"redis.url", "redis://host:port, empty for none", &c.redis.url},
      {"payments.url", "base of the Stripe API", &c.payments.url},
      {"payments.api_key", "secret key of the payment provider", &c.payments.api_key},
      {"payments.webhook_secret", "checks the provider's webhooks", &c.payments.webhook_secret},
      {"mail.smtp_url", "smtp://host:port or smtps://host:port", &c.mail.smtp_url},
      {"mail.smtp_user", "name at the mail server, empty for none", &c.mail.smtp_user},
      {"mail.smtp_password", "password at the mail server", &c.mail.smtp_password},
      {"mail.starttls", "1: smtp:// has to turn to TLS", &c.mail.starttls, 0, 1},
      {"mail.from", "address messages come from", &c.mail.from},
      {"mail.name", "what the shop calls itself", &c.mail.name},
      {"mail.language", "of messages", &c.mail.language, 0, 0, {"en", "de", "fr"}},
      {"mail.lanes", "messages sent at once", &c.mail.lanes, 1, 16},
      {"mail.catcher", "1: /dev/mail on any address", &c.mail.catcher, 0, 1},
      {"media.directory", "uploaded pictures, shared by the nodes", &c.media.directory},
      {"log.level", "least level written", &c.log.level, 0, 0, {"debug", "info", "warn", "error"}},
      {"log.format", "how a line looks", &c.log.format, 0, 0, {"json", "text"}},
      {"limits.activations", "entities in memory", &c.limits.activations, 100, 100'000'000},
      {"limits.entity_commands", "commands under way at one entity", &c.limits.entity_commands, 1,
       1'000'000},
      {"limits.writer_bytes", "bytes queued at one journal writer", &c.limits.writer_bytes, 1 << 16,
       int64_t{8} << 30},
      {"limits.passivate_after_seconds", "idle time of an entity",
       &c.limits.passivate_after_seconds, 1, 86'400},
      {"limits.request_milliseconds", "deadline of a request", &c.limits.request_milliseconds, 100,
       60'000},
      {"shop.hold_seconds", "how long an order keeps units", &c.shop.hold_seconds, 5, 86'400},
      {"shop.feed", "1: reads the change feed", &c.shop.feed, 0, 1},
      {"shop.time_zone", "IANA name, of the times on pages", &c.shop.time_zone},
  };
}

std::string legal(const setting& s) {
  if (!s.choices.empty()) {
    std::string all = "one of";
    for (const auto& choice : s.choices)
      all += " " + choice;
    return all;
  }
  if (std::holds_alternative<std::string*>(s.target))
    return "text";
  return std::to_string(s.least) + " to " + std::to_string(s.most);
}

result<void> assign(setting& s, std::string_view value, std::string_view source) {
  const auto wrong = [&] {
    return fail(errc::invalid, s.name + " = \"" + std::string(value) + "\" (from " +
                                   std::string(source) + ") is not legal: " + legal(s));
  };
  if (auto* text = std::get_if<std::string*>(&s.target)) {
    if (!s.choices.empty() && std::ranges::find(s.choices, value) == s.choices.end())
      return wrong();
    **text = value;
    return {};
  }
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < s.least ||
      number > s.most)
    return wrong();
  if (auto* small = std::get_if<int*>(&s.target))
    **small = static_cast<int>(number);
  else
    *std::get<int64_t*>(s.target) = number;
  return {};
}

setting* find(std::vector<setting>& all, std::string_view name) {
  const auto it = std::ranges::find(all, name, &setting::name);
  return it == all.end() ? nullptr : &*it;
}

result<void> read_toml(std::vector<setting>& all, const std::string& path) {
  toml::table root;
  try {
    root = toml::parse_file(path);
  } catch (const toml::parse_error& e) {
    return fail(errc::invalid, path + ":" + std::to_string(e.source().begin.line) + ": " +
                                   std::string(e.description()));
  }
  for (const auto& [section, table] : root) {
    if (!table.is_table())
      return fail(errc::invalid,
                  path + ": \"" + std::string(section.str()) + "\" is not a section");
    for (const auto& [key, node] : *table.as_table()) {
      const auto name = std::string(section.str()) + "." + std::string(key.str());
      auto* s = find(all, name);
      if (!s)
        return fail(errc::invalid, path + ": unknown setting " + name);
      const auto text = node.is_string()    ? **node.as_string()
                        : node.is_integer() ? std::to_string(**node.as_integer())
                                            : std::string("(neither text nor a whole number)");
      if (auto done = assign(*s, text, path); !done)
        return done;
    }
  }
  return {};
}

/// What a mail server would only refuse later.
result<void> check_mail(const config& c) {
  const auto& url = c.mail.smtp_url;
  const auto scheme = url.find("://");
  if (!url.empty() && !url.starts_with("smtp://") && !url.starts_with("smtps://"))
    return fail(errc::invalid, "mail.smtp_url is not smtp://host:port or smtps://host:port");
  if (!url.empty() && url.find_first_of("/@", scheme + 3) != std::string::npos)
    return fail(errc::invalid, "mail.smtp_url has more than a host and a port; user and password "
                               "are mail.smtp_user and mail.smtp_password");
  const auto at = c.mail.from.find('@');
  if (at == 0 || at == std::string::npos || at + 1 == c.mail.from.size() ||
      c.mail.from.find_first_of("<>\" \r\n") != std::string::npos)
    return fail(errc::invalid, "mail.from is not an address such as shop@example.com");
  return {};
}

std::string environment_name(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c == '.' ? '_' : static_cast<char>(std::toupper(c));
  });
  return "SOUK_" + name;
}

} // namespace

result<config> load_config(const std::string& toml_file, const std::vector<std::string>& flags) {
  config c;
  auto all = settings_of(c);
  const auto path = toml_file.empty() ? std::string("souk.toml") : toml_file;
  if (!toml_file.empty() || std::filesystem::exists(path)) {
    if (auto done = read_toml(all, path); !done)
      return done.error();
  }
  for (auto& s : all) {
    const auto variable = environment_name(s.name);
    if (const char* value = std::getenv(variable.c_str())) {
      if (auto done = assign(s, value, variable); !done)
        return done.error();
    }
  }
  for (const std::string_view flag : flags) {
    const auto equals = flag.find('=');
    if (!flag.starts_with("--") || equals == std::string_view::npos)
      return fail(errc::invalid, "flag \"" + std::string(flag) + "\" is not --section.name=value");
    auto* s = find(all, flag.substr(2, equals - 2));
    if (!s)
      return fail(errc::invalid, "unknown setting " + std::string(flag.substr(2, equals - 2)));
    if (auto done = assign(*s, flag.substr(equals + 1), "flag"); !done)
      return done.error();
  }
  if (!c.node.secret.empty() && c.node.secret.size() < 32)
    return fail(errc::invalid, "node.secret has " + std::to_string(c.node.secret.size()) +
                                   " characters; at least 32 are needed");
  if (auto right = check_mail(c); !right)
    return right.error();
  if (c.media.directory.empty())
    return fail(errc::invalid, "media.directory is empty; uploaded pictures need a place");
  if (c.http.public_url.empty())
    c.http.public_url = "http://" + c.http.address + ":" + std::to_string(c.http.port);
  return c;
}

std::string describe_config() {
  config defaults;
  std::string text;
  for (const auto& s : settings_of(defaults))
    text += "  --" + s.name + "=…  " + s.help + " (" + legal(s) + ")\n";
  return text;
}

} // namespace souk
