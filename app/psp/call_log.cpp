#include "app/psp/call_log.hpp"

#include <boost/json.hpp>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace souk::psp {

namespace {

namespace bj = boost::json;

std::string to_line(const call& what, time_point at) {
  bj::array fields;
  for (const auto& [name, value] : what.fields)
    fields.push_back(bj::array{name, value});
  return bj::serialize(bj::object{{"at", to_micros(at)},
                                  {"verb", what.verb},
                                  {"path", what.path},
                                  {"key", what.idempotency_key},
                                  {"fields", std::move(fields)}}) +
         "\n";
}

void replay_line(const std::string& line, psp_model& into) {
  const auto parsed = bj::parse(line);
  const auto& in = parsed.as_object();
  const auto text = [&](const char* name) { return std::string{in.at(name).as_string()}; };
  call what{text("verb"), text("path"), {}, text("key")};
  for (const auto& field : in.at("fields").as_array())
    what.fields.emplace_back(field.as_array().at(0).as_string(),
                             field.as_array().at(1).as_string());
  into.handle(what, from_micros(in.at("at").as_int64()));
}

} // namespace

call_log::~call_log() {
  if (file_ >= 0)
    ::close(file_);
}

result<void> call_log::open(const std::string& directory, psp_model& into) {
  std::error_code ec;
  std::filesystem::create_directories(directory, ec);
  const auto path = directory + "/psp.jsonl";
  off_t whole = 0;
  try {
    std::ifstream in{path};
    std::string line;
    while (std::getline(in, line) && !in.eof()) {
      replay_line(line, into);
      whole += static_cast<off_t>(line.size()) + 1;
    }
  } catch (const std::exception& e) {
    return fail(errc::corrupt, path + " at byte " + std::to_string(whole) + ": " + e.what());
  }
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0 || ::ftruncate(file_, whole) != 0 || ::lseek(file_, 0, SEEK_END) < 0)
    return fail(errc::unavailable, "cannot write " + path);
  return {};
}

void call_log::append(const call& what, time_point at) {
  if (file_ < 0)
    return;
  const auto line = to_line(what, at);
  SOUK_ASSERT(::write(file_, line.data(), line.size()) == static_cast<ssize_t>(line.size()),
              "the simulator's log can be written");
}

} // namespace souk::psp
