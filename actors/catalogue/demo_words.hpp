// The word lists behind the demo shop; included by demo.cpp alone.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace souk::catalogue::demo {

using words = std::span<const std::string_view>;

enum class choice : uint8_t { none, colour, size, shoe, colour_and_size, volume };

/// A kind of goods: a leaf of the category tree and what its products are like.
struct kind {
  std::string_view root, root_name, leaf, name, code;
  words nouns, materials;
  choice options;
  int64_t price_least, price_most; ///< EUR cents
  int64_t grams_least, grams_most;
  std::string_view tax_category = "standard";
};

#define SOUK_WORDS(name, ...)                                                                      \
  inline constexpr auto name = std::to_array<std::string_view>({__VA_ARGS__})
SOUK_WORDS(brands, "Aldermoor", "Brightwell", "Casa Lume", "Dornberg", "Ellery & Finch",
           "Fjordlinje", "Grünwald", "Harrow Lane", "Isola", "Juniper Works", "Kestrel",
           "Lindqvist", "Maison Perrin", "Northbeam", "Oakhaven", "Pellegrin", "Quillfeather",
           "Rosewick", "Solvang", "Tamarind Road");
SOUK_WORDS(adjectives, "Classic", "Everyday", "Compact", "Heritage", "Light", "Sturdy", "Slim",
           "Soft", "Quiet", "Bright", "Nordic", "Urban", "Coastal", "Alpine", "Modern", "Rustic",
           "Handmade", "Foldable", "Seamless", "Weatherproof", "Original", "Essential");
SOUK_WORDS(colours, "Black", "White", "Navy", "Forest Green", "Terracotta", "Sand", "Charcoal",
           "Sky Blue", "Mustard", "Burgundy");
SOUK_WORDS(sizes, "XS", "S", "M", "L", "XL", "XXL");
SOUK_WORDS(shoe_sizes, "37", "38", "39", "40", "41", "42", "43", "44", "45");
SOUK_WORDS(volumes, "250 ml", "500 ml", "750 ml", "1 l");
SOUK_WORDS(textiles, "Cotton", "Linen", "Merino", "Organic Cotton", "Wool", "Hemp");
SOUK_WORDS(hides, "Leather", "Suede", "Canvas", "Recycled Mesh");
SOUK_WORDS(ceramics, "Stoneware", "Porcelain", "Enamel", "Terracotta");
SOUK_WORDS(metals, "Steel", "Cast Iron", "Copper", "Aluminium");
SOUK_WORDS(timbers, "Oak", "Walnut", "Ash", "Beech", "Bamboo");
SOUK_WORDS(casings, "Aluminium", "Graphite", "Matte", "Glass");
SOUK_WORDS(papers, "Recycled", "Clothbound", "Ivory", "Laid");
SOUK_WORDS(origins, "Ethiopian", "Sicilian", "Provençal", "Highland", "Andean", "Assam");
SOUK_WORDS(shirts, "T-Shirt", "Shirt", "Polo", "Henley");
SOUK_WORDS(knits, "Jumper", "Cardigan", "Pullover", "Rollneck");
SOUK_WORDS(trousers, "Chinos", "Trousers", "Joggers", "Shorts");
SOUK_WORDS(jackets, "Parka", "Rain Jacket", "Overshirt", "Field Jacket");
SOUK_WORDS(shoes, "Sneakers", "Boots", "Loafers", "Sandals");
SOUK_WORDS(bags, "Backpack", "Tote Bag", "Weekender", "Messenger Bag");
SOUK_WORDS(hats, "Beanie", "Cap", "Scarf", "Gloves");
SOUK_WORDS(mugs, "Mug", "Bowl", "Plate Set", "Teapot");
SOUK_WORDS(pans, "Frying Pan", "Saucepan", "Casserole", "Wok");
SOUK_WORDS(knives, "Chef's Knife", "Paring Knife", "Bread Knife", "Knife Block");
SOUK_WORDS(bottles, "Bottle", "Flask", "Carafe", "Storage Jar");
SOUK_WORDS(bedding, "Duvet Cover", "Pillowcase", "Throw", "Bed Sheet");
SOUK_WORDS(lamps, "Table Lamp", "Floor Lamp", "Pendant Light", "Reading Lamp");
SOUK_WORDS(furniture, "Stool", "Side Table", "Shelf", "Armchair");
SOUK_WORDS(towels, "Bath Towel", "Hand Towel", "Bath Mat", "Bathrobe");
SOUK_WORDS(headphones, "Headphones", "Earbuds", "Speaker", "Radio");
SOUK_WORDS(chargers, "Charger", "Power Bank", "Desk Dock", "Phone Stand");
SOUK_WORDS(keyboards, "Keyboard", "Mouse", "Laptop Stand", "Webcam");
SOUK_WORDS(notebooks, "Notebook", "Planner", "Sketchbook", "Letter Set");
SOUK_WORDS(pens, "Fountain Pen", "Ballpoint Pen", "Pencil Set", "Pen Case");
SOUK_WORDS(coffees, "Coffee Beans", "Filter Coffee", "Espresso Beans", "Loose Tea");
SOUK_WORDS(pantry, "Olive Oil", "Sea Salt", "Honey", "Chocolate");
SOUK_WORDS(tents, "Tent", "Sleeping Bag", "Hammock", "Camp Chair");
SOUK_WORDS(fitness, "Yoga Mat", "Dumbbell", "Skipping Rope", "Foam Roller");
SOUK_WORDS(planters, "Planter", "Watering Can", "Garden Trowel", "Bird Feeder");
SOUK_WORDS(toys, "Building Blocks", "Puzzle", "Pull-Along Dog", "Stacking Tower");
SOUK_WORDS(openings, "Made to be used every day, not kept for best.",
           "A quiet favourite that goes with everything you own.",
           "Simple, honest and built to last.", "The one you will still reach for in ten years.",
           "Designed in a small studio and tested for a year.",
           "Looks good on the first day and better on the hundredth.");
SOUK_WORDS(closings, "Spare parts are available for ten years.", "Comes in a plastic-free box.",
           "Easy to clean and easy to repair.",
           "Made in small batches by people who are paid fairly.",
           "A thoughtful present, for yourself too.",
           "Wipe clean or wash cold; it keeps its shape.");
#undef SOUK_WORDS

inline constexpr std::array kinds = {
    kind{"clothing", "Clothing", "shirts", "Shirts", "SHI", shirts, textiles,
         choice::colour_and_size, 1900, 7900, 140, 350},
    kind{"clothing", "Clothing", "knitwear", "Knitwear", "KNI", knits, textiles,
         choice::colour_and_size, 4900, 16900, 300, 800},
    kind{"clothing", "Clothing", "trousers", "Trousers", "TRO", trousers, textiles, choice::size,
         3900, 12900, 300, 700},
    kind{"clothing", "Clothing", "jackets", "Jackets", "JAC", jackets, textiles,
         choice::colour_and_size, 7900, 34900, 600, 1600},
    kind{"clothing", "Clothing", "shoes", "Shoes", "SHO", shoes, hides, choice::shoe, 4900, 22900,
         500, 1400},
    kind{"clothing", "Clothing", "accessories", "Accessories", "ACC", hats, textiles,
         choice::colour, 1500, 5900, 60, 250},
    kind{"bags", "Bags & Travel", "everyday-bags", "Everyday Bags", "BAG", bags, hides,
         choice::colour, 3900, 24900, 400, 1800},
    kind{"kitchen", "Kitchen", "tableware", "Tableware", "TAB", mugs, ceramics, choice::colour, 990,
         8900, 250, 2500},
    kind{"kitchen", "Kitchen", "cookware", "Cookware", "COO", pans, metals, choice::none, 2900,
         22900, 900, 4800},
    kind{"kitchen", "Kitchen", "knives", "Knives", "KNV", knives, metals, choice::none, 1900, 18900,
         80, 1200},
    kind{"kitchen", "Kitchen", "bottles-and-jars", "Bottles & Jars", "BOT", bottles, metals,
         choice::volume, 990, 4900, 150, 700},
    kind{"home", "Home", "bedding", "Bedding", "BED", bedding, textiles, choice::colour, 2900,
         19900, 400, 2500},
    kind{"home", "Home", "lighting", "Lighting", "LIG", lamps, metals, choice::colour, 3900, 34900,
         900, 6500},
    kind{"home", "Home", "furniture", "Furniture", "FUR", furniture, timbers, choice::none, 7900,
         89900, 3000, 24000},
    kind{"home", "Home", "bathroom", "Bathroom", "BTH", towels, textiles, choice::colour, 990, 8900,
         200, 1200},
    kind{"electronics", "Electronics", "audio", "Audio", "AUD", headphones, casings, choice::colour,
         3900, 39900, 60, 2200},
    kind{"electronics", "Electronics", "charging", "Charging", "CHA", chargers, casings,
         choice::none, 1900, 12900, 90, 600},
    kind{"electronics", "Electronics", "desk-tech", "Desk Tech", "DES", keyboards, casings,
         choice::colour, 2900, 19900, 120, 1300},
    kind{"stationery", "Stationery", "notebooks", "Notebooks", "NOT", notebooks, papers,
         choice::colour, 790, 3900, 120, 600},
    kind{"stationery", "Stationery", "writing", "Writing", "WRI", pens, metals, choice::none, 490,
         15900, 20, 250},
    kind{"food", "Food & Drink", "coffee-and-tea", "Coffee & Tea", "COF", coffees, origins,
         choice::none, 690, 2490, 250, 1000, "reduced"},
    kind{"food", "Food & Drink", "pantry", "Pantry", "PAN", pantry, origins, choice::none, 390,
         2990, 100, 1000, "reduced"},
    kind{"outdoor", "Sport & Outdoor", "camping", "Camping", "CAM", tents, hides, choice::colour,
         3900, 44900, 600, 5200},
    kind{"outdoor", "Sport & Outdoor", "fitness", "Fitness", "FIT", fitness, textiles,
         choice::colour, 990, 8900, 150, 5000},
    kind{"outdoor", "Sport & Outdoor", "garden", "Garden", "GAR", planters, metals, choice::none,
         990, 7900, 200, 3500},
    kind{"toys", "Toys", "wooden-toys", "Wooden Toys", "TOY", toys, timbers, choice::none, 990,
         6900, 200, 2200},
};

} // namespace souk::catalogue::demo
