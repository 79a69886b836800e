// Calls a web server: GET, and POST of a small body, over libcurl.
//
// Shape:   one call at a time, answered whole. TLS is always verified; plain http goes to this
//          machine only, as a key in clear would be anybody's. Redirects are not followed: a key
//          must not travel on. The body is decoded (gzip, deflate) and limited after decoding.
// Errors:  kUnavailable: no connection, no or half an answer in time, stopped; asking again may
//          help. kCorrupt: too large, or an encoding that cannot be read. kInvalidArgument: a URL
//          that is none, http to another machine, a certificate that cannot be verified. A status
//          such as 404 is an answer. Messages show the URL without query and password.
// Threads: one thread per client; Call() blocks up to the timeout.
// Source:  docs/data.md#calls

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "net/message.h"

namespace bulwark::net {

struct HttpCall {
  std::string url;
  Fields headers = {};
  std::optional<std::string> body = {};  // With one it is a POST.
};

struct HttpReply {
  int status = 0;
  Fields headers = {};  // Names in lower case.
  std::string body = {};

  // The first value, empty when there is none. `name` is lower case.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
};

// Who can call: the client, or a test's stand-in.
class HttpCaller {
 public:
  HttpCaller() = default;
  virtual ~HttpCaller() = default;
  HttpCaller(const HttpCaller&) = delete;
  HttpCaller& operator=(const HttpCaller&) = delete;
  HttpCaller(HttpCaller&&) = delete;
  HttpCaller& operator=(HttpCaller&&) = delete;

  virtual base::Result<HttpReply> Call(const HttpCall& call) = 0;
};

struct HttpClientOptions {
  std::string user_agent = "bulwark";
  base::Nanos connect_timeout = std::chrono::seconds{10};
  base::Nanos timeout = std::chrono::seconds{60};
  // A body that comes slower than 1 KB/s for so long is given up.
  base::Nanos slow_timeout = std::chrono::seconds{20};
  std::size_t body_bytes_max = std::size_t{64} << 20;
  std::size_t header_bytes_max = std::size_t{64} << 10;
  std::string ca_file = {};               // Empty: the system's authorities.
  std::function<bool()> is_stopped = {};  // Asked about once a second.
};

class HttpClient final : public HttpCaller {
 public:
  static base::Result<std::unique_ptr<HttpClient>> Create(HttpClientOptions options);
  ~HttpClient() override;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  HttpClient(HttpClient&&) = delete;
  HttpClient& operator=(HttpClient&&) = delete;

  base::Result<HttpReply> Call(const HttpCall& call) override;

 private:
  class Impl;
  explicit HttpClient(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// Without user, password, query and fragment: "https://host/path?..." when there was a query.
std::string ShownUrl(std::string_view url);
// As a part of a query: all but letters, digits and - . _ ~ as %XX.
std::string UrlEncoded(std::string_view text);

}  // namespace bulwark::net
