#include "contract/field_rules.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "base/iso_time.h"
#include "contract/json_reader.h"
#include "contract/number_format.h"

namespace bulwark::contract {
namespace {

bool IsWordOf(std::string_view words, std::string_view text) {
  while (!words.empty()) {
    const std::size_t blank = std::min(words.find(' '), words.size());
    if (words.substr(0, blank) == text) {
      return true;
    }
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
  return false;
}

bool IsWholeNumber(const JsonValue& value) {
  std::int64_t number = 0;
  const char* end = value.text.data() + value.text.size();
  const auto read = std::from_chars(value.text.data(), end, number);
  return value.kind == JsonValue::Kind::kNumber && read.ec == std::errc() && read.ptr == end;
}

bool AreAll(const JsonValue& array, JsonValue::Kind kind) {
  return array.kind == JsonValue::Kind::kArray &&
         std::all_of(array.items.begin(), array.items.end(),
                     [&](const JsonValue& item) { return item.kind == kind; });
}

bool HasType(const JsonValue& value, FieldType type) {
  switch (type) {
    case FieldType::kText:
      return value.kind == JsonValue::Kind::kText;
    case FieldType::kNumber:
      return value.kind == JsonValue::Kind::kNumber && ParseFloat(value.text).has_value();
    case FieldType::kWholeNumber:
      return IsWholeNumber(value);
    case FieldType::kFlag:
      return value.kind == JsonValue::Kind::kFlag;
    case FieldType::kTime:
      return value.kind == JsonValue::Kind::kText && base::ParseIso(value.text).has_value();
    case FieldType::kTexts:
      return AreAll(value, JsonValue::Kind::kText);
    case FieldType::kObjects:
      return AreAll(value, JsonValue::Kind::kObject);
    case FieldType::kObject:
      break;
  }
  return value.kind == JsonValue::Kind::kObject;
}

std::string_view TypeWords(FieldType type) {
  static constexpr std::string_view kWords[] = {
      "a text",      "a number",          "a whole number",      "true or false",
      "an ISO time", "an array of texts", "an array of objects", "an object"};
  return kWords[static_cast<std::size_t>(type)];
}

std::optional<std::string> CheckField(const JsonValue& object, const FieldRule& rule) {
  const std::string place = "field '" + std::string(rule.name) + "' ";
  const JsonValue* value = object.Find(rule.name);
  if (value == nullptr) {
    return rule.presence == Presence::kOptional ? std::nullopt
                                                : std::optional(place + "is missing");
  }
  if (value->kind == JsonValue::Kind::kNull && rule.presence != Presence::kRequired) {
    return std::nullopt;
  }
  if (!HasType(*value, rule.type)) {
    return place + "is " + value->Describe() + ", not " + std::string(TypeWords(rule.type));
  }
  if (!rule.words.empty() && !IsWordOf(rule.words, value->text)) {
    return place + "is " + value->Describe() + ", not one of " + std::string(rule.words);
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> CheckFields(const JsonValue& object, std::span<const FieldRule> rules) {
  for (const FieldRule& rule : rules) {
    if (auto problem = CheckField(object, rule)) {
      return problem;
    }
  }
  return std::nullopt;
}

std::optional<std::string> CheckFields(std::string_view text, std::span<const FieldRule> rules) {
  const auto object = ParseJsonObject(text);
  if (!object) {
    return object.error().message;
  }
  return CheckFields(*object, rules);
}

}  // namespace bulwark::contract
