// Reads JSON that others wrote: bounded, tolerant of unknown fields, strict about what it does
// read.
//
// Shape:   a tree that keeps the text of each number, so that decimals stay exact.
// Errors:  kCorrupt for text that is too long, too deep, has too many values, is not JSON, or holds
//          NaN or Infinity; and for a field of the wrong type, naming the field and its value.
// Threads: values. Parsing allocates.
// Source:  contract sections 0.2, 2.1

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::contract {

constexpr std::size_t kJsonTextMax = std::size_t{4} << 20U;
constexpr std::size_t kJsonDepthMax = 16;
constexpr std::size_t kJsonValuesMax = 200'000;

struct JsonValue {
  enum class Kind : std::uint8_t { kNull, kFlag, kNumber, kText, kArray, kObject };

  Kind kind = Kind::kNull;
  bool flag = false;
  std::string text;              // Of a text unescaped, of a number as written.
  std::vector<JsonValue> items;  // Of an array, or the values of an object's members.
  std::vector<std::string>
      names;  // Of the members, beside `items`; the last of equal names counts.

  [[nodiscard]] const JsonValue* Find(std::string_view name) const;
  // For people: what this is, cut to a short length.
  [[nodiscard]] std::string Describe() const;
};

base::Result<JsonValue> ParseJson(std::string_view text);
base::Result<JsonValue> ParseJsonObject(std::string_view text);
base::Result<JsonValue> ParseJsonArray(std::string_view text);

// Reads the fields of one object; the first error is kept and the rest answers defaults, so that a
// decoder reads top to bottom and asks once.
class FieldReader {
 public:
  // `object` must outlive the reader. Requires: it is an object.
  explicit FieldReader(const JsonValue& object) : object_(object) {}

  // A missing or null field answers empty; a required one is an error when it is missing or null.
  std::optional<std::string> Text(std::string_view name);
  std::optional<base::Decimal> Number(std::string_view name);
  std::optional<double> Real(std::string_view name);
  std::optional<std::int64_t> Integer(std::string_view name);
  std::optional<bool> Flag(std::string_view name);
  std::optional<base::UnixNanos> Time(std::string_view name);
  std::string RequiredText(std::string_view name);
  base::Decimal RequiredNumber(std::string_view name);
  base::UnixNanos RequiredTime(std::string_view name);
  // The word of an enumeration through its own reader, `fallback` when missing or null.
  template <class Enum>
  Enum Word(std::string_view name, std::optional<Enum> (*read)(std::string_view), Enum fallback) {
    const std::optional<std::string> text = Text(name);
    if (!text) {
      return fallback;
    }
    const std::optional<Enum> value = read(*text);
    if (!value) {
      Wrong(name, "a known word");
    }
    return value.value_or(fallback);
  }
  // The member if it is of this kind; null when missing or null.
  const JsonValue* Child(std::string_view name, JsonValue::Kind kind);

  // Records an error about a field whose value was read but makes no sense.
  void Wrong(std::string_view name, std::string_view expected);

  [[nodiscard]] bool is_ok() const { return is_ok_; }
  // Requires: !is_ok().
  [[nodiscard]] const base::Error& error() const { return error_; }
  [[nodiscard]] tl::unexpected<base::Error> Failure() const {
    return tl::unexpected<base::Error>(error_);
  }

 private:
  void Missing(std::string_view name);
  void Keep(std::string message);

  const JsonValue& object_;
  bool is_ok_ = true;
  base::Error error_{};  // The first one.
};

// An array of objects through the reader of one; an error names the row.
template <class Row>
base::Result<std::vector<Row>> DecodeRows(std::string_view row_word, std::string_view text,
                                          base::Result<Row> (*decode)(const JsonValue&)) {
  const auto array = ParseJsonArray(text);
  if (!array) {
    return base::FailWith(std::string(row_word) + "s", array.error());
  }
  std::vector<Row> rows;
  rows.reserve(array->items.size());
  for (const JsonValue& item : array->items) {
    const std::string place = std::string(row_word) + " " + std::to_string(rows.size() + 1);
    if (item.kind != JsonValue::Kind::kObject) {
      return base::Fail(base::ErrorCode::kCorrupt, place + " is " + item.Describe());
    }
    auto row = decode(item);
    if (!row) {
      return base::FailWith(place, row.error());
    }
    rows.push_back(*std::move(row));
  }
  return rows;
}

}  // namespace bulwark::contract
