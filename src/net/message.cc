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

// The byte of "%41" at the start of the text.
std::optional<char> DecodeEscape(std::string_view text) {
  const auto high = text.size() < 3 ? std::nullopt : HexDigit(text[1]);
  const auto low = text.size() < 3 ? std::nullopt : HexDigit(text[2]);
  if (!high || !low) {
    return std::nullopt;
  }
  return static_cast<char>(*high * 16 + *low);
}

bool IsPlainText(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(),
                                      [](char c) { return Byte(c) < 0x20 || Byte(c) == 0x7F; });
}

// In a query a plus means a blank (the form encoding); in a path it means itself.
std::optional<std::string> Decode(std::string_view text, bool is_query) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out.push_back(is_query && text.front() == '+' ? ' ' : text.front());
      text.remove_prefix(1);
      continue;
    }
    const auto byte = DecodeEscape(text);
    if (!byte) {
      return std::nullopt;
    }
    out.push_back(*byte);
    text.remove_prefix(3);
  }
  return IsPlainText(out) ? std::optional(std::move(out)) : std::nullopt;
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

// The length of the character at the start of the text; 0 when there is none.
std::size_t CharacterSize(std::string_view text) {
  const auto [length, least] = SequenceShape(Byte(text.front()));
  if (length <= 1 || length > text.size()) {
    return length <= 1 ? length : 0;
  }
  unsigned code = Byte(text.front()) & (0xFFU >> (length + 1));
  for (const char c : text.substr(1, length - 1)) {
    if ((Byte(c) & 0xC0U) != 0x80) {
      return 0;
    }
    code = code << 6U | (Byte(c) & 0x3FU);
  }
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least || code > 0x10FFFF || is_surrogate ? 0 : length;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = CharacterSize(text);
    if (size == 0) {
      return false;
    }
    text.remove_prefix(size);
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
