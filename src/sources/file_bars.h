// A file of bars as a source: the way to work without any vendor.
//
// Shape:   the file is read once, whole; rows that cannot be read make it unusable, as an answer
//          must be whole. Only bars inside of the window are given.
// Errors:  Load(): those of the file; kCorrupt with the first line that cannot be read and above
//          kRowsMax rows. Fetch(): cannot fail; a symbol that the file does not have is refused as
//          unknown.
// Threads: one thread.
// Source:  docs/data.md#sources

#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sources/bar_source.h"
#include "store/rows.h"

namespace bulwark::sources {

class FileBars final : public BarSource {
 public:
  static constexpr std::size_t kRowsMax = 20'000'000;

  static base::Result<std::unique_ptr<FileBars>> Load(const std::string& path);

  [[nodiscard]] std::string_view name() const override { return "file"; }
  base::Result<BarAnswer> Fetch(const BarRequest& request) override;

 private:
  using Bars = std::map<std::string, std::vector<store::Bar>>;
  explicit FileBars(Bars bars) : bars_(std::move(bars)) {}

  Bars bars_;
};

}  // namespace bulwark::sources
