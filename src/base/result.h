// The outcome of an operation that the outside world can make fail.
//
// Shape:   either a T or an Error; never both, never neither.
// Errors:  carried, not thrown. The compiler warns when a Result is dropped.
// Threads: a value; share it like an int.

#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace bulwark::base {

enum class ErrorCode : std::uint8_t {
  kInvalidArgument,  // The caller's input is wrong; a retry cannot help.
  kNotFound,         // What was asked for does not exist.
  kUnavailable,      // A peer did not answer; a retry may help.
  kCorrupt,          // Stored or received bytes break their contract.
  kConflict,         // Somebody else holds what was asked for (a lock, an epoch, a port).
};

struct Error {
  ErrorCode code;
  std::string message;  // For people. Lower case, no final stop, names the value that was wrong.
};

template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

inline tl::unexpected<Error> Fail(ErrorCode code, std::string message) {
  return tl::unexpected<Error>(Error{code, std::move(message)});
}

// Passes an error on, with the caller's context in front of its message.
inline tl::unexpected<Error> FailWith(const std::string& context, const Error& cause) {
  return tl::unexpected<Error>(Error{cause.code, context + ": " + cause.message});
}

}  // namespace bulwark::base
