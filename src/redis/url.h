// Where a Redis server is and who we are to it.
//
// Shape:   redis://[user:password@]host[:port][/db], rediss://... (TLS), or
//          unix:///path/to.sock[?db=N&user=..&password=..]. User, password and path may use %XX.
//          The query of rediss:// may name a CA file: ?ca=/etc/my-ca.pem. A password without user
//          (redis://:secret@host) belongs to `default`.
// Errors:  ParseUrl() fails with kInvalidArgument; its message never repeats the text, which may
//          hold a password.
// Threads: a value.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"

namespace bulwark::redis {

struct Url {
  enum class Scheme : std::uint8_t { kTcp, kTls, kUnix };

  Scheme scheme = Scheme::kTcp;
  std::string host;  // For kTcp and kTls; without the brackets of an IPv6 address.
  std::uint16_t port = 6379;
  std::string socket_path;  // For kUnix.
  int db = 0;
  std::string user;  // Empty means `default`.
  base::Secret password;
  std::string ca_file;  // For kTls; empty means the system's.

  // The same as text, with *** for the password.
  [[nodiscard]] std::string Masked() const;
  // The same as text, password included: for a file or a process of the same owner only.
  [[nodiscard]] base::Secret Full() const;
};

base::Result<Url> ParseUrl(std::string_view text);

}  // namespace bulwark::redis
