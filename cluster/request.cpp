#include "cluster/request.hpp"

#include "cluster/activation.hpp"

namespace souk::cluster {

request::~request() { leave(); }

void request::admitted_at(caf::intrusive_ptr<activation> where) {
  leave();
  where_ = std::move(where);
}

void request::leave() {
  if (where_) {
    where_->leave();
    where_.reset();
  }
}

activation::~activation() = default;

} // namespace souk::cluster
