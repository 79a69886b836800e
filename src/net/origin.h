// Decides whether a browser may talk to this server on behalf of the page it shows.
//
// Shape:   two questions. Is the Host one that the server answers to (stops DNS rebinding)? Is the
//          Origin the same origin, or one of the configured ones (stops foreign pages)?
// Errors:  none: what cannot be understood is not allowed.
// Threads: any; pure functions.
// Source:  contract section 6.9

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bulwark::net {

struct OriginPolicy {
  std::vector<std::string> origins;  // "https://trade.example:8443"; their hosts are allowed hosts.
  bool is_loopback_only = true;      // Host must then be a loopback name or a configured one.
};

// True for "localhost", "127.x.y.z" and "[::1]", with or without a port.
[[nodiscard]] bool IsLoopbackHost(std::string_view host);
[[nodiscard]] bool IsAllowedHost(const OriginPolicy& policy, std::string_view host);

// An empty origin is allowed: only browsers send it, and they always do where it matters.
[[nodiscard]] bool IsAllowedOrigin(const OriginPolicy& policy, std::string_view origin,
                                   std::string_view host);

}  // namespace bulwark::net
