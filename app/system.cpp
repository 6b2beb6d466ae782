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
constexpr auto measure_timeout = 3s;
constexpr int64_t slew_most_us = 5'000; ///< a measurement moves the clock by no more
constexpr int64_t worth_a_word_us = 1'000'000;
constexpr std::chrono::milliseconds round_trip_most{250};

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
  const auto mono = std::chrono::duration_cast<microseconds>(monotonic()).count();
  const auto estimate = measured_ ? mono + offset_ : machine_now_us();
  auto last = last_.load();
  while (estimate > last && !last_.compare_exchange_weak(last, estimate)) {
  }
  return from_micros(std::max(estimate, last));
}

void database_clock::measure(persistence::sql::pool& rows) {
  struct sample {
    int64_t database_us = 0;
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
        return sample{to_micros(found->time(0, 0)), before, monotonic()};
      },
      [answer](outcome r) { answer->set_value(std::move(r)); });
  if (future.wait_for(measure_timeout) != std::future_status::ready)
    return;
  const auto got = future.get();
  if (!got || (measured_ && got->after - got->before > round_trip_most))
    return; // we stood still in between: it says nothing about the middle
  const auto middle = (got->before + got->after) / 2;
  const auto target = got->database_us - std::chrono::duration_cast<microseconds>(middle).count();
  compare_machine(machine_now_us() -
                  (std::chrono::duration_cast<microseconds>(monotonic()).count() + target));
  if (!measured_) {
    offset_ = target;
    measured_ = true;
    return;
  }
  const auto error = target - offset_;
  if (std::abs(error) > worth_a_word_us)
    log::warn("clock.database_jumped", {{"microseconds", error}});
  // Far ahead is followed at once: expiry must not wait hours. Back is only ever slewed.
  offset_ += error > worth_a_word_us ? error : std::clamp(error, -slew_most_us, slew_most_us);
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

void database_clock::follow(persistence::sql::pool& rows) {
  measure(rows);
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
