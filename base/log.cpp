#include "base/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdio>
#include <type_traits>

namespace souk::log {

namespace {

std::atomic<level> least_level{level::info};
std::atomic<bool> as_json{true};

spdlog::logger& sink() {
  static const auto logger = [] {
    auto made =
        std::make_shared<spdlog::logger>("souk", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::trace);
    made->set_formatter(std::make_unique<spdlog::pattern_formatter>("%v"));
    made->flush_on(spdlog::level::warn);
    return made;
  }();
  return *logger;
}

void append_escaped(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string_view name_of(level at) {
  switch (at) {
  case level::debug:
    return "debug";
  case level::info:
    return "info";
  case level::warn:
    return "warn";
  case level::error:
    return "error";
  }
  return "error";
}

std::string wall_time() {
  const auto now = spdlog::log_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[40];
  const auto size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + size, sizeof text - size, ".%03dZ", static_cast<int>(ms));
  return text;
}

void append_value(std::string& out, const field& f, bool json) {
  std::visit(
      [&](const auto& value) {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, bool>)
          out += value ? "true" : "false";
        else if constexpr (std::is_same_v<T, int64_t>)
          out += std::to_string(value);
        else if (json || value.find_first_of(" \"\n") != std::string_view::npos)
          append_escaped(out, value);
        else
          out += value;
      },
      f.value);
}

} // namespace

void start(level least, std::string_view format) {
  least_level = least;
  as_json = format != "text";
}

void write(level at, std::string_view event, std::initializer_list<field> fields) {
  if (at < least_level.load(std::memory_order_relaxed))
    return;
  const bool json = as_json.load(std::memory_order_relaxed);
  std::string line;
  if (json) {
    line = "{\"event\":";
    append_escaped(line, event);
    line += ",\"level\":\"" + std::string(name_of(at)) + "\",\"at\":\"" + wall_time() + "\"";
    for (const auto& f : fields) {
      line += ",";
      append_escaped(line, f.name);
      line += ":";
      append_value(line, f, true);
    }
    line += "}";
  } else {
    line = wall_time() + " " + std::string(name_of(at)) + " " + std::string(event);
    for (const auto& f : fields) {
      line += " " + std::string(f.name) + "=";
      append_value(line, f, false);
    }
  }
  sink().log(at >= level::warn ? spdlog::level::warn : spdlog::level::info, line);
}

} // namespace souk::log
