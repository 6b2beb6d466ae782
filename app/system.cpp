#include "app/system.hpp"

#include "base/log.hpp"
#include "base/metrics.hpp"

#include <boost/asio/post.hpp>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <future>
#include <mutex>

namespace souk::app {

namespace {
constexpr auto measure_every = 1s;
constexpr auto measure_again = 50ms; ///< while nothing is known yet
constexpr auto measure_timeout = 3s;
constexpr int64_t worth_a_word_us = 1'000'000;

int64_t machine_now_us() {
  return std::chrono::duration_cast<microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}
} // namespace

/// Ids take 16 bytes each, and asking the kernel for so few costs more than making the id.
void system_entropy::fill(std::span<unsigned char> out) {
  thread_local std::array<unsigned char, 4096> stock;
  thread_local size_t left = 0;
  if (out.size() > stock.size() / 4)
    return randombytes_buf(out.data(), out.size());
  if (out.size() > left) {
    randombytes_buf(stock.data(), stock.size());
    left = stock.size();
  }
  const auto from = stock.begin() + static_cast<ptrdiff_t>(left - out.size());
  std::copy_n(from, out.size(), out.begin());
  sodium_memzero(&*from, out.size()); // nothing is given out twice, nor found later
  left -= out.size();
}

std::chrono::nanoseconds database_clock::monotonic() const {
  // Goes on while the machine sleeps: what was fresh before is stale when it wakes up.
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec};
}

time_point database_clock::now() const {
  const auto machine =
      database_.is_measured() ? time_point{} : from_micros(machine_now_us()); // asking costs
  return database_.at(monotonic(), machine);
}

void database_clock::measure(persistence::sql::pool& rows) {
  struct sample {
    time_point said;
    std::chrono::nanoseconds before, after; ///< monotonic
  };
  using outcome = result<sample>;
  auto answer = std::make_shared<std::promise<outcome>>();
  auto future = answer->get_future();
  rows.ask(
      [this](persistence::sql::connection& c) -> outcome {
        const auto before = monotonic();
        const auto found = c.execute("select clock_timestamp()");
        if (!found)
          return found.error();
        return sample{found->time(0, 0), before, monotonic()};
      },
      [answer](outcome r) { answer->set_value(std::move(r)); });
  if (future.wait_for(measure_timeout) != std::future_status::ready)
    return;
  const auto got = future.get();
  if (!got)
    return;
  const auto error = database_.measured(got->said, got->before, got->after);
  if (!error)
    return;
  const auto middle = (got->before + got->after) / 2;
  compare_machine(machine_now_us() - to_micros(got->said) -
                  std::chrono::duration_cast<microseconds>(monotonic() - middle).count());
  if (std::abs(*error) > worth_a_word_us)
    log::warn("clock.database_jumped", {{"microseconds", *error}});
}

/// Nothing depends on this machine's clock, but its logs are dated by it.
void database_clock::compare_machine(int64_t error_us) {
  static auto& error = metrics::make_gauge("souk_clock_machine_error_seconds",
                                           "How far this machine's clock is ahead of Postgres'.");
  error.Set(static_cast<double>(error_us) / 1e6);
  if (std::abs(error_us - machine_error_us_) > worth_a_word_us)
    log::warn("clock.machine_is_off", {{"microseconds", error_us}});
  machine_error_us_ = error_us;
}

result<void> database_clock::follow(persistence::sql::pool& rows, std::chrono::seconds patience) {
  measure(rows);
  for (const auto until = monotonic() + patience; !database_.is_measured(); measure(rows)) {
    if (monotonic() > until)
      return fail(errc::unavailable, "Postgres does not tell the time");
    std::this_thread::sleep_for(measure_again);
  }
  keeper_ = std::jthread([this, &rows](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, stop, measure_every, [&] { return stop.stop_requested(); })) {
      if (stop.stop_requested())
        return;
      measure(rows);
    }
  });
  return {};
}

void database_clock::stop() {
  keeper_.request_stop();
  if (keeper_.joinable())
    keeper_.join();
}

bool bounded_threads::run(std::function<void()> job) {
  if (room_.fetch_sub(1) <= 0) {
    room_.fetch_add(1);
    return false;
  }
  boost::asio::post(pool_, [this, job = std::move(job)] {
    room_.fetch_add(1);
    job();
  });
  return true;
}

} // namespace souk::app
