// What a reader of foreign documents has to say to people: what it tolerated, what it refuses.
//
// Shape:   each names the key, the field and its value. At most kFindingsMax of each are kept and
//          the rest counted, so that a million bad documents do not fill the memory.
// Threads: a value. Allocates.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "contract/json_reader.h"

namespace bulwark::opening {

constexpr std::size_t kFindingsMax = 200;

class Findings {
 public:
  void Tolerate(std::string text) { tolerated_.Add(std::move(text)); }
  void Refuse(std::string text) { refused_.Add(std::move(text)); }

  [[nodiscard]] bool is_refused() const { return !refused_.texts.empty(); }
  // With a last line that counts those left out.
  [[nodiscard]] std::vector<std::string> tolerated() const { return tolerated_.All(); }
  [[nodiscard]] std::vector<std::string> refused() const { return refused_.All(); }

 private:
  struct List {
    std::vector<std::string> texts;
    std::size_t left_out = 0;

    void Add(std::string text);
    [[nodiscard]] std::vector<std::string> All() const;
  };

  List tolerated_;
  List refused_;
};

// Whether a number has digits that a Decimal has not.
bool IsRounded(std::string_view number);

// Refuses a field that an object has twice: readers differ about which one counts.
void RefuseTwins(const std::string& place, const contract::JsonValue& object, Findings& findings);

}  // namespace bulwark::opening
