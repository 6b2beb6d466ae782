// The simulator's memory on disk: one JSON line a call, appended before the call is answered.
#pragma once

#include "app/psp/psp_model.hpp"

namespace souk::psp {

class call_log {
public:
  call_log() = default;
  ~call_log();
  call_log(const call_log&) = delete;
  call_log& operator=(const call_log&) = delete;

  /// Opens or makes <directory>/psp.jsonl and hands every whole line to the model; a half line at
  /// the end (a crash while writing) is cut off. errc::unavailable or errc::corrupt.
  result<void> open(const std::string& directory, psp_model& into);
  /// Nothing without open(). Survives the process, not the machine.
  void append(const call& what, time_point at);

private:
  int file_ = -1;
};

} // namespace souk::psp
