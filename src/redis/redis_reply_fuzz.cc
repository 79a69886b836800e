// Feeds arbitrary bytes in arbitrary cuts: no crash, no leak, no memory out of proportion.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "redis/reply_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::size_t step = data[0] % 16U + 1U;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  bulwark::redis::ReplyReader reader(1024);
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!reader.Feed(bytes.substr(at, step))) {
      return 0;
    }
    for (;;) {
      const auto next = reader.Next();
      if (!next || !*next) {
        break;
      }
    }
  }
  return 0;
}
