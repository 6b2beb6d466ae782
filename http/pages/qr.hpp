// QR codes as SVG, drawn by libqrencode.
#pragma once

#include "base/result.hpp"

#include <string>

namespace souk::http {

/// A whole SVG document, black on white with the quiet zone that scanners need. errc::too_large
/// beyond what a code holds (some 2 kB).
result<std::string> qr_svg(const std::string& text);

} // namespace souk::http
