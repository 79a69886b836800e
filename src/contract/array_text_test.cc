// Goal: documents kept as text are byte for byte what the encoders would write anew.
// Method: random walks of rows and candles, compared with EncodeOrderRows() and EncodeBars() after
//         each step.

#include "contract/array_text.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/market_documents.h"
#include "contract/view_documents.h"
#include "model/market_data.h"

namespace bulwark::contract {
namespace {

OrderRow Row(std::size_t number) {
  return {.order_id = base::Uuid::Derive(1, 1, number),
          .quantity = base::Decimal::FromInt(static_cast<std::int64_t>(number * number)),
          .price = base::Decimal::FromRaw(static_cast<std::int64_t>(number) + 7)};
}

TEST(ArrayTextTest, IsAnEmptyArrayAtFirst) {
  EXPECT_EQ(ArrayText().text(), "[]");
}

RC_GTEST_PROP(ArrayTextTest, EqualsTheArrayWrittenAnewAfterEachStep, ()) {
  ArrayText text;
  std::vector<OrderRow> rows;
  const auto steps = *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 8));
  for (std::size_t at = 0; at < steps.size() && rows.size() < kOrderRowsMax; ++at) {
    const std::size_t count = std::min(static_cast<std::size_t>(steps[at] % 4), rows.size());
    if (steps[at] < 5) {
      rows.push_back(Row(at));
      text.Append([&](std::string& out) { EncodeOrderRow(out, rows.back()); });
    } else if (steps[at] == 5) {
      rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(count));
      text.DropFront(count);
    } else {
      rows.resize(rows.size() - count);
      text.DropBack(count);
    }
    std::string anew;
    EncodeOrderRows(anew, rows);
    RC_ASSERT(text.text() == anew);
    RC_ASSERT(text.rows() == rows.size());
  }
}

model::Bar BarAt(int minute, int price) {
  const base::Decimal amount = base::Decimal::FromRaw(price);
  return {.open = amount,
          .high = amount,
          .low = amount,
          .close = amount,
          .volume = base::Decimal::FromInt(price),
          .open_at = base::UnixNanos{std::chrono::minutes{minute}}};
}

RC_GTEST_PROP(BarsTextTest, EqualsTheDocumentWrittenAnewWhateverTheSeriesDoes, ()) {
  BarsText text;
  std::vector<model::Bar> bars;
  int minute = 0;
  const auto steps = *rc::gen::container<std::vector<int>>(200, rc::gen::inRange(0, 100));
  for (const int step : steps) {
    if (step < 60) {
      bars.push_back(BarAt(++minute, step));
    } else if (step < 90 && !bars.empty()) {
      bars.back().close = base::Decimal::FromInt(step);  // The bar that is being made.
    } else if (step < 95 && !bars.empty()) {
      bars[bars.size() / 2].volume = base::Decimal::FromInt(step);  // Corrected afterwards.
    } else if (step == 95) {
      minute += 1'000;
      bars.clear();
    } else if (step == 96 && !bars.empty()) {
      bars.pop_back();
      --minute;
    }
    if (bars.size() > kBarsMax + 2) {
      bars.erase(bars.begin());
    }
    std::string anew;
    EncodeBars(anew, bars);
    RC_ASSERT(text.Of(bars) == anew);
  }
}

TEST(BarsTextTest, FollowsASeriesThatMovesOn) {
  BarsText text;
  std::vector<model::Bar> bars;
  for (int minute = 0; minute < 120; ++minute) {
    bars.push_back(BarAt(minute, 100 + minute));
    std::string anew;
    EncodeBars(anew, bars);
    ASSERT_EQ(text.Of(bars), anew) << minute;
  }
}

}  // namespace
}  // namespace bulwark::contract
