#include "adapters/basp_hello.hpp"

#include "proto/cluster.pb.h"

#include <algorithm>

namespace souk::adapters {

std::string encode(const basp_hello& h) {
  pb::hello out;
  out.set_cluster(h.cluster);
  out.set_node(h.who.node);
  out.set_generation(h.who.generation);
  out.set_envelope_oldest(h.envelope_oldest);
  out.set_envelope_newest(h.envelope_newest);
  out.set_feature_level(h.feature_level);
  return out.SerializeAsString();
}

result<basp_hello> decode_hello(std::string_view bytes) {
  pb::hello in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || in.node().empty())
    return fail(errc::malformed, "not a hello");
  return basp_hello{.cluster = in.cluster(),
                    .who = {in.node(), in.generation()},
                    .envelope_oldest = in.envelope_oldest(),
                    .envelope_newest = in.envelope_newest(),
                    .feature_level = in.feature_level()};
}

std::string_view to_string(link_refusal why) {
  switch (why) {
  case link_refusal::none:
    return "none";
  case link_refusal::malformed:
    return "malformed";
  case link_refusal::cluster:
    return "cluster";
  case link_refusal::self:
    return "self";
  case link_refusal::version:
    return "version";
  case link_refusal::unknown:
    return "unknown";
  case link_refusal::name:
    return "name";
  case link_refusal::twice:
    return "twice";
  case link_refusal::generation:
    return "generation";
  case link_refusal::node:
    return "node";
  case link_refusal::tls:
    return "tls";
  case link_refusal::size:
    return "size";
  case link_refusal::silent:
    return "silent";
  case link_refusal::crowd:
    return "crowd";
  case link_refusal::there:
    return "there";
  }
  return "none";
}

link_refusal judge(const basp_hello& ours, const basp_hello& theirs) {
  if (theirs.cluster != ours.cluster)
    return link_refusal::cluster;
  if (theirs.who.node == ours.who.node)
    return link_refusal::self;
  if (std::max(ours.envelope_oldest, theirs.envelope_oldest) >
      std::min(ours.envelope_newest, theirs.envelope_newest))
    return link_refusal::version;
  return link_refusal::none;
}

} // namespace souk::adapters
