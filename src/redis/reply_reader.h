// Turns the bytes of a Redis server into replies; feeds may cut a reply anywhere.
//
// Shape:   wraps hiredis' reader, but builds our values directly. Memory grows with the bytes that
//          really came, never with the sizes that a header claims.
// Errors:  kCorrupt for bytes that are no RESP2, for nesting deeper than hiredis' own limit (7) and
//          for a reply larger than `reply_bytes_max`. After an error the reader stays failed.
// Threads: one thread at a time.
// Owner:   neither copied nor moved: hiredis keeps pointers into it between feeds.

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "redis/reply.h"

struct redisReader;  // NOLINT(readability-identifier-naming): hiredis names it.

namespace bulwark::redis {

class ReplyReader {
 public:
  explicit ReplyReader(std::size_t reply_bytes_max);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;
  ReplyReader(ReplyReader&&) = delete;
  ReplyReader& operator=(ReplyReader&&) = delete;

  base::Result<void> Feed(std::string_view bytes);

  // True when a whole reply was there: reply() is it, until the next call of Next().
  base::Result<bool> Next();
  [[nodiscard]] Reply& reply() { return root_; }

 private:
  tl::unexpected<base::Error> FailForGood(std::string reason);

  std::size_t reply_bytes_max_;
  std::size_t pending_bytes_ = 0;  // Fed since the last whole reply.
  redisReader* reader_;
  Reply root_;
  std::optional<std::string> failure_;
};

}  // namespace bulwark::redis
