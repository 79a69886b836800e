#include "net/origin.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace bulwark::net {
namespace {

std::string Lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// "trade.example:8443" of "https://trade.example:8443"; empty when it is no origin.
std::string_view HostOf(std::string_view origin) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) {
      return origin.substr(scheme.size());
    }
  }
  return {};
}

std::string_view WithoutPort(std::string_view host) {
  if (host.starts_with('[')) {
    return host.substr(0, host.find(']') + 1);
  }
  return host.substr(0, host.find(':'));
}

bool IsDottedLoopback(std::string_view name) {
  constexpr std::size_t kDots = 3;
  return name.starts_with("127.") &&
         name.find_first_not_of("0123456789.") == std::string_view::npos &&
         std::count(name.begin(), name.end(), '.') == kDots;
}

}  // namespace

bool IsLoopbackHost(std::string_view host) {
  const std::string name = Lower(WithoutPort(host));
  return name == "localhost" || name == "[::1]" || IsDottedLoopback(name);
}

bool IsAllowedHost(const OriginPolicy& policy, std::string_view host) {
  if (!policy.is_loopback_only || IsLoopbackHost(host)) {
    return true;
  }
  return std::any_of(policy.origins.begin(), policy.origins.end(), [host](const auto& origin) {
    return !host.empty() && Lower(HostOf(origin)) == Lower(host);
  });
}

bool IsAllowedOrigin(const OriginPolicy& policy, std::string_view origin, std::string_view host) {
  if (origin.empty()) {
    return true;
  }
  const std::string lower = Lower(origin);
  const bool is_configured =
      std::any_of(policy.origins.begin(), policy.origins.end(),
                  [&lower](const auto& allowed) { return Lower(allowed) == lower; });
  return is_configured || (!host.empty() && HostOf(lower) == Lower(host));
}

}  // namespace bulwark::net
