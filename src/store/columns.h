// The bars of one series as a file of columns, which an engine reads faster than a database.
//
// Shape:   little-endian: header, symbol, one column of 64-bit integers after the other, CRC-32 of
//          each part; byte for byte in docs/store.md. Written under another name and moved into
//          place, so that a file of the wanted name is a whole one.
// Errors:  ParseColumns() and ReadColumns(): kCorrupt for anything that is not exactly such a file,
//          with what is wrong; kInvalidArgument for a newer version; kNotFound, kUnavailable as the
//          file system says. A file above kColumnFileMax is refused unread.
// Threads: any. Reading allocates the file and the columns once.
// Source:  docs/store.md#column-files

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::store {

inline constexpr std::size_t kColumnFileMax = std::size_t{1} << 30;

struct ColumnFile {
  Series series;
  std::vector<Bar> bars;
};

std::string FormatColumns(const Series& series, std::span<const Bar> bars);
base::Result<ColumnFile> ParseColumns(std::string_view bytes);

base::Result<void> WriteColumns(const std::filesystem::path& path, const Series& series,
                                std::span<const Bar> bars);
base::Result<ColumnFile> ReadColumns(const std::filesystem::path& path);

// "1d/BRK-B.bars"; characters that a file name cannot have are written as %XX.
std::string ColumnFileName(const Series& series);

}  // namespace bulwark::store
