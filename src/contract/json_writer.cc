#include "contract/json_writer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/number_format.h"

namespace bulwark::contract {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr char32_t kReplacement = 0xfffd;

void AppendEscape(std::string& out, char32_t unit) {
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) {
    out += kHex[(unit >> static_cast<unsigned>(shift)) & 0xfU];
  }
}

// How many bytes follow this first byte; empty when it cannot start a character.
std::optional<std::size_t> Followers(unsigned char first) {
  if (first >= 0xc2 && first <= 0xdf) {
    return 1;
  }
  if (first >= 0xe0 && first <= 0xef) {
    return 2;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return 3;
  }
  return std::nullopt;
}

bool IsScalar(char32_t point, std::size_t followers) {
  constexpr std::array<char32_t, 4> kSmallest = {0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = point >= 0xd800 && point <= 0xdfff;
  return point >= kSmallest.at(followers) && point <= 0x10ffff && !is_surrogate;
}

// Takes one non-ASCII character from the front; one bad byte counts as one U+FFFD.
char32_t TakeCharacter(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::optional<std::size_t> followers = Followers(first);
  if (!followers || text.size() <= *followers) {
    text.remove_prefix(1);
    return kReplacement;
  }
  char32_t point = first & (0x3fU >> *followers);
  for (std::size_t at = 1; at <= *followers; ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if ((byte & 0xc0U) != 0x80U) {
      text.remove_prefix(1);
      return kReplacement;
    }
    point = (point << 6U) | (byte & 0x3fU);
  }
  if (!IsScalar(point, *followers)) {
    text.remove_prefix(1);
    return kReplacement;
  }
  text.remove_prefix(*followers + 1);
  return point;
}

void AppendUtf8(std::string& out, char32_t point) {
  if (point < 0x800) {
    out += static_cast<char>(0xc0U | (point >> 6U));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xe0U | (point >> 12U));
    out += static_cast<char>(0x80U | ((point >> 6U) & 0x3fU));
  } else {
    out += static_cast<char>(0xf0U | (point >> 18U));
    out += static_cast<char>(0x80U | ((point >> 12U) & 0x3fU));
    out += static_cast<char>(0x80U | ((point >> 6U) & 0x3fU));
  }
  out += static_cast<char>(0x80U | (point & 0x3fU));
}

void AppendCharacter(std::string& out, char32_t point, Spelling spelling) {
  if (spelling == Spelling::kCompact) {
    AppendUtf8(out, point);
  } else if (point < 0x10000) {
    AppendEscape(out, point);
  } else {
    AppendEscape(out, 0xd800 + ((point - 0x10000) >> 10U));
    AppendEscape(out, 0xdc00 + ((point - 0x10000) & 0x3ffU));
  }
}

// How many bytes at the front stand for themselves: nearly always all of them.
std::size_t PlainBytes(std::string_view text) {
  // Eight at a time: in each byte the high bit tells of one that does not.
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  const auto has_zero = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  std::size_t plain = 0;
  for (std::uint64_t word = 0; text.size() - plain >= sizeof word; plain += sizeof word) {
    std::memcpy(&word, text.data() + plain, sizeof word);
    const std::uint64_t controls = (word - kOnes * 0x20U) & ~word & kHighs;
    if ((controls | (word & kHighs) | has_zero(word ^ (kOnes * '"')) |
         has_zero(word ^ (kOnes * '\\'))) != 0) {
      break;
    }
  }
  text.remove_prefix(plain);
  const auto* const end = std::find_if(text.begin(), text.end(), [](char c) {
    return static_cast<signed char>(c) < 0x20 || c == '"' ||
           c == '\\';  // Bytes beyond ASCII are negative.
  });
  return plain + static_cast<std::size_t>(end - text.begin());
}

void AppendAscii(std::string& out, char c) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
    out += '\\';
    out += kLetters[at];
  } else if (static_cast<unsigned char>(c) < 0x20) {
    AppendEscape(out, static_cast<unsigned char>(c));
  } else {
    out += c;
  }
}

}  // namespace

void AppendQuoted(std::string& out, std::string_view text, Spelling spelling) {
  out += '"';
  for (;;) {
    const std::size_t plain = PlainBytes(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) {
      break;
    }
    const char c = text.front();
    if (static_cast<unsigned char>(c) < 0x80) {
      AppendAscii(out, c);
      text.remove_prefix(1);
    } else {
      AppendCharacter(out, TakeCharacter(text), spelling);
    }
  }
  out += '"';
}

void JsonWriter::Separate() {
  if (needs_separator_) {
    out_ += spelling_ == Spelling::kSpaced ? ", " : ",";
  }
  needs_separator_ = true;
}

void JsonWriter::Quoted(std::string_view text) {
  AppendQuoted(out_, text, spelling_);
}

void JsonWriter::Name(std::string_view name) {
  Separate();
  Quoted(name);
  out_ += spelling_ == Spelling::kSpaced ? ": " : ":";
}

void JsonWriter::BeginObject() {
  Separate();
  out_ += '{';
  needs_separator_ = false;
}

void JsonWriter::BeginObject(std::string_view name) {
  Name(name);
  out_ += '{';
  needs_separator_ = false;
}

void JsonWriter::EndObject() {
  out_ += '}';
  needs_separator_ = true;
}

void JsonWriter::BeginArray() {
  Separate();
  out_ += '[';
  needs_separator_ = false;
}

void JsonWriter::BeginArray(std::string_view name) {
  Name(name);
  out_ += '[';
  needs_separator_ = false;
}

void JsonWriter::EndArray() {
  out_ += ']';
  needs_separator_ = true;
}

void JsonWriter::Text(std::string_view name, std::string_view value) {
  Name(name);
  Quoted(value);
}

void JsonWriter::TextOrNull(std::string_view name, std::string_view value) {
  value.empty() ? Null(name) : Text(name, value);
}

void JsonWriter::Id(std::string_view name, const base::Uuid& value) {
  if (value.is_nil()) {
    Null(name);
    return;
  }
  std::array<char, base::Uuid::kTextSize> text{};
  value.Format(text.data());
  Text(name, {text.data(), text.size()});
}

void JsonWriter::Number(std::string_view name, base::Decimal value) {
  Name(name);
  spelling_ == Spelling::kSpaced ? AppendPythonFloat(out_, value) : AppendFloat(out_, value);
}

void JsonWriter::NumberOrNull(std::string_view name, const std::optional<base::Decimal>& value) {
  value ? Number(name, *value) : Null(name);
}

void JsonWriter::Real(std::string_view name, double value) {
  Name(name);
  spelling_ == Spelling::kSpaced ? AppendPythonFloat(out_, value) : AppendFloat(out_, value);
}

void JsonWriter::Integer(std::string_view name, std::int64_t value) {
  Name(name);
  AppendInteger(out_, value);
}

void JsonWriter::Flag(std::string_view name, bool value) {
  Name(name);
  out_ += value ? "true" : "false";
}

void JsonWriter::Null(std::string_view name) {
  Name(name);
  out_ += "null";
}

void JsonWriter::Time(std::string_view name, base::UnixNanos value, base::IsoSuffix suffix) {
  Name(name);
  out_ += '"';
  AppendTime(out_, value, suffix);
  out_ += '"';
}

void JsonWriter::TextElement(std::string_view value) {
  Separate();
  Quoted(value);
}

}  // namespace bulwark::contract
