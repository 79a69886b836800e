#include "contract/json_reader.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/number_format.h"

namespace bulwark::contract {
namespace {

constexpr std::size_t kShownMax = 60;

// Receives the parser's events and grows the tree; any limit passed ends the parse.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return Add({}); }
  bool boolean(bool value) override { return Add({.kind = JsonValue::Kind::kFlag, .flag = value}); }
  bool number_integer(number_integer_t value) override { return AddNumber(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    return AddNumber(std::to_string(value));
  }
  bool number_float(number_float_t /*value*/, const string_t& text) override {
    return AddNumber(text);
  }
  bool string(string_t& text) override {
    return Add({.kind = JsonValue::Kind::kText, .text = std::move(text)});
  }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*elements*/) override { return Open(JsonValue::Kind::kObject); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t /*elements*/) override { return Open(JsonValue::Kind::kArray); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    names_.back() = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    problem_ = "not JSON at byte " + std::to_string(position);
    return false;
  }

  [[nodiscard]] JsonValue TakeRoot() { return std::move(root_); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  bool AddNumber(std::string text) {
    return Add({.kind = JsonValue::Kind::kNumber, .text = std::move(text)});
  }

  bool Add(JsonValue value) {
    if (++values_ > kJsonValuesMax) {
      problem_ = "more than " + std::to_string(kJsonValuesMax) + " values";
      return false;
    }
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().kind == JsonValue::Kind::kObject) {
      open_.back().names.push_back(std::move(names_.back()));
      open_.back().items.push_back(std::move(value));
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }

  bool Open(JsonValue::Kind kind) {
    if (open_.size() == kJsonDepthMax) {
      problem_ = "nested deeper than " + std::to_string(kJsonDepthMax);
      return false;
    }
    open_.push_back({.kind = kind});
    names_.emplace_back();
    return true;
  }

  bool Close() {
    JsonValue value = std::move(open_.back());
    open_.pop_back();
    names_.pop_back();
    return Add(std::move(value));
  }

  JsonValue root_;
  std::vector<JsonValue> open_;
  std::vector<std::string> names_;  // The pending member name of each open value.
  std::size_t values_ = 0;
  std::string problem_;
};

base::Result<JsonValue> OfKind(std::string_view text, JsonValue::Kind kind, std::string_view word) {
  auto value = ParseJson(text);
  if (value && value->kind != kind) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      value->Describe() + " is not a JSON " + std::string(word));
  }
  return value;
}

}  // namespace

const JsonValue* JsonValue::Find(std::string_view name) const {
  const auto found = std::find(names.rbegin(), names.rend(), name);
  return found == names.rend() ? nullptr
                               : &items[static_cast<std::size_t>(names.rend() - found) - 1];
}

std::string JsonValue::Describe() const {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kFlag:
      return flag ? "true" : "false";
    case Kind::kNumber:
      return text.substr(0, kShownMax);
    case Kind::kText:
      return "'" + text.substr(0, kShownMax) + "'";
    case Kind::kArray:
      return "an array of " + std::to_string(items.size());
    case Kind::kObject:
      break;
  }
  return "an object of " + std::to_string(names.size());
}

base::Result<JsonValue> ParseJson(std::string_view text) {
  if (text.size() > kJsonTextMax) {
    return base::Fail(base::ErrorCode::kCorrupt, "a text of " + std::to_string(text.size()) +
                                                     " bytes is over the limit of " +
                                                     std::to_string(kJsonTextMax));
  }
  TreeBuilder builder;
  bool is_read = false;
  try {
    is_read = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  } catch (const nlohmann::json::exception&) {
    is_read = false;
  }
  if (!is_read) {
    return base::Fail(base::ErrorCode::kCorrupt,
                      "'" + std::string(text.substr(0, kShownMax)) + "': " + builder.problem());
  }
  return builder.TakeRoot();
}

base::Result<JsonValue> ParseJsonObject(std::string_view text) {
  return OfKind(text, JsonValue::Kind::kObject, "object");
}

base::Result<JsonValue> ParseJsonArray(std::string_view text) {
  return OfKind(text, JsonValue::Kind::kArray, "array");
}

void FieldReader::Keep(std::string message) {
  if (is_ok_) {
    is_ok_ = false;
    error_ = base::Error{base::ErrorCode::kCorrupt, std::move(message)};
  }
}

void FieldReader::Missing(std::string_view name) {
  Keep("field '" + std::string(name) + "' is missing");
}

void FieldReader::Wrong(std::string_view name, std::string_view expected) {
  const JsonValue* value = object_.Find(name);
  Keep("field '" + std::string(name) + "' is " +
       (value == nullptr ? "missing" : value->Describe()) + ", not " + std::string(expected));
}

const JsonValue* FieldReader::Child(std::string_view name, JsonValue::Kind kind) {
  const JsonValue* value = object_.Find(name);
  if (value == nullptr || value->kind == JsonValue::Kind::kNull) {
    return nullptr;
  }
  if (value->kind != kind) {
    static constexpr std::string_view kWords[] = {"null",   "true or false", "a number",
                                                  "a text", "an array",      "an object"};
    Wrong(name, kWords[static_cast<std::size_t>(kind)]);
    return nullptr;
  }
  return value;
}

std::optional<std::string> FieldReader::Text(std::string_view name) {
  const JsonValue* value = Child(name, JsonValue::Kind::kText);
  return value == nullptr ? std::nullopt : std::optional(value->text);
}

std::optional<base::Decimal> FieldReader::Number(std::string_view name) {
  const JsonValue* value = Child(name, JsonValue::Kind::kNumber);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto number = ParseDecimal(value->text);
  if (!number) {
    Wrong(name, "in range");
    return std::nullopt;
  }
  return *number;
}

std::optional<double> FieldReader::Real(std::string_view name) {
  const JsonValue* value = Child(name, JsonValue::Kind::kNumber);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto number = ParseFloat(value->text);
  if (!number) {
    Wrong(name, "a finite number");
    return std::nullopt;
  }
  return *number;
}

std::optional<std::int64_t> FieldReader::Integer(std::string_view name) {
  const JsonValue* value = Child(name, JsonValue::Kind::kNumber);
  if (value == nullptr) {
    return std::nullopt;
  }
  std::int64_t number = 0;
  const char* end = value->text.data() + value->text.size();
  const auto read = std::from_chars(value->text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) {
    Wrong(name, "an integer");
    return std::nullopt;
  }
  return number;
}

std::optional<bool> FieldReader::Flag(std::string_view name) {
  const JsonValue* value = Child(name, JsonValue::Kind::kFlag);
  return value == nullptr ? std::nullopt : std::optional(value->flag);
}

std::optional<base::UnixNanos> FieldReader::Time(std::string_view name) {
  const JsonValue* value = Child(name, JsonValue::Kind::kText);
  if (value == nullptr) {
    return std::nullopt;
  }
  const std::optional<base::UnixNanos> at = base::ParseIso(value->text);
  if (!at) {
    Wrong(name, "an ISO time");
  }
  return at;
}

std::string FieldReader::RequiredText(std::string_view name) {
  std::optional<std::string> value = Text(name);
  if (!value) {
    Missing(name);
  }
  return std::move(value).value_or("");
}

base::Decimal FieldReader::RequiredNumber(std::string_view name) {
  const std::optional<base::Decimal> value = Number(name);
  if (!value) {
    Missing(name);
  }
  return value.value_or(base::Decimal());
}

base::UnixNanos FieldReader::RequiredTime(std::string_view name) {
  const std::optional<base::UnixNanos> value = Time(name);
  if (!value) {
    Missing(name);
  }
  return value.value_or(base::UnixNanos());
}

}  // namespace bulwark::contract
