#include "tests/kit/http_talk.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <arpa/inet.h>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <latch>
#include <netinet/tcp.h>
#include <ostream>
#include <poll.h>
#include <random>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace souk::tests {

namespace bh = boost::beast::http;

const boost::json::value& answer::at(std::string_view pointer) const {
  static const boost::json::value nothing;
  boost::system::error_code none;
  const auto* found = json.find_pointer(pointer, none);
  return found ? *found : nothing;
}

std::string answer::text(std::string_view pointer) const {
  const auto* found = at(pointer).if_string();
  return found ? std::string{*found} : std::string{};
}

int64_t answer::number(std::string_view pointer) const {
  const auto& found = at(pointer);
  return found.is_int64() ? found.get_int64() : -1;
}

size_t answer::size(std::string_view pointer) const {
  const auto* found = at(pointer).if_array();
  return found ? found->size() : 0;
}

std::string answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

std::ostream& operator<<(std::ostream& out, const answer& a) {
  constexpr size_t shown = 1'000;
  return out << a.status << ' ' << a.body.substr(0, shown);
}

http_talk::http_talk(int port, std::chrono::milliseconds patience)
    : port_(port), patience_(patience) {}

http_talk::~http_talk() { close(); }

bool http_talk::open() {
  if (socket_ >= 0) {
    // A server that closed meanwhile is noticed now, not by a lost request.
    pollfd probe{socket_, POLLIN, 0};
    if (::poll(&probe, 1, 0) == 0)
      return true;
    close();
  }
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port_));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int one = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience_).count();
  const timeval limit{std::max<time_t>(seconds, 1), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0)
    return true;
  close();
  return false;
}

void http_talk::close() {
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

bool http_talk::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0)
      return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

answer http_talk::receive(bool is_head) {
  bh::response_parser<bh::string_body> parser;
  parser.body_limit(boost::none);
  parser.eager(true);
  parser.skip(is_head);
  const auto give_up_at = std::chrono::steady_clock::now() + patience_;
  std::string unread;
  while (!parser.is_done()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        give_up_at - std::chrono::steady_clock::now());
    pollfd wait{socket_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0)
      break;
    char bytes[16 << 10];
    const auto n = ::recv(socket_, bytes, sizeof bytes, 0);
    boost::beast::error_code wrong;
    if (n <= 0) {
      if (parser.is_header_done())
        parser.put_eof(wrong);
      break;
    }
    unread.append(bytes, static_cast<size_t>(n));
    unread.erase(0, parser.put(boost::asio::buffer(unread), wrong));
    if (wrong && wrong != bh::error::need_more)
      break;
  }
  answer out;
  if (!parser.is_done()) {
    close();
    return out;
  }
  if (!parser.keep_alive())
    close();
  auto whole = parser.release();
  out.status = whole.result_int();
  for (const auto& field : whole) {
    std::string name{field.name_string()};
    for (char& c : name)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    out.headers[name] = std::string{field.value()};
  }
  out.body = std::move(whole.body());
  boost::system::error_code no_json;
  out.json = boost::json::parse(out.body, no_json);
  return out;
}

answer http_talk::ask(std::string_view verb, std::string_view path, std::string_view body,
                      const header_list& headers) {
  header_list all = always;
  for (const auto& [name, value] : headers)
    all[name] = value;
  if (!body.empty())
    all.emplace("Content-Type", "application/json");
  std::string out;
  out.append(verb).append(" ").append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\n");
  for (const auto& [name, value] : all)
    out.append(name).append(": ").append(value).append("\r\n");
  if (!body.empty() || verb == "POST" || verb == "PUT" || verb == "PATCH")
    out.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  out.append("\r\n").append(body);
  if (!open())
    return {};
  send(out); // a server that refuses a body answers before it has all of it
  return receive(verb == "HEAD");
}

answer http_talk::raw(std::string_view bytes, size_t piece, std::chrono::milliseconds pause) {
  close();
  if (!open())
    return {};
  while (!bytes.empty()) {
    std::this_thread::sleep_for(pause);
    if (!send(bytes.substr(0, piece)))
      break;
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  auto out = receive(false);
  close();
  return out;
}

void in_parallel(int n, const std::function<void(int)>& act) {
  std::latch start{n};
  std::vector<std::jthread> threads;
  for (int i = 0; i < n; ++i)
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      act(i);
    });
}

bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& holds) {
  constexpr std::chrono::milliseconds pause{20};
  const auto give_up_at = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= give_up_at)
      return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

uint64_t printed_seed() {
  const char* given = std::getenv("SOUK_SEED");
  const uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("SOUK_SEED=%llu runs this again\n", static_cast<unsigned long long>(seed));
  return seed;
}

} // namespace souk::tests
