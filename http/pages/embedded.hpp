// The storefront's templates, messages and assets, embedded at build time by embed.py.
#pragma once

#include <span>
#include <string_view>

namespace souk::http {

struct embedded_file {
  std::string_view name; ///< "product.html", "shop.css"
  std::string_view hash; ///< of what browsers fetch; empty for templates and messages
  std::string_view text; ///< lives as long as the program
  std::string_view gzipped;
};

std::span<const embedded_file> embedded_files();

} // namespace souk::http
