// The operator's commands over HTTP: stop everything, and trade again.
//
// Shape:   POST with a JSON body. Halt: {"confirmation":"HALT","reason":"..."}; resume:
//          {"confirmation":"RESUME"}. Both write SYSTEM:HALT, the key through which anybody may halt; the
//          trader takes it from there. The reason is logged here.
// Errors:  400 for a body that is not the above, 415 for another content type, 503 when Redis does not
//          answer: then the text names the command line that works without it.
// Threads: any; commands are written one after the other, each within the connection's timeouts.
// Source:  contract sections 1.2.1 and 6.9

#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/message.h"
#include "redis/connection.h"
#include "redis/url.h"

namespace bulwark::api {

// Without control characters and blanks around it, at most 200 bytes of whole UTF-8 characters.
std::string CleanReason(std::string_view text);

class Commands {
 public:
  Commands(redis::Url url, redis::ConnectionOptions options);

  net::Response Halt(const net::Request& request);
  net::Response Resume(const net::Request& request);

 private:
  net::Response Write(std::string_view value, const std::string& reason);
  base::Result<void> SetHalt(std::string_view value);

  redis::Url url_;
  redis::ConnectionOptions options_;
  std::mutex mutex_;
  std::unique_ptr<redis::Connection> connection_;  // Guarded by mutex_.
};

}  // namespace bulwark::api
