#include "tests/kit/live_talk.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace souk::tests {

namespace bj = boost::json;
namespace asio = boost::asio;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

struct live_talk::inside {
  asio::io_context io{1};
  ws::stream<asio::ip::tcp::socket> stream{io};
  boost::beast::flat_buffer in;
  int status = 0;
  bool reading = false;
  bool over = false;
  std::optional<std::string> got;

  /// Runs one operation to its end, at most this long.
  template <class Begin>
  error_code wait(std::chrono::milliseconds patience, Begin begin) {
    auto done = std::make_shared<std::optional<error_code>>();
    begin([done](error_code ec, auto...) { *done = ec; });
    const auto until = std::chrono::steady_clock::now() + patience;
    io.restart();
    while (!*done && std::chrono::steady_clock::now() < until)
      io.run_one_until(until);
    return done->value_or(asio::error::timed_out);
  }

  void read(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    if (!std::exchange(reading, true))
      stream.async_read(in, [this](error_code ec, size_t) {
        reading = false;
        over = over || ec;
        if (!ec)
          got = boost::beast::buffers_to_string(in.data());
        in.clear();
      });
    io.restart();
    while (reading && std::chrono::steady_clock::now() < until)
      io.run_one_until(until);
  }
};

live_talk::live_talk(int port, const header_list& headers, const std::string& path)
    : inside_(std::make_unique<inside>()) {
  auto& my = *inside_;
  error_code ec;
  my.stream.next_layer().connect({asio::ip::make_address("127.0.0.1"), static_cast<uint16_t>(port)},
                                 ec);
  my.stream.set_option(ws::stream_base::decorator([&headers](ws::request_type& out) {
    for (const auto& [name, value] : headers)
      out.set(name, value);
  }));
  ws::response_type said;
  const auto host = "127.0.0.1:" + std::to_string(port);
  ec = my.wait(std::chrono::seconds{20},
               [&](auto done) { my.stream.async_handshake(said, host, path, std::move(done)); });
  my.status = ec && ec != ws::error::upgrade_declined ? 0 : static_cast<int>(said.result_int());
  my.over = my.status != 101;
}

live_talk::~live_talk() = default;
live_talk::live_talk(live_talk&&) noexcept = default;

int live_talk::status() const { return inside_->status; }

bool live_talk::say(const std::string& text, bool binary) {
  auto& my = *inside_;
  my.stream.binary(binary);
  return !my.wait(std::chrono::seconds{20},
                  [&](auto done) { my.stream.async_write(asio::buffer(text), std::move(done)); });
}

bool live_talk::subscribe(const std::string& topic, const bj::object& more) {
  bj::object out{{"subscribe", topic}};
  for (const auto& field : more)
    out[field.key()] = field.value();
  return say(out);
}

void live_talk::write_raw(const std::string& bytes) {
  error_code ignored;
  asio::write(inside_->stream.next_layer(), asio::buffer(bytes), ignored);
}

std::optional<std::string> live_talk::hear_text(std::chrono::milliseconds patience) {
  auto& my = *inside_;
  if (!my.over && !my.got)
    my.read(patience);
  return std::exchange(my.got, std::nullopt);
}

bj::object live_talk::hear(std::chrono::milliseconds patience) {
  const auto text = hear_text(patience);
  return text ? bj::parse(*text).as_object() : bj::object{};
}

bj::object live_talk::hear_until(const std::string& topic, const std::string& member,
                                 const bj::value& value) {
  for (;;) {
    const auto said = hear();
    if (said.empty())
      return {};
    const auto* data = said.if_contains("data");
    const auto* found = data ? data->as_object().if_contains(member) : nullptr;
    if (said.contains("topic") && said.at("topic") == bj::value(topic) && found && *found == value)
      return said;
  }
}

int live_talk::closed(std::chrono::milliseconds patience) {
  constexpr int abnormal = 1006;
  auto& my = *inside_;
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!my.over && std::chrono::steady_clock::now() < until)
    my.read(std::chrono::duration_cast<std::chrono::milliseconds>(
        until - std::chrono::steady_clock::now()));
  if (!my.over)
    return 0;
  const auto code = my.stream.reason().code;
  return code == ws::close_code::none ? abnormal : code;
}

} // namespace souk::tests
