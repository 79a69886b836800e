// One HTTP request and one HTTP response as plain values, and the parsing of a request target.
//
// Shape:   path and query are percent-decoded UTF-8 text; header names are lower case; the body is
//          bytes.
// Errors:  ParseTarget() fails with kInvalidArgument for anything that is not an absolute path of
//          valid UTF-8 without control characters. Nothing else here can fail.
// Threads: values.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace bulwark::net {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Target {
  std::string path;  // Begins with '/'. Dots are not resolved: whoever maps paths to files decides.
  Fields query = {};

  bool operator==(const Target&) const = default;
};

base::Result<Target> ParseTarget(std::string_view text);
[[nodiscard]] bool IsUtf8(std::string_view text);

struct Request {
  std::string method;  // "GET", as sent.
  Target target;
  Fields headers = {};
  std::string body = {};

  // The first value of a header, empty when it is missing. `name` is lower case.
  [[nodiscard]] std::string_view Header(std::string_view name) const;
  // The first value of a query parameter.
  [[nodiscard]] std::optional<std::string_view> Query(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  Fields headers =
      {};  // Beside Content-Type, Content-Length and the security headers of the server.
};

// {"error":"<message>"} with the characters that JSON forbids escaped.
Response ErrorResponse(int status, std::string_view message);

}  // namespace bulwark::net
