// Goal: what is stored comes back as it was, a repeated import changes nothing, and looking back
//       shows what was known then; on SQLite and on PostgreSQL alike.
// Method: rows by hand through the public functions on both databases.

#include "store/store.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/sqlite_file.h"
#include "store/bar_table.h"
#include "store/company_tables.h"
#include "store/filing_table.h"
#include "store/rows.h"
#include "store/store_testing.h"
#include "store/universe_table.h"

namespace bulwark::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::Backend;
using testing_support::BarOf;
using testing_support::BothBackendsTest;
using testing_support::Day;
using testing_support::DayAt;
using testing_support::Dec;
using testing_support::StoreHome;

const Series kShare{.symbol = "ZZZT", .span = Span::kDay};

class StoreTest : public BothBackendsTest {
 protected:
  // Runs `write` in a transaction of its own.
  template <class Write>
  void Commit(Store& store, const Write& write) {
    auto transaction = store.Begin();
    ASSERT_TRUE(transaction.has_value()) << transaction.error().message;
    write(store.connection());
    const auto committed = transaction->Commit();
    ASSERT_TRUE(committed.has_value()) << committed.error().message;
  }
  void Put(Store& store, const Series& series, const std::vector<Bar>& bars,
           std::int64_t expected_changes) {
    Commit(store, [&](sql::Connection& connection) {
      const auto changed = PutBars(connection, series, "test", bars);
      ASSERT_TRUE(changed.has_value()) << changed.error().message;
      EXPECT_EQ(*changed, expected_changes);
    });
  }
};

INSTANTIATE_TEST_SUITE_P(Databases, StoreTest,
                         testing::Values(Backend::kSqlite, Backend::kPostgres),
                         testing::PrintToStringParamName());

TEST_P(StoreTest, KeepsBarsAcrossOpeningsWithEveryDigitAndEveryEmptyCell) {
  Bar whole = BarOf("2026-11-19", "12.50000001");
  whole.high = Dec("13");
  whole.adjusted_close = Dec("12.4");
  Bar index = BarOf("2026-11-20", "17.24");
  index.volume = std::nullopt;
  Put(*home_.Open(), kShare, {whole, index}, 2);

  const auto store = home_.Open();
  const auto bars = ReadBars(store->connection(), kShare, kAllTime);

  ASSERT_TRUE(bars.has_value()) << bars.error().message;
  EXPECT_THAT(*bars, ElementsAre(whole, index));
  EXPECT_EQ(*Watermark(store->connection(), kShare), std::optional(index.at));
  EXPECT_EQ(*Watermark(store->connection(), {.symbol = "NONE"}), std::nullopt);
}

TEST_P(StoreTest, ChangesNothingWhenAnImportIsRepeatedAndTheLaterRowWins) {
  const auto store = home_.Open();
  const Bar first = BarOf("2026-11-19", "12");
  const Bar second = BarOf("2026-11-20", "13");
  const Bar corrected = BarOf("2026-11-20", "13.5");
  Put(*store, kShare, {first, second}, 2);

  Put(*store, kShare, {first, second}, 0);
  Put(*store, kShare, {first, corrected}, 1);
  EXPECT_THAT(*ReadBars(store->connection(), kShare, kAllTime), ElementsAre(first, corrected));

  // Twice in one batch, too.
  Commit(*store, [&](sql::Connection& connection) {
    ASSERT_TRUE(PutBars(connection, kShare, "test", std::vector{first, second, corrected}));
  });
  EXPECT_THAT(*ReadBars(store->connection(), kShare, kAllTime), ElementsAre(first, corrected));
}

TEST_P(StoreTest, KeepsAnAdjustedCloseThatALaterSourceDoesNotTell) {
  const auto store = home_.Open();
  Bar adjusted = BarOf("2026-11-19", "12");
  adjusted.adjusted_close = Dec("11.5");
  Put(*store, kShare, {adjusted}, 1);

  Put(*store, kShare, {BarOf("2026-11-19", "12")}, 0);
  EXPECT_THAT(*ReadBars(store->connection(), kShare, kAllTime), ElementsAre(adjusted));

  Bar corrected = BarOf("2026-11-19", "12");
  corrected.volume = Dec("7");
  Put(*store, kShare, {corrected}, 1);
  corrected.adjusted_close = Dec("11.5");
  EXPECT_THAT(*ReadBars(store->connection(), kShare, kAllTime), ElementsAre(corrected));

  // Of another close it says nothing.
  const Bar other = BarOf("2026-11-19", "13");
  Put(*store, kShare, {other}, 1);
  EXPECT_THAT(*ReadBars(store->connection(), kShare, kAllTime), ElementsAre(other));
}

TEST_P(StoreTest, ReadsAWindowFromItsFirstMomentToBeforeItsLast) {
  const auto store = home_.Open();
  Put(*store, kShare,
      {BarOf("2026-11-18", "1"), BarOf("2026-11-19", "2"), BarOf("2026-11-20", "3")}, 3);
  Put(*store, {.symbol = "ZZZT", .span = Span::kMinute}, {BarOf("2026-11-19", "9")}, 1);

  EXPECT_THAT(*ReadBars(store->connection(), kShare,
                        {.from = DayAt("2026-11-19"), .to = DayAt("2026-11-20")}),
              ElementsAre(BarOf("2026-11-19", "2")));
  const auto summaries = Summaries(store->connection());
  ASSERT_EQ(summaries->size(), 2U);
  EXPECT_EQ(summaries->front().bars, 3);
  EXPECT_EQ(summaries->front().sources, "test");
  EXPECT_EQ(summaries->back().series.span, Span::kMinute);
}

TEST_P(StoreTest, RefusesSymbolsThatAreNoneAndDayBarsWithinADay) {
  const auto store = home_.Open();
  auto transaction = store->Begin();
  Bar noon = BarOf("2026-11-19", "1");
  noon.at += std::chrono::hours{12};

  for (const char* symbol :
       {"", "zzzt", "../x", ".HIDDEN", "A B", "THIS-SYMBOL-IS-MUCH-TOO-LONG"}) {
    EXPECT_FALSE(PutBars(store->connection(), {.symbol = symbol}, "test", {})) << symbol;
  }
  const auto put = PutBars(store->connection(), kShare, "test", std::vector{noon});
  ASSERT_FALSE(put.has_value());
  EXPECT_THAT(put.error().message, testing::HasSubstr("2026-11-19T12:00:00Z"));
}

TEST_P(StoreTest, StoresNothingOfATransactionThatWasGivenUp) {
  const auto store = home_.Open();
  {
    auto transaction = store->Begin();
    ASSERT_TRUE(
        PutBars(store->connection(), kShare, "test", std::vector{BarOf("2026-11-19", "1")}));
    ASSERT_TRUE(AddCoverage(store->connection(), kShare,
                            {.from = DayAt("2026-11-19"), .to = DayAt("2026-11-20")}));
  }

  EXPECT_THAT(*ReadBars(store->connection(), kShare, kAllTime), IsEmpty());
  EXPECT_THAT(*ReadCoverage(store->connection(), kShare), IsEmpty());
}

TEST_P(StoreTest, JoinsWindowsThatTouchAndKeepsGapsBetweenOthers) {
  const auto store = home_.Open();
  const auto cover = [&](const char* from, const char* to) {
    Commit(*store, [&](sql::Connection& connection) {
      ASSERT_TRUE(AddCoverage(connection, kShare, {.from = DayAt(from), .to = DayAt(to)}));
    });
  };
  cover("2026-03-01", "2026-04-01");
  cover("2026-01-01", "2026-02-01");

  auto windows = *ReadCoverage(store->connection(), kShare);
  EXPECT_EQ(windows.size(), 2U);
  EXPECT_FALSE(Covers(windows, {.from = DayAt("2026-01-15"), .to = DayAt("2026-03-15")}));
  EXPECT_TRUE(Covers(windows, {.from = DayAt("2026-03-01"), .to = DayAt("2026-04-01")}));

  cover("2026-02-01", "2026-03-01");
  windows = *ReadCoverage(store->connection(), kShare);
  EXPECT_THAT(windows, ElementsAre(Window{.from = DayAt("2026-01-01"), .to = DayAt("2026-04-01")}));
}

TEST_P(StoreTest, AgreesWithASetOfDaysAfterRandomWindows) {
  std::mt19937_64 random{20261122};  // Fixed, so that a failure repeats.
  const auto store = home_.Open();
  std::vector<bool> model(60, false);
  const base::UnixNanos start = DayAt("2026-01-01");
  for (int step = 0; step < 40; ++step) {
    const auto from = static_cast<std::size_t>(random() % 50);
    const auto length = static_cast<std::size_t>(1 + random() % 6);
    Commit(*store, [&](sql::Connection& connection) {
      ASSERT_TRUE(AddCoverage(connection, kShare,
                              {.from = start + std::chrono::days(from),
                               .to = start + std::chrono::days(from + length)}));
    });
    for (std::size_t day = from; day < from + length; ++day) {
      model[day] = true;
    }
  }

  const auto windows = *ReadCoverage(store->connection(), kShare);
  for (std::size_t day = 0; day < model.size(); ++day) {
    EXPECT_EQ(Covers(windows, {.from = start + std::chrono::days(day),
                               .to = start + std::chrono::days(day + 1)}),
              model[day])
        << day;
  }
}

TEST_P(StoreTest, AnswersWithTheFundamentalsThatWereKnownAtATime) {
  const auto store = home_.Open();
  const auto put = [&](const char* value, const char* known) {
    Commit(*store, [&](sql::Connection& connection) {
      ASSERT_TRUE(PutFundamentals(connection, "ZZZT", "test",
                                  std::vector<Fundamental>{{.metric = "EPS",
                                                            .period_end = Day("2026-09-30"),
                                                            .known_at = DayAt(known),
                                                            .value = value}}));
    });
  };
  put("0.70", "2026-11-01");
  put("0.70", "2026-11-08");
  put("0.72", "2026-11-15");

  const auto on = [&](const char* date) {
    return *FundamentalsAsOf(store->connection(), "ZZZT", DayAt(date));
  };
  EXPECT_THAT(on("2026-10-31"), IsEmpty());
  ASSERT_EQ(on("2026-11-10").size(), 1U);
  EXPECT_EQ(on("2026-11-10").front().value, "0.70");
  EXPECT_EQ(on("2026-11-10").front().known_at, DayAt("2026-11-01"));
  EXPECT_EQ(on("2026-11-20").front().value, "0.72");
}

TEST_P(StoreTest, ShowsACorrectedShortInterestOnlyOnceItWasKnown) {
  const auto store = home_.Open();
  ShortInterest row{.symbol = "ZZZT",
                    .settled = Day("2026-11-13"),
                    .issue_name = "Zeta\tTest \\ Corp",
                    .market = "NYSE",
                    .shares = 1'500'000,
                    .shares_before = 1'200'000,
                    .days_to_cover = Dec("3")};
  const auto put = [&](const char* known) {
    Commit(*store, [&](sql::Connection& connection) {
      ASSERT_TRUE(PutShortInterest(connection, "test", DayAt(known), std::vector{row}));
    });
  };
  put("2026-11-24");
  put("2026-12-09");  // Fetched again: known since the first time.
  const ShortInterest first = row;
  row.shares = 1'400'000;
  row.is_revised = true;
  put("2026-12-10");

  EXPECT_THAT(*ShortInterestAsOf(store->connection(), "ZZZT", DayAt("2026-11-23")), IsEmpty());
  EXPECT_THAT(*ShortInterestAsOf(store->connection(), "ZZZT", DayAt("2026-11-24")),
              ElementsAre(first));
  EXPECT_THAT(*ShortInterestAsOf(store->connection(), "ZZZT", DayAt("2026-12-10")),
              ElementsAre(row));
}

TEST_P(StoreTest, KeepsInsidersTransactionsWithWhatTheFilingLeavesOpen) {
  const auto store = home_.Open();
  const InsiderTransaction bought{.accession = "0001234567-26-000042",
                                  .form = "4",
                                  .symbol = "ZZZT",
                                  .issuer_cik = "0001234567",
                                  .owner_cik = "0007654321",
                                  .owner_name = "DOE JANE",
                                  .is_director = true,
                                  .is_planned = false,
                                  .security = "Common Stock",
                                  .traded = Day("2026-11-17"),
                                  .code = "P",
                                  .is_acquired = true,
                                  .shares = Dec("1000"),
                                  .price = Dec("12.5"),
                                  .owned_after = Dec("5000"),
                                  .filed = Day("2026-11-19")};
  InsiderTransaction granted = bought;
  granted.line = 1;
  granted.price = std::nullopt;
  granted.is_planned = std::nullopt;
  granted.filed = std::nullopt;
  Commit(*store, [&](sql::Connection& connection) {
    EXPECT_EQ(PutInsiders(connection, std::vector{bought, granted}).value_or(0), 2);
  });
  Commit(*store, [&](sql::Connection& connection) {
    EXPECT_EQ(PutFiling(connection, bought.accession, std::vector{bought, granted}).value_or(-1),
              0);
    EXPECT_EQ(PutFiling(connection, "0001234567-26-000044", {}).value_or(-1), 0);
  });

  EXPECT_THAT(*InsidersOf(store->connection(), "ZZZT"), ElementsAre(bought, granted));
  EXPECT_TRUE(*HasFiling(store->connection(), bought.accession));
  EXPECT_FALSE(*HasFiling(store->connection(), "0001234567-26-000043"));
  EXPECT_TRUE(*HasFiling(store->connection(), "0001234567-26-000044"));
}

TEST_P(StoreTest, KnowsAFilingOfWhichOnlyTheTransactionsAreThere) {
  const auto store = home_.Open();
  const InsiderTransaction row{.accession = "0001234567-26-000042", .symbol = "ZZZT", .code = "P"};
  Commit(*store, [&](sql::Connection& connection) {
    ASSERT_TRUE(PutInsiders(connection, std::vector{row}));
  });

  EXPECT_TRUE(*HasFiling(store->connection(), row.accession));
}

TEST_P(StoreTest, CountsAFailureOnceADay) {
  const auto store = home_.Open();
  const auto fail = [&](const char* item, const char* date) {
    std::int64_t days = 0;
    Commit(*store, [&](sql::Connection& connection) {
      days = CountFailure(connection, {.item = item, .day = Day(date), .message = "not XML"})
                 .value_or(-1);
    });
    return days;
  };
  EXPECT_EQ(fail("a", "2026-12-01"), 1);
  EXPECT_EQ(fail("a", "2026-12-01"), 1);
  EXPECT_EQ(fail("b", "2026-12-01"), 1);
  EXPECT_EQ(fail("a", "2026-12-15"), 2);

  EXPECT_EQ(*FailuresOf(store->connection(), "a"), 2);
  EXPECT_EQ(*FailuresOf(store->connection(), "none"), 0);
}

TEST_P(StoreTest, RemembersWhoBelongedToAUniverseWhen) {
  const auto store = home_.Open();
  const auto put = [&](const char* date, const std::vector<Member>& members) {
    Commit(*store, [&](sql::Connection& connection) {
      ASSERT_TRUE(PutMembers(connection, "sp500", Day(date), members));
    });
  };
  const Member stays{.symbol = "AAA", .name = "A", .sector = "Tech", .cik = "1"};
  const Member leaves{.symbol = "BBB"};
  const Member joins{.symbol = "BRK-B"};
  put("2026-01-05", {stays, leaves, leaves});
  put("2026-02-02", {stays, joins});
  put("2026-03-02", {stays, joins, leaves});

  const auto on = [&](const char* date) {
    return *MembersOn(store->connection(), "sp500", Day(date));
  };
  EXPECT_THAT(on("2026-01-04"), IsEmpty());
  EXPECT_THAT(on("2026-02-01"), ElementsAre(stays, leaves));
  EXPECT_THAT(on("2026-02-02"), ElementsAre(stays, joins));
  EXPECT_THAT(on("2026-04-01"), ElementsAre(stays, leaves, joins));
  auto transaction = store->Begin();
  EXPECT_FALSE(
      PutMembers(store->connection(), "sp500", Day("2026-02-15"), std::vector<Member>{stays}));
  EXPECT_FALSE(PutMembers(store->connection(), "sp500", Day("2026-04-15"), {}));
}

TEST_P(StoreTest, TakesMoreRowsThanOneSendingHolds) {
  const auto store = home_.Open();
  std::vector<Bar> bars;
  for (int minute = 0; minute < 20'000; ++minute) {
    Bar bar = BarOf("2026-01-01", "123456.78901234");
    bar.at += std::chrono::minutes(minute);
    bars.push_back(bar);
  }
  Put(*store, {.symbol = "ZZZT", .span = Span::kMinute}, bars, 20'000);

  EXPECT_EQ(*ReadBars(store->connection(), {.symbol = "ZZZT", .span = Span::kMinute}, kAllTime),
            bars);
}

TEST(StoreFileTest, RefusesADatabaseThatHoldsSomethingElse) {
  const StoreHome home;
  {
    const auto other = sql::OpenSqlite(home.place().file, {});
    ASSERT_TRUE(
        (*other)->Run("CREATE TABLE schema_version(version BIGINT, name TEXT, applied_at "
                      "BIGINT)"));
    ASSERT_TRUE((*other)->Run("INSERT INTO schema_version VALUES(1, 'ledger', 0)"));
  }

  const auto store = Store::Open(home.place(), {.now = base::UnixNanos()});
  ASSERT_FALSE(store.has_value());
  EXPECT_EQ(store.error().code, base::ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace bulwark::store
