// One answer of a Redis server, as a value.
//
// Shape:   `kind` says which of the other members hold something: `text` for status, error and bulk
//          string, `integer` for integers, `elements` for arrays. A nil bulk and a nil array are
//          kNil.
// Errors:  an error answer is still a Reply (kError); AsError() translates it, see its comment.
// Threads: a value.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace bulwark::redis {

// NOLINTBEGIN(misc-no-recursion): a reply holds replies, as the protocol has it; the reader limits
// the depth.
struct Reply {
  enum class Kind : std::uint8_t { kNil, kStatus, kError, kInteger, kBulk, kArray };

  Kind kind = Kind::kNil;
  std::int64_t integer = 0;
  std::string text;
  std::vector<Reply> elements;

  [[nodiscard]] bool is_nil() const { return kind == Kind::kNil; }
  [[nodiscard]] bool is_error() const { return kind == Kind::kError; }
  [[nodiscard]] bool is_ok() const { return kind == Kind::kStatus && text == "OK"; }

  // The text of a bulk string or status; empty for every other kind.
  [[nodiscard]] std::optional<std::string_view> AsText() const;
  [[nodiscard]] std::optional<std::int64_t> AsInteger() const;

  // The same answer, compared deeply.
  bool operator==(const Reply& other) const = default;
};
// NOLINTEND(misc-no-recursion)

// Translates the first word of a server's error ("OOM", "READONLY", ...) into our codes:
// kUnavailable for states that pass (LOADING, BUSY, OOM, READONLY, MISCONF, TRYAGAIN, CLUSTERDOWN,
// MASTERDOWN, NOREPLICAS), kCorrupt for WRONGTYPE, kNotFound for NOSCRIPT, kConflict for EXECABORT
// and BUSYKEY/BUSYGROUP, kInvalidArgument for all else (NOPERM, NOAUTH, WRONGPASS, ERR ...).
base::Error ToError(std::string_view server_error);

// The first error in the reply or in its elements, translated; empty when there is none.
std::optional<base::Error> FirstError(const Reply& reply);

}  // namespace bulwark::redis
