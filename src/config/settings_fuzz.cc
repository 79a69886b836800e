// Feeds any bytes to the loader as a YAML file: it must answer settings or problems, never crash or
// hang.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/ensure.h"
#include "config/settings_loader.h"
#include "config/yaml_source.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto loaded = bulwark::config::LoadSettings(
      {.file = bulwark::config::ConfigText{"fuzz.yaml", text}, .environment = {}, .flags = {}});
  ENSURE(loaded.has_value() || !loaded.error().empty());
  return 0;
}
