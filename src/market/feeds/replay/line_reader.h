// Reads a text file line by line, plain or zstd-compressed, with bounded memory.
//
// Shape:   a file is taken as zstd when its name ends in .zst or its first bytes say so. Lines end
//          in \n or \r\n, the last one may lack it; a byte order mark at the start is dropped. A
//          line longer than kLineMax is reported as too long, without its text, and reading goes on
//          after it.
// Units:   lines count from 1, as editors do.
// Errors:  Open() and Rewind(): kNotFound for a missing file, kUnavailable for one that cannot be
//          read. Next(): kCorrupt for a damaged or truncated zstd stream, after all lines before
//          the damage. Every message names the file, and Next() the line.
// Threads: one thread. Reading allocates only while a line grows beyond all lines before it.
// Owner:   the reader owns the file; a line's text lives until the next call.

#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <zstd.h>

#include "base/result.h"

namespace bulwark::market {

struct Line {
  std::string_view text;
  std::uint64_t number = 0;
  bool is_too_long = false;
};

class LineReader {
 public:
  static constexpr std::size_t kLineMax = std::size_t{1} << 20;

  static base::Result<LineReader> Open(const std::string& path);

  // The next line; empty at the end of the file.
  base::Result<std::optional<Line>> Next();

  // Opens the file anew and starts at its first line.
  base::Result<bool> Rewind();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct FileCloser {
    void operator()(std::FILE* file) const { static_cast<void>(std::fclose(file)); }
  };
  struct StreamFreer {
    void operator()(ZSTD_DStream* stream) const { static_cast<void>(ZSTD_freeDStream(stream)); }
  };

  explicit LineReader(std::string path);

  base::Result<bool> Refill();
  base::Result<bool> RefillPlain();
  base::Result<bool> RefillZstd();
  // More compressed bytes; false at the end of the file.
  base::Result<bool> ReadPacked();
  base::Result<bool> Decompress();
  base::Result<std::size_t> Read(std::vector<char>& into);
  // The rest of the current line if its end is in the buffer; else moves what there is to carry_.
  std::optional<std::string_view> TakeLine();
  void Append(std::string_view piece);
  Line Finish(std::string_view text);

  std::string path_;
  std::unique_ptr<std::FILE, FileCloser> file_;
  std::unique_ptr<ZSTD_DStream, StreamFreer> zstd_;  // Empty for a plain file.
  std::vector<char> packed_;  // Compressed bytes; [packed_at_, packed_end_) left.
  std::size_t packed_at_ = 0;
  std::size_t packed_end_ = 0;
  bool is_frame_open_ = false;    // Inside a zstd frame: an end of file here is a truncation.
  bool was_output_full_ = false;  // The decoder may hold more without new input.
  std::vector<char> text_;        // Text; [at_, end_) left.
  std::size_t at_ = 0;
  std::size_t end_ = 0;
  std::string carry_;  // A line that spans refills.
  bool is_too_long_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace bulwark::market
