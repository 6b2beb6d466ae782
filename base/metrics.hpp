// Metrics by prometheus-cpp. Each component keeps its own handles; a label never carries an id or
// SKU.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <map>
#include <string>

namespace souk::metrics {

using counter = prometheus::Counter;
using gauge = prometheus::Gauge;
using histogram = prometheus::Histogram;
using labels = std::map<std::string, std::string>;

/// Names are souk_<room>_<noun>_<unit|total>. The same name and labels give the same metric;
/// metrics live as long as the process. Thread-safe, but takes a lock: keep the reference.
counter& make_counter(const std::string& name, const std::string& help, const labels& with = {});
gauge& make_gauge(const std::string& name, const std::string& help, const labels& with = {});
/// Buckets in seconds, from 100 µs to 10 s.
histogram& make_latency(const std::string& name, const std::string& help, const labels& with = {});

/// Everything in the Prometheus text format 0.0.4.
std::string render();

} // namespace souk::metrics
