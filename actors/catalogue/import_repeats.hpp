// Tells which products of a file have the handle of an earlier one: the later changes the earlier
// one's product, which whoever pasted two files together has to know.
#pragma once

#include "actors/catalogue/import.hpp"

#include <unordered_set>

namespace souk::catalogue {

/// Handles that are remembered, at some 40 bytes each; repeats of later ones go untold.
inline constexpr size_t watched_handles_max = 2'000'000;

/// A reader's products, with a warning in the place of each whose handle was there before. The
/// reader must outlive it.
class repeat_watcher final : public product_reader {
public:
  explicit repeat_watcher(product_reader& reader) : reader_(reader) {}

  std::optional<result<product_input>> next() override;
  read_place place() const override;

private:
  product_reader& reader_;
  std::unordered_set<size_t> handles_; ///< hashes
  bool repeated_ = false;              ///< what `next` gave last
};

} // namespace souk::catalogue
