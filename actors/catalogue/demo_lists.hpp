// The demo's word lists taken apart, once.
#pragma once

#include "actors/catalogue/demo_words.hpp"

#include <string>
#include <vector>

namespace souk::catalogue::demo {

using words = std::vector<std::string_view>;

/// A word in the languages of the demo; empty where there is none.
struct spoken {
  std::string_view english, german, french;
};

struct word_lists {
  std::vector<std::vector<spoken>> nouns, materials; ///< by kind
  std::vector<std::string> brands;
  std::vector<uint16_t> by_weight; ///< each kind as often as it weighs
  words colours, colour_values;    ///< names, and "#rrggbb" of each
  words adjectives, syllables, countries, sizes, shoe_sizes, volumes, weights, beds, storages,
      rings, openings, middles, closings;
};

/// The entries of a text that part at ';', their languages at '|'.
std::vector<spoken> split_spoken(std::string_view text);

/// Made with the first call. Thread-safe.
const word_lists& lists();

std::string root_name(std::string_view handle);
/// Whether its products have a colour that a shopper may filter by.
bool is_coloured(const kind& k);
bool has_warranty(const kind& k);

} // namespace souk::catalogue::demo
