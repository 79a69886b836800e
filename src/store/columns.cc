#include "store/columns.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/crc.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "store/bar_table.h"
#include "store/rows.h"

namespace bulwark::store {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

static_assert(std::endian::native == std::endian::little, "columns are written as they stand");

constexpr std::array<char, 8> kMagic{'B', 'W', 'B', 'A', 'R', 'S', '\r', '\n'};
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kColumnCount = 7;
constexpr std::size_t kSymbolMax = 32;
// A cell that is empty; no price or volume is that.
constexpr std::int64_t kEmpty = std::numeric_limits<std::int64_t>::min();

struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t span = 0;  // 0: days, 1: minutes.
  std::uint64_t rows = 0;
  std::array<char, kSymbolMax> symbol{};  // Filled up with zeros.
  std::array<std::uint32_t, kColumnCount> column_checksums{};
  std::uint32_t checksum = 0;  // Of all before it.
};
static_assert(sizeof(Header) == 88 && alignof(Header) <= 8, "the file has no padding");

std::uint32_t ChecksumOf(std::string_view bytes) {
  boost::crc_32_type crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

template <class T>
std::string_view BytesOf(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::int64_t CellOf(const std::optional<base::Decimal>& value) {
  return value ? value->raw() : kEmpty;
}

std::optional<base::Decimal> OptionalOf(std::int64_t cell) {
  return cell == kEmpty ? std::nullopt : std::optional(base::Decimal::FromRaw(cell));
}

std::array<std::int64_t, kColumnCount> CellsOf(const Bar& bar) {
  return {bar.at.time_since_epoch().count(),
          bar.open.raw(),
          bar.high.raw(),
          bar.low.raw(),
          bar.close.raw(),
          CellOf(bar.volume),
          CellOf(bar.adjusted_close)};
}

tl::unexpected<base::Error> Damaged(const std::string& what) {
  return base::Fail(ErrorCode::kCorrupt, "not a whole file of columns: " + what);
}

base::Result<Header> ParseHeader(std::string_view bytes) {
  Header header;
  if (bytes.size() < sizeof header) {
    return Damaged(fmt::format("{} bytes are less than its header", bytes.size()));
  }
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.magic != kMagic) {
    return Damaged("it begins with other letters");
  }
  if (header.version != kVersion) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      fmt::format("a file of columns of version {}, this program knows {}",
                                  header.version, kVersion));
  }
  if (header.checksum != ChecksumOf(bytes.substr(0, offsetof(Header, checksum)))) {
    return Damaged("the checksum of the header is wrong");
  }
  // Divided, as a product could wrap.
  const std::size_t body = bytes.size() - sizeof header;
  constexpr std::size_t kRowSize = kColumnCount * sizeof(std::int64_t);
  if (body % kRowSize != 0 || body / kRowSize != header.rows) {
    return Damaged(fmt::format("{} bytes follow for {} rows", body, header.rows));
  }
  if (header.span > 1) {
    return Damaged(fmt::format("span {}", header.span));
  }
  return header;
}

base::Result<Series> SeriesOf(const Header& header) {
  const std::string_view padded(header.symbol.data(), header.symbol.size());
  const std::string_view symbol = padded.substr(0, padded.find('\0'));
  if (SymbolProblem(symbol) ||
      padded.find_first_not_of('\0', symbol.size()) != std::string_view::npos) {
    return Damaged("the symbol is none");
  }
  return Series{.symbol = std::string(symbol),
                .span = header.span == 0 ? Span::kDay : Span::kMinute};
}

void SetCell(Bar& bar, std::size_t column, std::int64_t cell) {
  switch (column) {
    case 0:
      bar.at = base::UnixNanos(base::Nanos(cell));
      break;
    case 1:
      bar.open = base::Decimal::FromRaw(cell);
      break;
    case 2:
      bar.high = base::Decimal::FromRaw(cell);
      break;
    case 3:
      bar.low = base::Decimal::FromRaw(cell);
      break;
    case 4:
      bar.close = base::Decimal::FromRaw(cell);
      break;
    case 5:
      bar.volume = OptionalOf(cell);
      break;
    default:
      bar.adjusted_close = OptionalOf(cell);
  }
}

std::string Reason(int number) {
  return std::error_code(number, std::generic_category()).message();
}

base::Result<void> WriteAll(const fs::path& path, std::string_view bytes) {
  constexpr ::mode_t kMode = S_IRUSR | S_IWUSR;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  bool is_written = file >= 0;
  while (is_written && !bytes.empty()) {
    const ::ssize_t count = ::write(file, bytes.data(), bytes.size());
    is_written = count > 0 || (count < 0 && errno == EINTR);
    bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
  }
  is_written = is_written && ::fsync(file) == 0;
  const int number = errno;
  if (file >= 0) {
    ::close(file);
  }
  if (!is_written) {
    return base::Fail(ErrorCode::kUnavailable,
                      path.string() + ": cannot be written: " + Reason(number));
  }
  return {};
}

}  // namespace

std::string FormatColumns(const Series& series, std::span<const Bar> bars) {
  Header header;
  header.span = series.span == Span::kDay ? 0 : 1;
  header.rows = bars.size();
  series.symbol.copy(header.symbol.data(), header.symbol.size() - 1);
  const std::size_t column_size = bars.size() * sizeof(std::int64_t);
  std::string bytes(sizeof header + kColumnCount * column_size, '\0');
  for (std::size_t row = 0; row < bars.size(); ++row) {
    const auto cells = CellsOf(bars[row]);
    for (std::size_t column = 0; column < kColumnCount; ++column) {
      std::memcpy(&bytes[sizeof header + column * column_size + row * sizeof(std::int64_t)],
                  &cells.at(column), sizeof(std::int64_t));
    }
  }
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    header.column_checksums.at(column) = ChecksumOf(
        std::string_view(bytes).substr(sizeof header + column * column_size, column_size));
  }
  header.checksum = ChecksumOf(BytesOf(header).substr(0, offsetof(Header, checksum)));
  std::memcpy(bytes.data(), &header, sizeof header);
  return bytes;
}

base::Result<ColumnFile> ParseColumns(std::string_view bytes) {
  const auto header = ParseHeader(bytes);
  if (!header) {
    return tl::unexpected<base::Error>(header.error());
  }
  auto series = SeriesOf(*header);
  if (!series) {
    return tl::unexpected<base::Error>(series.error());
  }
  ColumnFile file{.series = *std::move(series), .bars = std::vector<Bar>(header->rows)};
  const std::size_t column_size = file.bars.size() * sizeof(std::int64_t);
  for (std::size_t column = 0; column < kColumnCount; ++column) {
    const std::string_view cells = bytes.substr(sizeof(Header) + column * column_size, column_size);
    if (ChecksumOf(cells) != header->column_checksums.at(column)) {
      return Damaged(fmt::format("the checksum of column {} is wrong", column));
    }
    for (std::size_t row = 0; row < file.bars.size(); ++row) {
      std::int64_t cell = 0;
      std::memcpy(&cell, cells.data() + row * sizeof cell, sizeof cell);
      SetCell(file.bars[row], column, cell);
    }
  }
  for (std::size_t row = 1; row < file.bars.size(); ++row) {
    if (file.bars[row].at <= file.bars[row - 1].at) {
      return Damaged(fmt::format("row {} is not later than the one before", row));
    }
  }
  return file;
}

base::Result<void> WriteColumns(const fs::path& path, const Series& series,
                                std::span<const Bar> bars) {
  std::error_code failure;
  fs::create_directories(path.parent_path(), failure);
  fs::path scratch = path;
  scratch += ".part";
  if (auto written = WriteAll(scratch, FormatColumns(series, bars)); !written) {
    return written;
  }
  fs::rename(scratch, path, failure);
  if (failure) {
    return base::Fail(ErrorCode::kUnavailable, path.string() + ": " + failure.message());
  }
  return {};
}

base::Result<ColumnFile> ReadColumns(const fs::path& path) {
  std::error_code failure;
  const auto size = fs::file_size(path, failure);
  if (failure) {
    return base::Fail(failure == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound
                                                                      : ErrorCode::kUnavailable,
                      path.string() + ": " + failure.message());
  }
  if (size > kColumnFileMax) {
    return base::Fail(ErrorCode::kCorrupt, fmt::format("{}: {} bytes are more than {}",
                                                       path.string(), size, kColumnFileMax));
  }
  std::string bytes(size, '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!in) {
    return base::Fail(ErrorCode::kUnavailable, path.string() + ": cannot be read");
  }
  auto file = ParseColumns(bytes);
  return file ? std::move(file)
              : base::Result<ColumnFile>(base::FailWith(path.string(), file.error()));
}

std::string ColumnFileName(const Series& series) {
  std::string name = std::string(NameOf(series.span)) + "/";
  for (const char letter : series.symbol) {
    if (letter == '/' || letter == '^') {
      name += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    } else {
      name += letter;
    }
  }
  return name + ".bars";
}

}  // namespace bulwark::store
