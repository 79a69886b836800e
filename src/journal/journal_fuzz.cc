// Whatever the bytes, a file of the journal and an event are read without harm, and an event that
// is taken is written as the bytes it came from.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ensure.h"
#include "journal/codec.h"
#include "journal/run_reader.h"
#include "journal/segment.h"
#include "model/instrument.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bulwark::journal;  // NOLINT(google-build-using-namespace): a function's scope.
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto event = DecodeEvent(input, bulwark::model::kInstrumentsMax)) {
    std::string bytes;
    StringSink sink(bytes);
    Put(sink, *event);
    ENSURE(bytes == input);
  }
  auto segment = SegmentReader::FromBytes(std::string(input), "fuzzer");
  while (segment) {
    const auto block = segment->Next();
    if (!block) {
      break;
    }
    ENSURE(block->frames.size() <= kBlockBytesMax);
  }
  return 0;
}
