// Goal: identifiers are deterministic, distinct and look like UUID v4 to every reader.
// Method: fixed points, and a set over many epochs and sequences.

#include "base/uuid.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bulwark::base {
namespace {

TEST(UuidTest, IsTheSameForTheSameNumbersAndDistinctForOthers) {
  std::set<Uuid> seen;
  for (std::uint64_t epoch = 1; epoch <= 20; ++epoch) {
    for (std::uint64_t sequence = 0; sequence < 500; ++sequence) {
      for (const std::uint32_t domain : {1U, 2U}) {
        const Uuid id = Uuid::Derive(domain, epoch, sequence);
        EXPECT_EQ(id, Uuid::Derive(domain, epoch, sequence));
        EXPECT_TRUE(seen.insert(id).second);
      }
    }
  }
}

TEST(UuidTest, ReadsBackItsTextAndCarriesTheVersionBits) {
  const Uuid id = Uuid::Derive(1, 3, 42);
  const std::string text = id.ToString();

  ASSERT_EQ(text.size(), Uuid::kTextSize);
  EXPECT_EQ(text[14], '4');
  EXPECT_TRUE(text[19] == '8' || text[19] == '9' || text[19] == 'a' || text[19] == 'b') << text;
  EXPECT_EQ(Uuid::Parse(text), id);
}

TEST(UuidTest, TellsWhatItWasDerivedFrom) {
  const std::vector<Uuid::Origin> origins{
      {.domain = 1, .epoch = 1, .sequence = 1},
      {.domain = 1, .epoch = 4'000'000'000ULL, .sequence = (std::uint64_t{1} << 62U) - 1},
      {.domain = 4'095, .epoch = 7, .sequence = 123'456'789},
      {.domain = 2, .epoch = 0, .sequence = 0}};
  for (const Uuid::Origin& origin : origins) {
    EXPECT_EQ(Uuid::OriginOf(Uuid::Derive(origin.domain, origin.epoch, origin.sequence)), origin);
  }
}

TEST(UuidTest, KnowsIdentifiersThatNobodyHereDerived) {
  for (const char* text :
       {"00000000-0000-0000-0000-000000000000", "1da26b1b-7c8f-4e2d-9b6a-0f1e2d3c4b5a",
        "f47ac10b-58cc-4372-a567-0e02b2c3d479"}) {
    EXPECT_EQ(Uuid::OriginOf(*Uuid::Parse(text)), std::nullopt) << text;
  }
}

TEST(UuidTest, RefusesOtherText) {
  for (const char* text : {"", "1da26b1b", "1da26b1b-0000-4000-8000-00000000000g",
                           "1da26b1b+0000-4000-8000-000000000000"}) {
    EXPECT_FALSE(Uuid::Parse(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace bulwark::base
