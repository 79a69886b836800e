// Values as little-endian bytes and back, field by field, for everything that is made of plain
// structs.
//
// Shape:   an aggregate is its fields in order, without padding; an optional is a flag and the
//          value; a text its length and its bytes; a variant the number of the alternative and the
//          alternative; a vector its count and its elements, and so do lots. A new field
//          or a new kind of event is written without a change here; a type that is none of these
//          does not compile. Describe() gives the layout in words, so that bytes of another layout
//          are recognised.
// Units:   as the values.
// Errors:  Take() answers false for bytes that end early and for values that the type does not
//          have: an enumerator without a name, a text that is too long, an instrument outside the
//          table. What was taken before is then worthless.
// Threads: any. Put() to a FixedSink neither allocates nor branches on the world; the engine thread
//          uses it.
// Source:  docs/explain.md#the-journal

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/pfr/core.hpp>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "base/uuid.h"
#include "model/instrument.h"
#include "model/lots.h"

namespace bulwark::journal {

static_assert(std::endian::native == std::endian::little, "the journal is written as memory is");

// Writes into memory that is known to suffice: Codec<T>::kBytesMax.
class FixedSink {
 public:
  explicit FixedSink(char* at) : at_(at) {}
  void Bytes(const void* from, std::size_t count) {
    std::memcpy(at_, from, count);
    at_ += count;
  }
  [[nodiscard]] char* end() const { return at_; }

 private:
  char* at_;
};

class StringSink {
 public:
  explicit StringSink(std::string& out) : out_(out) {}
  void Bytes(const void* from, std::size_t count) {
    out_.append(static_cast<const char*>(from), count);
  }

 private:
  std::string& out_;
};

// Bytes from outside, taken from the front.
class Source {
 public:
  explicit Source(std::string_view bytes, std::size_t instruments = model::kInstrumentsMax)
      : rest_(bytes), instruments_(instruments) {}

  bool Bytes(void* to, std::size_t count) {
    if (rest_.size() < count) {
      return false;
    }
    std::memcpy(to, rest_.data(), count);
    rest_.remove_prefix(count);
    return true;
  }
  std::optional<std::string_view> View(std::size_t count) {
    if (rest_.size() < count) {
      return std::nullopt;
    }
    const std::string_view view = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return view;
  }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] std::size_t instruments() const { return instruments_; }

 private:
  std::string_view rest_;
  std::size_t instruments_;
};

template <class T>
struct Codec;

template <class Sink, class T>
void Put(Sink& sink, const T& value) {
  Codec<T>::Put(sink, value);
}
template <class T>
[[nodiscard]] bool Take(Source& source, T& value) {
  return Codec<T>::Take(source, value);
}

// As the text in which two programs of different layout differ.
template <class T>
std::string Describe() {
  std::string text;
  Codec<T>::Describe(text);
  return text;
}

// Numbers: as they lie in memory.
template <class T>
struct RawCodec {
  static constexpr std::size_t kBytesMax = sizeof(T);
  template <class Sink>
  static void Put(Sink& sink, T value) {
    sink.Bytes(&value, sizeof value);
  }
  static bool Take(Source& source, T& value) { return source.Bytes(&value, sizeof value); }
  static void Describe(std::string& out) { out += 'n' + std::to_string(sizeof(T)) + ' '; }
};
template <class T>
  requires std::is_arithmetic_v<T>
struct Codec<T> : RawCodec<T> {};

template <>
struct Codec<bool> {
  static constexpr std::size_t kBytesMax = 1;
  template <class Sink>
  static void Put(Sink& sink, bool value) {
    const std::uint8_t byte = value ? 1 : 0;
    sink.Bytes(&byte, 1);
  }
  static bool Take(Source& source, bool& value) {
    std::uint8_t byte = 0;
    const bool is_good = source.Bytes(&byte, 1) && byte <= 1;
    value = byte == 1;
    return is_good;
  }
  static void Describe(std::string& out) { out += "b "; }
};

// The compilers write an enumerator by its name and any other value as a cast: "(Side)7".
template <auto kValue>
constexpr bool IsNamed() {
  return std::string_view(__PRETTY_FUNCTION__).find("kValue = (") == std::string_view::npos;
}

template <class T>
  requires std::is_enum_v<T>
struct Codec<T> {
  using Raw = std::underlying_type_t<T>;
  static constexpr std::size_t kBytesMax = sizeof(Raw);
  static constexpr std::size_t kValuesMax = 64;
  template <class Sink>
  static void Put(Sink& sink, T value) {
    sink.Bytes(&value, sizeof value);
  }
  static bool Take(Source& source, T& value) {
    Raw raw{};
    if (!source.Bytes(&raw, sizeof raw) || static_cast<std::size_t>(raw) >= kValuesMax ||
        !kNamed.at(static_cast<std::size_t>(raw))) {
      return false;
    }
    value = static_cast<T>(raw);
    return true;
  }
  static void Describe(std::string& out) {
    std::size_t count = 0;
    for (const bool is_named : kNamed) {
      count += is_named ? 1U : 0U;
    }
    out += 'e' + std::to_string(count) + ' ';
  }

 private:
  static constexpr auto kNamed = []<std::size_t... kAt>(std::index_sequence<kAt...>) {
    return std::array<bool, kValuesMax>{IsNamed<static_cast<T>(kAt)>()...};
  }(std::make_index_sequence<kValuesMax>());
};

// A value that travels as a plain one, both ways through `Form`.
template <class T, class Form>
struct FormCodec {
  using Raw = decltype(Form::Of(T()));
  static constexpr std::size_t kBytesMax = sizeof(Raw);
  template <class Sink>
  static void Put(Sink& sink, const T& value) {
    RawCodec<Raw>::Put(sink, Form::Of(value));
  }
  static bool Take(Source& source, T& value) {
    Raw raw{};
    const bool is_good = source.Bytes(&raw, sizeof raw);
    value = Form::From(raw);
    return is_good;
  }
  static void Describe(std::string& out) { RawCodec<Raw>::Describe(out); }
};

struct DecimalForm {
  static std::int64_t Of(base::Decimal value) { return value.raw(); }
  static base::Decimal From(std::int64_t raw) { return base::Decimal::FromRaw(raw); }
};
struct NanosForm {
  static std::int64_t Of(base::Nanos value) { return value.count(); }
  static base::Nanos From(std::int64_t raw) { return base::Nanos{raw}; }
};
struct TimeForm {
  static std::int64_t Of(base::UnixNanos value) { return value.time_since_epoch().count(); }
  static base::UnixNanos From(std::int64_t raw) { return base::UnixNanos{base::Nanos{raw}}; }
};
struct UuidForm {
  using Raw = std::array<std::uint64_t, 2>;
  static Raw Of(const base::Uuid& id) { return std::bit_cast<Raw>(id); }
  static base::Uuid From(const Raw& raw) { return std::bit_cast<base::Uuid>(raw); }
};
template <>
struct Codec<base::Decimal> : FormCodec<base::Decimal, DecimalForm> {};
template <>
struct Codec<base::Nanos> : FormCodec<base::Nanos, NanosForm> {};
template <>
struct Codec<base::UnixNanos> : FormCodec<base::UnixNanos, TimeForm> {};
template <>
struct Codec<base::Uuid> : FormCodec<base::Uuid, UuidForm> {};

// Indexes arrays everywhere, so it is checked here.
template <>
struct Codec<model::InstrumentId> {
  static constexpr std::size_t kBytesMax = 2;
  template <class Sink>
  static void Put(Sink& sink, model::InstrumentId id) {
    RawCodec<std::uint16_t>::Put(sink, id.index);
  }
  static bool Take(Source& source, model::InstrumentId& id) {
    return source.Bytes(&id.index, sizeof id.index) && id.index < source.instruments();
  }
  static void Describe(std::string& out) { out += "i "; }
};

template <std::size_t kSize>
struct Codec<base::FixedString<kSize>> {
  static constexpr std::size_t kBytesMax = 1 + kSize;
  template <class Sink>
  static void Put(Sink& sink, const base::FixedString<kSize>& value) {
    const std::string_view text = value.view();
    const auto size = static_cast<std::uint8_t>(text.size());
    sink.Bytes(&size, 1);
    sink.Bytes(text.data(), text.size());
  }
  static bool Take(Source& source, base::FixedString<kSize>& value) {
    std::uint8_t size = 0;
    if (!source.Bytes(&size, 1)) {
      return false;
    }
    const auto text = source.View(size);
    const auto made = text ? base::FixedString<kSize>::Make(*text) : std::nullopt;
    value = made.value_or(base::FixedString<kSize>());
    return made.has_value();
  }
  static void Describe(std::string& out) { out += 't' + std::to_string(kSize) + ' '; }
};

template <>
struct Codec<std::string> {
  template <class Sink>
  static void Put(Sink& sink, const std::string& value) {
    RawCodec<std::uint32_t>::Put(sink, static_cast<std::uint32_t>(value.size()));
    sink.Bytes(value.data(), value.size());
  }
  static bool Take(Source& source, std::string& value) {
    std::uint32_t size = 0;
    if (!source.Bytes(&size, sizeof size)) {
      return false;
    }
    const auto text = source.View(size);
    value = text.value_or(std::string_view());
    return text.has_value();
  }
  static void Describe(std::string& out) { out += "s "; }
};

template <class T>
struct Codec<std::optional<T>> {
  static constexpr std::size_t kBytesMax = 1 + Codec<T>::kBytesMax;
  template <class Sink>
  static void Put(Sink& sink, const std::optional<T>& value) {
    journal::Put(sink, value.has_value());
    if (value) {
      journal::Put(sink, *value);
    }
  }
  static bool Take(Source& source, std::optional<T>& value) {
    bool has_value = false;
    if (!journal::Take(source, has_value)) {
      return false;
    }
    value.reset();
    return !has_value || journal::Take(source, value.emplace());
  }
  static void Describe(std::string& out) {
    out += "? ";
    Codec<T>::Describe(out);
  }
};

template <class T, std::size_t kSize>
struct Codec<std::array<T, kSize>> {
  static constexpr std::size_t kBytesMax = kSize * Codec<T>::kBytesMax;
  template <class Sink>
  static void Put(Sink& sink, const std::array<T, kSize>& values) {
    for (const T& value : values) {
      journal::Put(sink, value);
    }
  }
  static bool Take(Source& source, std::array<T, kSize>& values) {
    for (T& value : values) {
      if (!journal::Take(source, value)) {
        return false;
      }
    }
    return true;
  }
  static void Describe(std::string& out) {
    out += 'a' + std::to_string(kSize) + ' ';
    Codec<T>::Describe(out);
  }
};

template <class T>
struct Codec<std::vector<T>> {
  template <class Sink>
  static void Put(Sink& sink, const std::vector<T>& values) {
    RawCodec<std::uint32_t>::Put(sink, static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) {
      journal::Put(sink, value);
    }
  }
  static bool Take(Source& source, std::vector<T>& values) {
    std::uint32_t count = 0;
    // Each element has a byte at least: no more is believed than there is.
    if (!source.Bytes(&count, sizeof count) || count > source.left()) {
      return false;
    }
    values.clear();
    for (std::uint32_t at = 0; at < count; ++at) {
      if (!journal::Take(source, values.emplace_back())) {
        return false;
      }
    }
    return true;
  }
  static void Describe(std::string& out) {
    out += "v ";
    Codec<T>::Describe(out);
  }
};

template <class First, class Second>
struct Codec<std::pair<First, Second>> {
  template <class Sink>
  static void Put(Sink& sink, const std::pair<First, Second>& value) {
    journal::Put(sink, value.first);
    journal::Put(sink, value.second);
  }
  static bool Take(Source& source, std::pair<First, Second>& value) {
    return journal::Take(source, value.first) && journal::Take(source, value.second);
  }
  static void Describe(std::string& out) {
    Codec<First>::Describe(out);
    Codec<Second>::Describe(out);
  }
};

template <class... Kinds>
struct Codec<std::variant<Kinds...>> {
  using Variant = std::variant<Kinds...>;
  static_assert(sizeof...(Kinds) < 256);
  static constexpr std::size_t kBytesMax = 1 + std::max({Codec<Kinds>::kBytesMax...});
  template <class Sink>
  static void Put(Sink& sink, const Variant& value) {
    const auto kind = static_cast<std::uint8_t>(value.index());
    sink.Bytes(&kind, 1);
    std::visit([&](const auto& what) { journal::Put(sink, what); }, value);
  }
  static bool Take(Source& source, Variant& value) {
    std::uint8_t kind = 0;
    if (!source.Bytes(&kind, 1)) {
      return false;
    }
    return TakeKind(source, kind, value, std::index_sequence_for<Kinds...>());
  }
  static void Describe(std::string& out) {
    out += "| ";
    (Codec<Kinds>::Describe(out), ...);
  }

 private:
  template <std::size_t... kAt>
  static bool TakeKind(Source& source, std::size_t kind, Variant& value,
                       std::index_sequence<kAt...>) {
    bool is_good = false;
    static_cast<void>(
        ((kind == kAt && (is_good = journal::Take(source, value.template emplace<kAt>()), true)) ||
         ...));
    return is_good;
  }
};

// Only the lots that are there: a ring of any other size or place is no ring.
template <>
struct Codec<model::LotBook::Ring> {
  using Ring = model::LotBook::Ring;
  static constexpr std::size_t kBytesMax = 1 + sizeof(Ring::lots);
  template <class Sink>
  static void Put(Sink& sink, const Ring& ring) {
    RawCodec<std::uint8_t>::Put(sink, static_cast<std::uint8_t>(ring.count));
    for (std::size_t at = 0; at < ring.count; ++at) {
      journal::Put(sink, ring.At(at).quantity);
      journal::Put(sink, ring.At(at).cost);
    }
  }
  static bool Take(Source& source, Ring& ring) {
    std::uint8_t count = 0;
    if (!source.Bytes(&count, sizeof count) || count > model::LotBook::kLotsMax) {
      return false;
    }
    ring.first = 0;
    ring.count = count;
    for (std::size_t at = 0; at < count; ++at) {
      if (!journal::Take(source, ring.At(at).quantity) ||
          !journal::Take(source, ring.At(at).cost)) {
        return false;
      }
    }
    return true;
  }
  static void Describe(std::string& out) {
    out += 'l' + std::to_string(model::LotBook::kLotsMax) + ' ';
  }
};

// Everything else: the fields in their order.
template <class T>
struct Codec {
  static_assert(std::is_aggregate_v<T>, "this type needs a Codec of its own");

  template <class Sink>
  static void Put(Sink& sink, const T& value) {
    boost::pfr::for_each_field(value, [&](const auto& field) { journal::Put(sink, field); });
  }
  static bool Take(Source& source, T& value) {
    bool is_good = true;
    boost::pfr::for_each_field(
        value, [&](auto& field) { is_good = is_good && journal::Take(source, field); });
    return is_good;
  }
  static void Describe(std::string& out) {
    out += "{ ";
    ForEachType([&]<class Field>() { Codec<Field>::Describe(out); });
    out += "} ";
  }

 private:
  template <class Visit>
  static constexpr void ForEachType(Visit visit) {
    [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
      (visit.template operator()<boost::pfr::tuple_element_t<kAt, T>>(), ...);
    }(std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
  }

 public:
  // Only for types without vectors and strings; asking it of others does not compile.
  static constexpr std::size_t kBytesMax = []<std::size_t... kAt>(std::index_sequence<kAt...>) {
    return (std::size_t{0} + ... + Codec<boost::pfr::tuple_element_t<kAt, T>>::kBytesMax);
  }(std::make_index_sequence<boost::pfr::tuple_size_v<T>>());
};

}  // namespace bulwark::journal
