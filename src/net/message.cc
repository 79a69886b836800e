#include "net/message.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/result.h"

namespace bulwark::net {
namespace {

unsigned Byte(char c) {
  return static_cast<unsigned char>(c);
}

std::optional<unsigned> HexDigit(char c) {
  if (c >= '0' && c <= '9') {
    return Byte(c) - Byte('0');
  }
  if (c >= 'a' && c <= 'f') {
    return Byte(c) - Byte('a') + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return Byte(c) - Byte('A') + 10;
  }
  return std::nullopt;
}

// In a query a plus means a blank (the form encoding); in a path it means itself.
std::optional<std::string> Decode(std::string_view text, bool is_query) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const auto high = i + 2 < text.size() ? HexDigit(text[i + 1]) : std::nullopt;
      const auto low = high ? HexDigit(text[i + 2]) : std::nullopt;
      if (!low) {
        return std::nullopt;
      }
      out.push_back(static_cast<char>(*high * 16 + *low));
      i += 2;
    } else {
      out.push_back(is_query && text[i] == '+' ? ' ' : text[i]);
    }
  }
  const bool has_control =
      std::any_of(out.begin(), out.end(), [](char c) { return Byte(c) < 0x20 || Byte(c) == 0x7F; });
  if (has_control || !IsUtf8(out)) {
    return std::nullopt;
  }
  return out;
}

tl::unexpected<base::Error> BadTarget(std::string_view what) {
  return base::Fail(base::ErrorCode::kInvalidArgument, std::string(what));
}

// The length of the sequence that begins with `lead`, and the least code point it may carry.
std::pair<std::size_t, unsigned> SequenceShape(unsigned lead) {
  if (lead < 0x80) {
    return {1, 0};
  }
  if (lead >= 0xC2 && lead < 0xE0) {
    return {2, 0x80};
  }
  if (lead >= 0xE0 && lead < 0xF0) {
    return {3, 0x800};
  }
  if (lead >= 0xF0 && lead < 0xF5) {
    return {4, 0x10000};
  }
  return {0, 0};
}

}  // namespace

bool IsUtf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    const auto [length, least] = SequenceShape(Byte(text[i]));
    if (length == 0 || length > text.size() - i) {
      return false;
    }
    unsigned code = length == 1 ? Byte(text[i]) : Byte(text[i]) & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
      if ((Byte(text[i + k]) & 0xC0U) != 0x80) {
        return false;
      }
      code = code << 6U | (Byte(text[i + k]) & 0x3FU);
    }
    if (code < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
      return false;
    }
    i += length;
  }
  return true;
}

base::Result<Target> ParseTarget(std::string_view text) {
  if (text.empty() || text.front() != '/') {
    return BadTarget("the request target is not an absolute path");
  }
  text = text.substr(0, text.find('#'));
  const std::size_t mark = text.find('?');
  auto path = Decode(text.substr(0, mark), false);
  if (!path) {
    return BadTarget("the path is not percent-encoded UTF-8 text");
  }
  Target target{.path = std::move(*path), .query = {}};
  std::string_view rest = mark == std::string_view::npos ? "" : text.substr(mark + 1);
  while (!rest.empty()) {
    const std::string_view pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = Decode(pair.substr(0, equals), true);
    auto value = Decode(pair.substr(std::min(pair.size(), equals + 1)), true);
    if (!name || !value) {
      return BadTarget("the query is not percent-encoded UTF-8 text");
    }
    if (!pair.empty()) {
      target.query.emplace_back(std::move(*name), std::move(*value));
    }
  }
  return target;
}

std::string_view Request::Header(std::string_view name) const {
  const auto it = std::find_if(headers.begin(), headers.end(),
                               [name](const auto& field) { return field.first == name; });
  return it == headers.end() ? std::string_view{} : std::string_view(it->second);
}

std::optional<std::string_view> Request::Query(std::string_view name) const {
  const auto it = std::find_if(target.query.begin(), target.query.end(),
                               [name](const auto& field) { return field.first == name; });
  if (it == target.query.end()) {
    return std::nullopt;
  }
  return it->second;
}

Response ErrorResponse(int status, std::string_view message) {
  std::string text;
  for (const char c : message) {
    if (c == '"' || c == '\\') {
      text.push_back('\\');
    }
    if (Byte(c) < 0x20) {
      text += fmt::format("\\u{:04x}", Byte(c));
    } else {
      text.push_back(c);
    }
  }
  return {.status = status,
          .content_type = "application/json",
          .body = fmt::format(R"({{"error":"{}"}})", IsUtf8(text) ? text : "not UTF-8"),
          .headers = {}};
}

}  // namespace bulwark::net
