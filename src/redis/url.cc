#include "redis/url.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/result.h"
#include "base/secret.h"

namespace bulwark::redis {
namespace {

constexpr std::size_t kUrlBytesMax = 4096;
constexpr int kDbMax = 1'000'000;

tl::unexpected<base::Error> Bad(const std::string& what) {
  return base::Fail(base::ErrorCode::kInvalidArgument, "redis url: " + what);
}

std::optional<int> HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return c - '0';
  }
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') {
    return lower - 'a' + 10;
  }
  return std::nullopt;
}

std::optional<std::string> Decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const auto high = i + 2 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
    const auto low = i + 2 < text.size() ? HexDigit(text[i + 2]) : std::nullopt;
    if (!high || !low || (*high == 0 && *low == 0)) {
      return std::nullopt;
    }
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

std::string Encode(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

template <class T>
bool ParseNumber(std::string_view text, T max, T& out) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > max) {
    return false;
  }
  out = value;
  return true;
}

base::Result<void> SetParameter(Url& url, std::string_view name, std::string_view raw) {
  const auto value = Decode(raw);
  if (!value) {
    return Bad("parameter '" + std::string(name) + "' has a broken %XX");
  }
  if (name == "db") {
    if (!ParseNumber(*value, kDbMax, url.db)) {
      return Bad("db '" + *value + "' is not a number from 0");
    }
  } else if (name == "user" && url.scheme == Url::Scheme::kUnix) {
    url.user = *value;
  } else if (name == "password" && url.scheme == Url::Scheme::kUnix) {
    url.password = base::Secret(*value);
  } else if (name == "ca" && url.scheme == Url::Scheme::kTls) {
    url.ca_file = *value;
  } else {
    return Bad("parameter '" + std::string(name) + "' is not known here");
  }
  return {};
}

base::Result<void> ParseQuery(Url& url, std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) {
      return Bad("a parameter has no '='");
    }
    if (auto set = SetParameter(url, pair.substr(0, equals), pair.substr(equals + 1)); !set) {
      return set;
    }
  }
  return {};
}

base::Result<void> ParseUserInfo(Url& url, std::string_view info) {
  const std::size_t colon = info.find(':');
  const auto user = Decode(info.substr(0, colon));
  const auto password =
      colon == std::string_view::npos ? std::string() : Decode(info.substr(colon + 1));
  if (!user || !password) {
    return Bad("user or password has a broken %XX");
  }
  if (password->empty()) {
    return Bad("there is a user part but no password in it");
  }
  url.user = *user;
  url.password = base::Secret(*password);
  return {};
}

base::Result<void> ParseHostPort(Url& url, std::string_view text) {
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return Bad("the IPv6 address has no ']'");
    }
    url.host = text.substr(1, close - 1);
    port = text.substr(close + 1);
  } else {
    url.host = text.substr(0, text.find(':'));
    port = text.substr(url.host.size());
  }
  if (url.host.empty()) {
    return Bad("the host is missing");
  }
  if (port.empty()) {
    return {};
  }
  constexpr std::uint16_t kPortMax = std::numeric_limits<std::uint16_t>::max();
  if (port.front() != ':' || !ParseNumber(port.substr(1), kPortMax, url.port) || url.port == 0) {
    return Bad("the port is not a number from 1 to 65535");
  }
  return {};
}

base::Result<Url> ParseNetwork(Url url, std::string_view rest) {
  // The last @ ends the user part: an unescaped @ in a password is common, and harmless.
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    if (auto parsed = ParseUserInfo(url, rest.substr(0, at)); !parsed) {
      return tl::unexpected(parsed.error());
    }
    rest.remove_prefix(at + 1);
  }
  const std::size_t slash = rest.find('/');
  if (auto parsed = ParseHostPort(url, rest.substr(0, slash)); !parsed) {
    return tl::unexpected(parsed.error());
  }
  if (slash != std::string_view::npos && slash + 1 < rest.size() &&
      !ParseNumber(rest.substr(slash + 1), kDbMax, url.db)) {
    return Bad("the database after '/' is not a number from 0");
  }
  return url;
}

}  // namespace

base::Result<Url> ParseUrl(std::string_view text) {
  if (text.size() > kUrlBytesMax) {
    return Bad("longer than " + std::to_string(kUrlBytesMax) + " bytes");
  }
  Url url;
  if (text.starts_with("redis://")) {
    url.scheme = Url::Scheme::kTcp;
  } else if (text.starts_with("rediss://")) {
    url.scheme = Url::Scheme::kTls;
  } else if (text.starts_with("unix://")) {
    url.scheme = Url::Scheme::kUnix;
  } else {
    return Bad("does not start with redis://, rediss:// or unix://");
  }
  std::string_view rest = text.substr(text.find("://") + 3);
  const std::size_t question = rest.rfind('?');
  if (question != std::string_view::npos && rest.find('@', question) == std::string_view::npos) {
    if (auto parsed = ParseQuery(url, rest.substr(question + 1)); !parsed) {
      return tl::unexpected(parsed.error());
    }
    rest = rest.substr(0, question);
  }
  if (url.scheme != Url::Scheme::kUnix) {
    return ParseNetwork(std::move(url), rest);
  }
  const auto path = Decode(rest);
  if (!path || !path->starts_with('/')) {
    return Bad("the socket path is not absolute (three slashes: unix:///path)");
  }
  url.socket_path = *path;
  return url;
}

namespace {

std::string Compose(const Url& url, const std::string& password) {
  if (url.scheme == Url::Scheme::kUnix) {
    std::string text = "unix://" + Encode(url.socket_path) + "?db=" + std::to_string(url.db);
    if (!url.user.empty()) {
      text += "&user=" + Encode(url.user);
    }
    return password.empty() ? text : text + "&password=" + password;
  }
  std::string text = url.scheme == Url::Scheme::kTls ? "rediss://" : "redis://";
  if (!password.empty()) {
    text += Encode(url.user) + ":" + password + "@";
  }
  const bool is_ipv6 = url.host.find(':') != std::string::npos;
  text += is_ipv6 ? "[" + url.host + "]" : url.host;
  text += ":" + std::to_string(url.port) + "/" + std::to_string(url.db);
  return url.ca_file.empty() ? text : text + "?ca=" + Encode(url.ca_file);
}

}  // namespace

std::string Url::Masked() const {
  return Compose(*this, password.empty() ? "" : "***");
}

base::Secret Url::Full() const {
  return base::Secret(Compose(*this, Encode(password.Reveal())));
}

}  // namespace bulwark::redis
