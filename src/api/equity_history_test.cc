// Goal: the line of equity has known values only, evenly spaced, and an end.
// Method: documents by hand at chosen times.

#include "api/equity_history.h"

#include <chrono>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include "api/raw_state.h"
#include "api/state_document.h"
#include "base/time.h"

namespace bulwark::api {
namespace {

constexpr base::UnixNanos kStart{std::chrono::seconds{1'700'000'000}};

Json DocumentOf(const std::string& equity) {
  RawState raw;
  raw.keys["METRICS:TOTAL_VALUE"] = {.text = equity, .error = ""};
  return MakeStateDocument(raw, kStart);
}

TEST(EquityHistoryTest, KeepsKnownValuesTwoSecondsApart) {
  EquityHistory history;

  history.Add(DocumentOf("100.5"), kStart);
  history.Add(DocumentOf("101"), kStart + std::chrono::seconds{1});
  history.Add(DocumentOf("nan"), kStart + std::chrono::seconds{2});
  history.Add(DocumentOf("102"), kStart + std::chrono::seconds{3});

  EXPECT_EQ(history.Points().dump(), "[[1700000000000,100.5],[1700000003000,102.0]]");
}

TEST(EquityHistoryTest, ForgetsTheOldest) {
  EquityHistory history;
  const Json document = DocumentOf("1");
  for (std::size_t i = 0; i < EquityHistory::kPointsMax + 1; ++i) {
    history.Add(document, kStart + EquityHistory::kStep * static_cast<int>(i));
  }

  EXPECT_EQ(history.Points().size(), EquityHistory::kPointsMax);
  EXPECT_EQ(history.Points().at(0).at(0), 1'700'000'002'000);
}

}  // namespace
}  // namespace bulwark::api
