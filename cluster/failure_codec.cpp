#include "cluster/failure_codec.hpp"

#include <limits>
#include <proto/cluster.pb.h>

namespace souk::cluster {

namespace {

errc code_named(std::string_view name) {
  for (int number = 0; number <= std::numeric_limits<uint8_t>::max(); ++number)
    if (const auto code = static_cast<errc>(number); to_string(code) == name)
      return code; // what stands for no code is called "internal", and comes after internal itself
  return errc::internal;
}

} // namespace

pb::failure encode(const failure& from) {
  pb::failure to;
  to.set_code(std::string(to_string(from.code)));
  to.set_detail(from.detail);
  for (const auto& p : from.problems)
    write_problem(p, *to.add_problems());
  if (from.retry_after)
    to.set_retry_after_seconds(from.retry_after->count());
  to.set_extra(from.extra);
  return to;
}

failure decode(const pb::failure& from) {
  return {.code = code_named(from.code()),
          .detail = from.detail(),
          .problems = read_problems(from.problems()),
          .retry_after = from.has_retry_after_seconds()
                             ? std::optional{std::chrono::seconds{from.retry_after_seconds()}}
                             : std::nullopt,
          .extra = from.extra()};
}

} // namespace souk::cluster
