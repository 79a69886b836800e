// Folders and random events for the tests of this folder.
//
// Threads: one.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include <boost/pfr/core.hpp>

#include "base/decimal.h"
#include "base/fixed_string.h"
#include "base/time.h"
#include "base/uuid.h"
#include "journal/codec.h"
#include "model/event.h"
#include "model/instrument.h"
#include "model/lots.h"

namespace bulwark::journal {

class TempFolder {
 public:
  TempFolder() { std::filesystem::create_directory(path_); }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  TempFolder(TempFolder&&) = delete;
  TempFolder& operator=(TempFolder&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() /
                                ("bulwark_journal_" + std::to_string(std::random_device{}()));
};

// Fills any value that the codec knows; the same seed gives the same values.
class RandomValues {
 public:
  explicit RandomValues(std::uint64_t seed) : random_(seed) {}

  std::uint64_t Below(std::uint64_t bound) { return random_() % bound; }

  model::Event Event() {
    model::Event event;
    Fill(event);
    return event;
  }

  template <class T>
  void Fill(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      value = Below(2) == 1;
    } else if constexpr (std::is_enum_v<T>) {
      // The first two enumerators exist in every enumeration.
      value = static_cast<T>(Below(2));
    } else if constexpr (std::is_arithmetic_v<T>) {
      value = static_cast<T>(random_());
    } else if constexpr (std::is_same_v<T, model::InstrumentId>) {
      value.index = static_cast<std::uint16_t>(Below(model::kInstrumentsMax));
    } else {
      FillOne(value);
    }
  }

 private:
  void FillOne(base::Decimal& value) {
    value = base::Decimal::FromRaw(static_cast<std::int64_t>(random_()));
  }
  void FillOne(base::UnixNanos& value) {
    value = base::UnixNanos{base::Nanos{static_cast<std::int64_t>(random_())}};
  }
  void FillOne(base::Nanos& value) { value = base::Nanos{static_cast<std::int64_t>(random_())}; }
  void FillOne(base::Uuid& value) { value = base::Uuid::Derive(1, Below(1'000), random_()); }
  template <std::size_t kSize>
  void FillOne(base::FixedString<kSize>& value) {
    std::string text(Below(kSize + 1), ' ');
    for (char& c : text) {
      c = static_cast<char>(Below(256));
    }
    value = base::FixedString<kSize>(text);
  }
  template <class T>
  void FillOne(std::optional<T>& value) {
    value.reset();
    if (Below(2) == 1) {
      Fill(value.emplace());
    }
  }
  template <class T, std::size_t kSize>
  void FillOne(std::array<T, kSize>& values) {
    for (T& value : values) {
      Fill(value);
    }
  }
  template <class... Kinds>
  void FillOne(std::variant<Kinds...>& value) {
    const std::size_t kind = Below(sizeof...(Kinds));
    [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
      ((kind == kAt ? Fill(value.template emplace<kAt>()) : void()), ...);
    }(std::index_sequence_for<Kinds...>());
  }
  void FillOne(model::LotBook::Ring& ring) {
    ring.first = 0;
    ring.count = Below(model::LotBook::kLotsMax + 1);
    for (std::size_t at = 0; at < ring.count; ++at) {
      Fill(ring.At(at));
    }
  }
  template <class T>
  void FillOne(T& value) {
    boost::pfr::for_each_field(value, [&](auto& field) { Fill(field); });
  }

  std::mt19937_64 random_;
};

template <class T>
std::string BytesOf(const T& value) {
  std::string bytes;
  StringSink sink(bytes);
  Put(sink, value);
  return bytes;
}

}  // namespace bulwark::journal
