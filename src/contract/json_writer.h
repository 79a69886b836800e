// Writes one JSON document in one of the contract's two spellings, appended to a caller's buffer.
//
// Shape:   kSpaced is Python's json.dumps: ", " and ": ", non-ASCII as \uXXXX (pairs above the
//          BMP), floats as repr. kCompact is pydantic's: "," and ":", raw UTF-8, floats in plain
//          form.
// Errors:  bytes that are not UTF-8 become U+FFFD; they never reach Redis. Non-finite doubles stop
//          the process. Calls out of order (a value without a name inside an object) write invalid
//          JSON.
// Threads: one writer, one thread. Allocates only when `out` has to grow.
// Owner:   `out` must outlive the writer.
// Source:  contract section 0.2

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/time.h"
#include "base/uuid.h"

namespace bulwark::contract {

enum class Spelling : std::uint8_t { kSpaced, kCompact };

class JsonWriter {
 public:
  JsonWriter(std::string& out, Spelling spelling) : out_(out), spelling_(spelling) {}

  void BeginObject();
  void BeginObject(std::string_view name);
  void EndObject();
  void BeginArray();
  void BeginArray(std::string_view name);
  void EndArray();

  // Members of an object.
  void Text(std::string_view name, std::string_view value);
  void TextOrNull(std::string_view name, std::string_view value);  // Null when empty.
  void Id(std::string_view name, const base::Uuid& value);         // Null when nil.
  void Number(std::string_view name, base::Decimal value);
  void NumberOrNull(std::string_view name, const std::optional<base::Decimal>& value);
  void Real(std::string_view name, double value);
  void Integer(std::string_view name, std::int64_t value);
  void Flag(std::string_view name, bool value);
  void Null(std::string_view name);
  void Time(std::string_view name, base::UnixNanos value, base::IsoSuffix suffix);

  // An element of an array.
  void TextElement(std::string_view value);

 private:
  void Separate();
  void Name(std::string_view name);
  void Quoted(std::string_view text);

  std::string& out_;
  Spelling spelling_;
  bool needs_separator_ = false;
};

// The text between quotes, escaped for one of the spellings.
void AppendQuoted(std::string& out, std::string_view text, Spelling spelling);

}  // namespace bulwark::contract
