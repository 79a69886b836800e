// Checks a JSON object against a list of fields: which must be there, and of what type.
//
// Shape:   a rule per field; fields without a rule are not looked at.
// Threads: any. Checking allocates.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "contract/json_reader.h"

namespace bulwark::contract {

enum class FieldType : std::uint8_t {
  kText,
  kNumber,
  kWholeNumber,
  kFlag,
  kTime,
  kTexts,
  kObjects,
  kObject
};
enum class Presence : std::uint8_t { kRequired, kNullable, kOptional };

struct FieldRule {
  std::string_view name;
  FieldType type = FieldType::kText;
  Presence presence = Presence::kRequired;  // kNullable: must be there, may be null.
  std::string_view words = {};              // "BUY SELL": the texts allowed; empty allows all.
};

// What is wrong with the first field that breaks its rule. Requires: `object` is an object.
std::optional<std::string> CheckFields(const JsonValue& object, std::span<const FieldRule> rules);
// The same for the text of an object.
std::optional<std::string> CheckFields(std::string_view text, std::span<const FieldRule> rules);

}  // namespace bulwark::contract
