#include "net/router.h"

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/log.h"
#include "net/message.h"

namespace bulwark::net {

void Router::Add(std::string_view method, std::string_view path, Handler handler) {
  paths_[std::string(path)].insert_or_assign(std::string(method), std::move(handler));
}

void Router::SetFallback(Handler handler) {
  fallback_ = std::move(handler);
}

Response Router::Route(const Request& request) const {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const auto path = paths_.find(request.target.path);
  if (path == paths_.end()) {
    return fallback_ && method == "GET" ? fallback_(request) : ErrorResponse(404, "not found");
  }
  if (const auto handler = path->second.find(method); handler != path->second.end()) {
    return handler->second(request);
  }
  std::string allow;
  for (const auto& [name, handler] : path->second) {
    allow += (allow.empty() ? "" : ", ") + name;
  }
  Response response = ErrorResponse(405, "this path does not take " + request.method);
  response.headers.emplace_back("Allow", allow);
  return response;
}

Response Router::Handle(const Request& request) const {
  try {
    return Route(request);
  } catch (const std::exception& error) {
    base::LogError("handler_threw").With("path", request.target.path).With("reason", error.what());
    return ErrorResponse(500, "internal error");
  }
}

}  // namespace bulwark::net
