#include "http/pages/qr.hpp"

#include <memory>
#include <qrencode.h>

namespace souk::http {

result<std::string> qr_svg(const std::string& text) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code{
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), QRcode_free};
  if (!code)
    return fail(errc::too_large, "this does not fit into a QR code");
  constexpr int quiet = 4;
  const auto edge = std::to_string(code->width + 2 * quiet);
  auto out = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + edge + " " + edge +
             "\" shape-rendering=\"crispEdges\"><rect width=\"100%\" height=\"100%\" "
             "fill=\"#fff\"/><path d=\"";
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x)
      if (code->data[y * code->width + x] & 1)
        out += "M" + std::to_string(x + quiet) + " " + std::to_string(y + quiet) + "h1v1h-1z";
  return out + "\"/></svg>\n";
}

} // namespace souk::http
