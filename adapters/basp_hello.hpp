// What two nodes say to each other before anything else, and whether one lets the other in.
#pragma once

#include "cluster/member.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace souk::adapters {

struct basp_hello {
  std::string cluster;
  cluster::node_ref who;
  uint32_t envelope_oldest = 1; ///< envelope versions it speaks, both ends included
  uint32_t envelope_newest = 1;
  uint32_t feature_level = 1;
  bool operator==(const basp_hello&) const = default;
};

std::string encode(const basp_hello& h);
/// errc::malformed for anything else.
result<basp_hello> decode_hello(std::string_view bytes);

/// Why a link is refused; a label of souk_links_refused_total.
enum class link_refusal : uint8_t {
  none,
  malformed,  ///< no hello of ours
  cluster,    ///< a node of another cluster
  self,       ///< ourselves, or a process that CAF cannot tell from us
  version,    ///< no envelope version in common
  unknown,    ///< nobody we know, or not yet
  name,       ///< the certificate does not name this node
  twice,      ///< another process is linked under that name and generation
  generation, ///< not the generation that was dialled
  node,       ///< not the node that was dialled
  tls,        ///< no certificate, one of another authority, or no TLS at all
  size,       ///< announced more than a message may have
  silent,     ///< connected and agreed to nothing in time
  crowd,      ///< more connections than may wait to be greeted
  there,      ///< refused by the other side
};
std::string_view to_string(link_refusal why);

/// What speaks against `theirs` from a hello alone; none when nothing does.
link_refusal judge(const basp_hello& ours, const basp_hello& theirs);

} // namespace souk::adapters
