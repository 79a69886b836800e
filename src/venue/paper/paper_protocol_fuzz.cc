// Goal: no bytes crash the parsers, and what they understand is written back in a form that means
//       the
// same: the text of the second round is that of the first.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "venue/paper/protocol.h"

namespace {

using bulwark::venue::paper::Append;
using bulwark::venue::paper::ParseAnswer;
using bulwark::venue::paper::ParseRequest;

template <class Parse>
void RoundTrip(std::string_view line, Parse parse) {
  const auto first = parse(line);
  if (!first) {
    return;
  }
  std::string once;
  Append(*first, once);
  const auto second = parse(std::string_view(once).substr(0, once.size() - 1));
  std::string twice;
  if (second) {
    Append(*second, twice);
  }
  if (once != twice) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  if (line.find('\n') == std::string_view::npos && size < bulwark::venue::paper::kLineMax) {
    RoundTrip(line, ParseRequest);
    RoundTrip(line, ParseAnswer);
  }
  return 0;
}
