// Several questions asked at once, one answer when all are in.
#pragma once

#include "base/result.hpp"

#include <memory>
#include <mutex>
#include <vector>

namespace souk::http {

/// Calls `done` with the n values in order, or with the first failure. `part(i)` gives the callback
/// of the i-th question; each is called at most once, on any thread. With n = 0 it answers at once.
template <class T>
class gather {
public:
  gather(size_t n, callback<std::vector<T>> done) : state_(std::make_shared<state>()) {
    state_->values.resize(n);
    state_->left = n;
    state_->done = std::move(done);
    if (n == 0)
      std::exchange(state_->done, nullptr)(std::vector<T>{});
  }

  callback<T> part(size_t i) const {
    return [s = state_, i](result<T> r) {
      std::unique_lock lock{s->guard};
      if (!s->done)
        return;
      if (r) {
        s->values[i] = std::move(*r);
        if (--s->left > 0)
          return;
      }
      const auto done = std::exchange(s->done, nullptr);
      lock.unlock();
      r ? done(std::move(s->values)) : done(std::move(r.error()));
    };
  }

private:
  struct state {
    std::mutex guard;
    std::vector<T> values;
    size_t left = 0;
    callback<std::vector<T>> done;
  };
  std::shared_ptr<state> state_;
};

} // namespace souk::http
