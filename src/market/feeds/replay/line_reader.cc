#include "market/feeds/replay/line_reader.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <zstd.h>

#include "base/result.h"

namespace bulwark::market {
namespace {

constexpr std::size_t kBufferSize = std::size_t{128} << 10;
constexpr int kWindowLogMax = 27;  // 128 MiB: what `zstd --long` writes.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kZstdMagic = "\x28\xB5\x2F\xFD";

std::string Reason(int error) {
  return std::generic_category().message(error);
}

}  // namespace

LineReader::LineReader(std::string path)
    : path_(std::move(path)), packed_(kBufferSize), text_(kBufferSize) {}

base::Result<LineReader> LineReader::Open(const std::string& path) {
  LineReader reader(path);
  const base::Result<bool> opened = reader.Rewind();
  if (!opened) {
    return tl::unexpected(opened.error());
  }
  return reader;
}

base::Result<bool> LineReader::Rewind() {
  file_.reset(std::fopen(path_.c_str(), "rb"));
  if (!file_) {
    const int error = errno;
    return base::Fail(error == ENOENT ? base::ErrorCode::kNotFound : base::ErrorCode::kUnavailable,
                      path_ + ": cannot open: " + Reason(error));
  }
  std::array<char, 4> start{};
  const std::size_t got = std::fread(start.data(), 1, start.size(), file_.get());
  if (std::fseek(file_.get(), 0, SEEK_SET) != 0) {
    return base::Fail(base::ErrorCode::kUnavailable, path_ + ": cannot seek: " + Reason(errno));
  }
  zstd_.reset();
  if (path_.ends_with(".zst") || std::string_view(start.data(), got) == kZstdMagic) {
    zstd_.reset(ZSTD_createDStream());
    if (!zstd_ || ZSTD_isError(ZSTD_DCtx_setParameter(zstd_.get(), ZSTD_d_windowLogMax,
                                                      kWindowLogMax)) != 0U) {
      return base::Fail(base::ErrorCode::kUnavailable, path_ + ": cannot start zstd");
    }
  }
  packed_at_ = packed_end_ = at_ = end_ = 0;
  is_frame_open_ = was_output_full_ = false;
  number_ = 0;
  return true;
}

base::Result<std::optional<Line>> LineReader::Next() {
  carry_.clear();
  is_too_long_ = false;
  for (;;) {
    const base::Result<bool> has_text = at_ != end_ ? base::Result<bool>(true) : Refill();
    if (!has_text) {
      return tl::unexpected(has_text.error());
    }
    if (!*has_text) {
      return carry_.empty() && !is_too_long_ ? std::nullopt : std::optional(Finish(carry_));
    }
    if (const std::optional<std::string_view> text = TakeLine()) {
      return Finish(*text);
    }
  }
}

std::optional<std::string_view> LineReader::TakeLine() {
  const std::string_view rest(&text_[at_], end_ - at_);
  const std::size_t length = rest.find('\n');
  if (length == std::string_view::npos) {
    Append(rest);
    at_ = end_;
    return std::nullopt;
  }
  at_ += length + 1;
  if (carry_.empty() && !is_too_long_) {
    return rest.substr(0, length);
  }
  Append(rest.substr(0, length));
  return carry_;
}

void LineReader::Append(std::string_view piece) {
  if (is_too_long_ || carry_.size() + piece.size() > kLineMax) {
    is_too_long_ = true;
    carry_.clear();
    return;
  }
  carry_ += piece;
}

Line LineReader::Finish(std::string_view text) {
  ++number_;
  if (number_ == 1 && text.starts_with(kByteOrderMark)) {
    text.remove_prefix(kByteOrderMark.size());
  }
  if (text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  return {.text = text, .number = number_, .is_too_long = is_too_long_};
}

base::Result<bool> LineReader::Refill() {
  at_ = 0;
  end_ = 0;
  return zstd_ ? RefillZstd() : RefillPlain();
}

base::Result<bool> LineReader::RefillPlain() {
  const base::Result<std::size_t> got = Read(text_);
  if (!got) {
    return tl::unexpected(got.error());
  }
  end_ = *got;
  return end_ > 0;
}

base::Result<bool> LineReader::RefillZstd() {
  while (end_ == 0) {
    const bool needs_input = packed_at_ == packed_end_ && !was_output_full_;
    base::Result<bool> went_on = needs_input ? ReadPacked() : base::Result<bool>(true);
    if (went_on && *went_on) {
      went_on = Decompress();
    }
    if (!went_on || !*went_on) {
      return went_on;
    }
  }
  return true;
}

base::Result<bool> LineReader::ReadPacked() {
  const base::Result<std::size_t> got = Read(packed_);
  if (!got) {
    return tl::unexpected(got.error());
  }
  packed_at_ = 0;
  packed_end_ = *got;
  if (packed_end_ == 0 && is_frame_open_) {
    return base::Fail(
        base::ErrorCode::kCorrupt,
        path_ + ": the zstd stream is truncated after line " + std::to_string(number_));
  }
  return packed_end_ > 0;
}

base::Result<bool> LineReader::Decompress() {
  ZSTD_inBuffer in{.src = packed_.data(), .size = packed_end_, .pos = packed_at_};
  ZSTD_outBuffer out{.dst = text_.data(), .size = text_.size(), .pos = 0};
  const std::size_t state = ZSTD_decompressStream(zstd_.get(), &out, &in);
  if (ZSTD_isError(state) != 0U) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      path_ + ": the zstd stream is damaged after line " + std::to_string(number_) +
                          ": " + ZSTD_getErrorName(state));
  }
  is_frame_open_ = state != 0;
  was_output_full_ = out.pos == out.size;
  packed_at_ = in.pos;
  end_ = out.pos;
  return true;
}

base::Result<std::size_t> LineReader::Read(std::vector<char>& into) {
  const std::size_t got = std::fread(into.data(), 1, into.size(), file_.get());
  if (got == 0 && std::ferror(file_.get()) != 0) {
    return base::Fail(
        base::ErrorCode::kUnavailable,
        path_ + ": cannot read after line " + std::to_string(number_) + ": " + Reason(errno));
  }
  return got;
}

}  // namespace bulwark::market
