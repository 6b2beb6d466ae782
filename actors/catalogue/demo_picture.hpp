// Pictures of the demo shop's products: plain drawings, computed from a product's address and never
// stored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace souk::catalogue {

/// What can be drawn.
enum class silhouette : uint8_t {
  shirt,
  jumper,
  trousers,
  shorts,
  dress,
  jacket,
  shoe,
  boot,
  backpack,
  bag,
  suitcase,
  wallet,
  hat,
  scarf,
  watch,
  ring,
  glasses,
  mug,
  bowl,
  teapot,
  pan,
  knife,
  board,
  bottle,
  jar,
  blanket,
  cushion,
  towel,
  lamp,
  candle,
  vase,
  clock,
  mirror,
  chair,
  sofa,
  table,
  shelf,
  headphones,
  speaker,
  phone,
  charger,
  keyboard,
  camera,
  book,
  pen,
  pouch,
  tent,
  dumbbell,
  wheel,
  helmet,
  ball,
  plant,
  can,
  hammer,
  blocks,
  teddy,
  puzzle,
  soap,
  pump
};

/// Where a demo product's picture is asked for; `colour` is a name of the demo's or empty.
std::string demo_picture_url(std::string_view handle, std::string_view colour);

/// Pure: the SVG text of `file`, "handle.colour.svg" or "handle.svg". The last words of the handle
/// say what is drawn, the colour how, and all of it together the details. Nothing for another name.
std::optional<std::string> demo_picture(std::string_view file);

/// One drawing, 400 × 400, `body` in "#rrggbb"; `detail` varies what is not the shape.
std::string draw(silhouette what, std::string_view body, uint32_t detail);

} // namespace souk::catalogue
