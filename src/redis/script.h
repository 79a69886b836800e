// A Lua script that the server keeps: called by its digest, sent in full only when it is not known.
//
// Errors:  as Connection::Call(); an error raised by the script is kInvalidArgument.
// Threads: immutable after construction; the connection belongs to the caller's thread.

#pragma once

#include <string>

#include "base/result.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::redis {

class Script {
 public:
  explicit Script(std::string source);

  base::Result<Reply> Run(Connection& connection, Args keys, Args args) const;

  // For a caller that puts it into a transaction, where an unknown digest could not be repaired.
  [[nodiscard]] const std::string& source() const { return source_; }
  // SHA-1 of the source, 40 hexadecimal digits, as SCRIPT LOAD would answer.
  [[nodiscard]] const std::string& digest() const { return digest_; }

 private:
  std::string source_;
  std::string digest_;
};

}  // namespace bulwark::redis
