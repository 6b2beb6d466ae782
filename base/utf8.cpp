#include "base/utf8.hpp"

#include <boost/locale/utf.hpp>

namespace souk {

bool is_utf8(std::string_view text) {
  namespace utf = boost::locale::utf;
  for (const auto* at = text.begin(); at != text.end();) {
    const auto point = utf::utf_traits<char>::decode(at, text.end());
    if (point == 0 || point == utf::illegal || point == utf::incomplete)
      return false;
  }
  return true;
}

} // namespace souk
