#include "actors/pricing/service.hpp"

#include "actors/pricing/store.hpp"

namespace souk::pricing {

void service::current_rules(callback<std::shared_ptr<const rules>> done) {
  const auto now = clock_.monotonic();
  std::shared_ptr<const rules> fresh;
  {
    std::lock_guard lock{guard_};
    if (rules_ && now - read_at_ < rules_age_max)
      fresh = rules_;
  }
  if (fresh)
    return done(std::move(fresh));
  pool_.ask([](persistence::sql::connection& c) { return load_rules(c); },
            [this, now, done = std::move(done)](result<rules> loaded) {
              if (!loaded)
                return done(loaded.error());
              auto shared = std::make_shared<const rules>(std::move(*loaded));
              {
                std::lock_guard lock{guard_};
                rules_ = shared;
                read_at_ = now;
              }
              done(std::move(shared));
            });
}

void service::quote(quote_request request, callback<pricing::quote> done) {
  current_rules([request = std::move(request),
                 done = std::move(done)](result<std::shared_ptr<const rules>> by) {
    if (!by)
      return done(by.error());
    done(make_quote(request, **by));
  });
}

void service::shipping_options(quote_request request, callback<std::vector<offered_option>> done) {
  current_rules([request = std::move(request),
                 done = std::move(done)](result<std::shared_ptr<const rules>> by) {
    if (!by)
      return done(by.error());
    done(offer_shipping(request, **by));
  });
}

} // namespace souk::pricing
