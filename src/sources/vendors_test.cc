// Goal: what vendors answer becomes rows or a refusal that says what to do, and no key is ever
//       shown.
// Method: bodies by hand after the vendors' documents; the recorded ones of ../shared/data, where
//         they are.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "sources/alpaca.h"
#include "sources/alpha_vantage.h"
#include "sources/edgar_index.h"
#include "sources/refusal.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using store::testing_support::At;
using store::testing_support::Day;
using store::testing_support::DayAt;
using store::testing_support::Dec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const std::string kDaily =
    R"json({"Meta Data":{"1. Information":"Daily Prices","2. Symbol":"ZZZT"},
    "Time Series (Daily)":{
    "2026-11-20":{"1. open":"12.4000","2. high":"12.9000","3. low":"12.3500","4. close":"12.8000",
    "5. volume":"512300"},
    "2026-11-19":{"1. open":"12.0","2. high":"12.5","3. low":"11.9","4. close":"12.4",
    "5. volume":"1"}}})json";

Refusal RefusalOf(const std::string& body) {
  const auto answer = ParseAlphaDaily(body);
  EXPECT_TRUE(answer.has_value()) << body;
  const auto* refusal = answer ? std::get_if<Refusal>(&*answer) : nullptr;
  EXPECT_NE(refusal, nullptr) << body;
  return refusal != nullptr ? *refusal : Refusal{};
}

TEST(AlphaVantageTest, GivesDailyBarsInOrderOfTime) {
  const auto answer = ParseAlphaDaily(kDaily);

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  const auto& bars = std::get<DailyBars>(*answer).bars;
  ASSERT_EQ(bars.size(), 2U);
  EXPECT_EQ(bars[0].at, DayAt("2026-11-19"));
  EXPECT_EQ(bars[1], (store::Bar{.at = DayAt("2026-11-20"),
                                 .open = Dec("12.4"),
                                 .high = Dec("12.9"),
                                 .low = Dec("12.35"),
                                 .close = Dec("12.8"),
                                 .volume = Dec("512300")}));
}

TEST(AlphaVantageTest, MakesFactorsOfDividendsAndSplits) {
  const auto answer = ParseAlphaDaily(R"json({"Time Series (Daily)":{
    "2026-11-20":{"1. open":"50","2. high":"50","3. low":"50","4. close":"50",
      "5. adjusted close":"50","6. volume":"2","7. dividend amount":"1.0",
      "8. split coefficient":"2.0"},
    "2026-11-19":{"1. open":"100","2. high":"100","3. low":"100","4. close":"100",
      "5. adjusted close":"49.5","6. volume":"1","7. dividend amount":"0",
      "8. split coefficient":"1.0"}}})json");

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  const auto& daily = std::get<DailyBars>(*answer);
  EXPECT_EQ(daily.bars.front().adjusted_close, Dec("49.5"));
  EXPECT_EQ(daily.bars.front().volume, Dec("1"));
  EXPECT_THAT(daily.actions,
              ElementsAre(store::CorporateAction{.through = Day("2026-11-19"),
                                                 .kind = store::ActionKind::kDividend,
                                                 .factor = Dec("0.99")},
                          store::CorporateAction{.through = Day("2026-11-19"),
                                                 .kind = store::ActionKind::kSplit,
                                                 .factor = Dec("0.5")}));
}

TEST(AlphaVantageTest, TellsHowLongNobodyMayCallAfterARefusal) {
  const base::UnixNanos now = At("2026-11-20T21:00:00Z");
  const auto notice = [&](const std::string& text) {
    return PauseIn(R"json({"Information":")json" + text + R"json("})json", now);
  };
  EXPECT_EQ(notice("25 requests per day ... 1 request per second"), milliseconds{1'200});
  EXPECT_EQ(notice("5 calls per minute and 500 calls per day."), seconds{61});
  EXPECT_EQ(notice("25 requests per day"), hours{8}) << "to midnight in New York";
  EXPECT_EQ(notice("a premium feature"), std::nullopt);
  EXPECT_EQ(PauseIn("{}", now), std::nullopt);
  EXPECT_EQ(PauseIn("<html>", now), std::nullopt);
  EXPECT_EQ(PauseIn(kDaily, now), std::nullopt);
}

TEST(AlphaVantageTest, TellsRefusalsApartByTheirWords) {
  const std::string quota =
      "{\"Information\":\"We have detected your API key as ABCDEF0123456789 and our standard API "
      "rate limit is 25 requests per day. Please subscribe to any of the premium plans.\"}";
  EXPECT_EQ(RefusalOf(quota).kind, RefusalKind::kQuotaGone);
  EXPECT_THAT(RefusalOf(quota).text, Not(HasSubstr("ABCDEF")));
  EXPECT_THAT(RefusalOf(quota).text, HasSubstr("API key as ***"));
  EXPECT_EQ(
      RefusalOf(R"json({"Information":"25 requests per day ... 1 request per second"})json").kind,
      RefusalKind::kTooFast);
  EXPECT_EQ(RefusalOf(R"json({"Note":"5 calls per minute and 500 calls per day."})json").kind,
            RefusalKind::kTooFast);
  EXPECT_EQ(
      RefusalOf(
          R"json({"Information":"The outputsize=full parameter value is a premium feature"})json")
          .kind,
      RefusalKind::kNotEntitled);
  EXPECT_EQ(
      RefusalOf(R"json({"Error Message":"the parameter apikey is invalid or missing."})json").kind,
      RefusalKind::kBadKey);
  EXPECT_EQ(RefusalOf(R"json({"Error Message":"Invalid API call."})json").kind,
            RefusalKind::kUnknownSymbol);
  EXPECT_EQ(RefusalOf("{}").kind, RefusalKind::kUnknownSymbol);
}

TEST(AlphaVantageTest, RefusesWhatIsNeitherAnswerNorRefusalWithoutShowingAKey) {
  const std::vector<std::string> bodies{
      "",
      "<html>apikey=SECRET1</html>",
      "[]",
      R"json({"x":1})json",
      kDaily.substr(0, 150),
      R"json({"Time Series (Daily)":[]})json",
      R"json({"Time Series (Daily)":{"2026-11-20":"none"}})json",
      R"json({"Time Series (Daily)":{"soon":{"1. open":"1"}}})json",
      R"json({"Time Series (Daily)":{"2026-11-20":{"1. open":12.4}}})json"};
  for (const std::string& body : bodies) {
    const auto answer = ParseAlphaDaily(body);
    ASSERT_FALSE(answer.has_value()) << body;
    EXPECT_EQ(answer.error().code, base::ErrorCode::kCorrupt);
    EXPECT_THAT(answer.error().message, Not(HasSubstr("SECRET1")));
  }
}

TEST(AlphaVantageTest, TakesTheFactsOfAnOverviewAndNoEmptyOnes) {
  const auto answer = ParseAlphaOverview(
      R"json({"Symbol":"ZZZT","Name":"Zeta","Sector":"TECHNOLOGY","LatestQuarter":"2026-09-30",
      "EPS":"0.70","DividendYield":"None","Address":"-"})json",
      DayAt("2026-11-21"));

  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_THAT(std::get<std::vector<store::Fundamental>>(*answer),
              ElementsAre(store::Fundamental{.metric = "EPS",
                                             .period_end = Day("2026-09-30"),
                                             .known_at = DayAt("2026-11-21"),
                                             .value = "0.70"},
                          store::Fundamental{.metric = "Sector",
                                             .period_end = Day("2026-09-30"),
                                             .known_at = DayAt("2026-11-21"),
                                             .value = "TECHNOLOGY"}));
  const auto unknown = ParseAlphaOverview("{}", DayAt("2026-11-21"));
  ASSERT_TRUE(unknown.has_value());
  EXPECT_EQ(std::get<Refusal>(*unknown).kind, RefusalKind::kUnknownSymbol);
}

TEST(AlpacaTest, PutsDailyBarsOnTheirDateInNewYorkAndKeepsTheTokenOfMore) {
  const auto page = ParseAlpacaBars(
      R"json({"bars":{"BRK.B":[{"t":"2026-11-20T05:00:00Z","o":12.4,"h":12.9,"l":12.35,"c":12.8,
      "v":512300,"n":4100,"vw":12.71},{"t":"2026-07-20T04:00:00Z","o":1,"h":1,"l":1,"c":1,"v":0}]},
      "next_page_token":"QlJL"})json",
      store::Span::kDay);

  ASSERT_TRUE(page.has_value()) << page.error().message;
  EXPECT_EQ(page->next_page_token, "QlJL");
  const auto& bars = page->bars.at("BRK-B");
  ASSERT_EQ(bars.size(), 2U);
  EXPECT_EQ(bars[0].at, DayAt("2026-07-20"));
  EXPECT_EQ(bars[1], (store::Bar{.at = DayAt("2026-11-20"),
                                 .open = Dec("12.4"),
                                 .high = Dec("12.9"),
                                 .low = Dec("12.35"),
                                 .close = Dec("12.8"),
                                 .volume = Dec("512300")}));
  EXPECT_EQ(AlpacaSymbol("BRK-B"), "BRK.B");
}

TEST(AlpacaTest, KeepsMinutesAndTakesAnEmptyPage) {
  const auto page = ParseAlpacaBars(
      R"json({"bars":{"ZZZT":[{"t":"2026-11-20T14:30:00Z","o":1,"h":1,"l":1,"c":1,"v":5}]},
      "next_page_token":null})json",
      store::Span::kMinute);
  ASSERT_TRUE(page.has_value()) << page.error().message;
  EXPECT_EQ(page->bars.at("ZZZT").front().at, At("2026-11-20T14:30:00Z"));
  EXPECT_EQ(page->next_page_token, "");

  EXPECT_THAT(ParseAlpacaBars(R"json({"bars":{}})json", store::Span::kDay)->bars, IsEmpty());
  EXPECT_THAT(ParseAlpacaBars(R"json({"bars":null})json", store::Span::kDay)->bars, IsEmpty());
}

TEST(AlpacaTest, NamesWhatIsWrongInAnAnswer) {
  const auto why = [](const std::string& body) {
    const auto page = ParseAlpacaBars(body, store::Span::kDay);
    return page ? std::string("taken") : page.error().message;
  };
  const auto bar = [](const std::string& fields) {
    return R"json({"bars":{"ZZZT":[)json" + fields + "]}}";
  };
  EXPECT_THAT(why("<html>"), HasSubstr("expected an object"));
  EXPECT_THAT(why(R"json({"message":"forbidden."})json"), HasSubstr("expected an object"));
  EXPECT_THAT(why(R"json({"bars":{"ZZZT":{}}})json"), HasSubstr("no list"));
  EXPECT_THAT(why(bar("7")), HasSubstr("no object"));
  EXPECT_THAT(why(bar(R"json({"t":"now"})json")), HasSubstr("t 'now'"));
  EXPECT_THAT(why(bar(R"json({"t":"2026-11-20T05:00:00Z","o":"12"})json")),
              HasSubstr("ZZZT: bar 0: o "));
  EXPECT_THAT(why(bar(R"json({"t":"2026-11-20T05:00:00Z","o":0,"h":1,"l":1,"c":1,"v":1})json")),
              HasSubstr("o is 0"));
  EXPECT_EQ(AlpacaMessage(R"json({"code":40310000,"message":"forbidden."})json"), "forbidden.");
  EXPECT_EQ(AlpacaMessage("<html>"), "");
}

const std::string kIndex =
    "Description:           Daily Index of EDGAR Dissemination Feed by Form Type\n"
    "\n"
    "Form Type   Company Name                                                  CIK\n"
    "      Date Filed  File Name\n"
    "-----------------------------------------------------------------------------\n"
    "4               Zeta Test Corp        1234567     20261119    "
    "edgar/data/1234567/0001234567-26-000042.txt\n"
    "4               DOE   JANE 4          7654321     20261119    "
    "edgar/data/7654321/0001234567-26-000042.txt  \n"
    "4/A             Other Corp            0000042     20261119    "
    "edgar/data/42/0000000042-26-000007.txt\r\n"
    "40-F            Not One Of Them       99          20261119    "
    "edgar/data/99/0000000099-26-000001.txt\n";

TEST(EdgarIndexTest, ListsEachFilingOnceWithAllWhoItIsListedUnder) {
  const auto entries = ParseDailyIndex(kIndex);

  ASSERT_TRUE(entries.has_value()) << entries.error().message;
  EXPECT_THAT(*entries, ElementsAre(IndexEntry{.form = "4",
                                               .ciks = {"1234567", "7654321"},
                                               .filed = Day("2026-11-19"),
                                               .path = "edgar/data/1234567/"
                                                       "0001234567-26-000042.txt",
                                               .accession = "0001234567-26-000042"},
                                    IndexEntry{.form = "4/A",
                                               .ciks = {"42"},
                                               .filed = Day("2026-11-19"),
                                               .path = "edgar/data/42/0000000042-26-000007.txt",
                                               .accession = "0000000042-26-000007"}));
}

TEST(EdgarIndexTest, RefusesAnotherPageAndALineThatIsCut) {
  EXPECT_FALSE(ParseDailyIndex("<html>Undeclared Automated Tool</html>").has_value());
  EXPECT_FALSE(ParseDailyIndex("").has_value());
  EXPECT_FALSE(ParseDailyIndex(kIndex + "4   Cut Corp   77   2026").has_value());
}

TEST(EdgarIndexTest, BuildsTheAddresses) {
  EXPECT_EQ(DailyIndexUrl("https://www.sec.gov", Day("2026-11-19")),
            "https://www.sec.gov/Archives/edgar/daily-index/2026/QTR4/form.20261119.idx");
  EXPECT_EQ(DailyIndexUrl("https://www.sec.gov", Day("2026-03-31")),
            "https://www.sec.gov/Archives/edgar/daily-index/2026/QTR1/form.20260331.idx");
  EXPECT_EQ(FilingUrl("https://www.sec.gov", "edgar/data/42/0000000042-26-000007.txt"),
            "https://www.sec.gov/Archives/edgar/data/42/0000000042-26-000007.txt");
}

// The recorded bodies, where they are: a real overview, real refusals.
TEST(RecordedBodiesTest, AreReadAsWhatTheyAre) {
  const std::filesystem::path folder =
      std::filesystem::path(BULWARK_SOURCE_DIR) / "../shared/data/reference/alpha_vantage";
  std::ifstream overview(folder / "mock_company_overview.json", std::ios::binary);
  std::ifstream refusals(folder / "error_payloads.jsonl", std::ios::binary);
  if (!overview || !refusals) {
    GTEST_SKIP() << "no ../shared/data";
  }
  const auto facts = ParseAlphaOverview(std::string(std::istreambuf_iterator<char>(overview), {}),
                                        DayAt("2026-11-21"));
  ASSERT_TRUE(facts.has_value()) << facts.error().message;
  EXPECT_GT(std::get<std::vector<store::Fundamental>>(*facts).size(), 30U);

  std::vector<RefusalKind> kinds;
  for (std::string line; std::getline(refusals, line);) {
    kinds.push_back(RefusalOf(line).kind);
  }
  EXPECT_THAT(kinds, ElementsAre(RefusalKind::kTooFast, RefusalKind::kNotEntitled,
                                 RefusalKind::kTooFast, RefusalKind::kUnknownSymbol));
}

}  // namespace
}  // namespace bulwark::sources
