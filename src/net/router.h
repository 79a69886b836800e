// Finds the handler of a request by its method and exact path.
//
// Shape:   filled once at start, then only read. HEAD is answered by the GET handler. A path that
//          nobody serves goes to the fallback, if there is one (static files).
// Errors:  no handler: 404. Handler for another method only: 405 with Allow. A handler that throws:
//          500; the text of the exception goes to the log, not to the client.
// Threads: Add() before the server starts; Handle() from any thread, as the handlers allow.

#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "net/message.h"

namespace bulwark::net {

using Handler = std::function<Response(const Request&)>;

class Router {
 public:
  void Add(std::string_view method, std::string_view path, Handler handler);
  // Serves GET and HEAD of every path that has no handler of any method.
  void SetFallback(Handler handler);

  [[nodiscard]] Response Handle(const Request& request) const;

 private:
  [[nodiscard]] Response Route(const Request& request) const;

  std::map<std::string, std::map<std::string, Handler>, std::less<>> paths_;  // path -> method
  Handler fallback_;
};

}  // namespace bulwark::net
