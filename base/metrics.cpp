#include "base/metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace souk::metrics {

namespace {
prometheus::Registry& registry() {
  static prometheus::Registry all{prometheus::Registry::InsertBehavior::Merge};
  return all;
}
const prometheus::Histogram::BucketBoundaries latency_buckets{
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
    0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
} // namespace

counter& make_counter(const std::string& name, const std::string& help, const labels& with) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(with);
}

gauge& make_gauge(const std::string& name, const std::string& help, const labels& with) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(with);
}

histogram& make_latency(const std::string& name, const std::string& help, const labels& with) {
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Register(registry())
      .Add(with, latency_buckets);
}

std::string render() { return prometheus::TextSerializer().Serialize(registry().Collect()); }

} // namespace souk::metrics
