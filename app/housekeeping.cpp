#include "app/housekeeping.hpp"

#include "actors/catalogue/picture_collection.hpp"
#include "actors/operators/queue.hpp"
#include "actors/row_command.hpp"
#include "actors/user/letters.hpp"
#include "adapters/picture_folders.hpp"
#include "base/log.hpp"

namespace souk::app {

namespace {

using persistence::sql::connection;

void report(const char* what, const result<int64_t>& gone) {
  if (!gone)
    log::warn("housekeeping.failed", {{"what", what}, {"why", gone.error().detail}});
  else if (*gone > 0)
    log::info("housekeeping.done", {{"what", what}, {"rows", *gone}});
}

} // namespace

housekeeping::housekeeping(persistence::sql::pool& rows, const clock& time,
                           std::string media_directory)
    : rows_(rows), time_(time), media_directory_(std::move(media_directory)),
      thread_([this](const std::stop_token& stop) { serve(stop); }) {}

void housekeeping::serve(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    tidy();
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, stop, housekeeping_every, [] { return false; });
  }
}

void housekeeping::tidy() {
  rows_.run(
      [now = time_.now(), media = media_directory_](connection& c) {
        report("row commands", forget_row_commands(c, now - row_commands_kept));
        report("tokens", user::forget_stale_tokens(c, now));
        report("silent effects", operators::forget_silent(c, now - operators::silence_max));
        adapters::picture_folders pictures{media};
        report("pictures", catalogue::collect_pictures(c, pictures, now));
      },
      [](const failure& why) { report("everything", why); });
}

} // namespace souk::app
