// Goal: files of FINRA and filings of the SEC arrive whole, what is not published is told from what
//       is refused, and no key is shown.
// Method: a caller that answers by address, as the publishers' servers do; one that answers in
//       pages, as FINRA's interface does.

#include "sources/publishers.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "net/http_client.h"
#include "sources/edgar_index.h"
#include "sources/fetcher.h"
#include "sources/finra.h"
#include "sources/refusal.h"
#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using store::testing_support::At;
using store::testing_support::Day;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// What is not known is 403, as where the SEC keeps its files.
class Site final : public net::HttpCaller {
 public:
  base::Result<net::HttpReply> Call(const net::HttpCall& call) override {
    calls.push_back(call.url);
    const auto found = pages.find(call.url);
    return found == pages.end() ? net::HttpReply{.status = 403, .body = "AccessDenied"}
                                : net::HttpReply{.status = 200, .body = found->second};
  }

  std::map<std::string, std::string> pages;
  std::vector<std::string> calls;
};

class OpenGate final : public CallGate {
 public:
  base::Result<base::Nanos> Enter() override { return base::Nanos::max(); }
  base::Result<void> OnThrottled(std::optional<base::Nanos> /*retry_after*/,
                                 int /*status*/) override {
    return {};
  }
};

const std::string kQuarter = "http://sec/Archives/edgar/daily-index/2026/QTR4/";
const std::string kPath = "edgar/data/1234567/0001234567-26-000042.txt";

std::string Submission(const std::string& accession) {
  return "ACCESSION NUMBER:\t\t" + accession +
         "\nFILED AS OF DATE:\t\t20261119\n<XML>\n"
         "<ownershipDocument><documentType>4</documentType><issuer><issuerCik>0001234567</"
         "issuerCik>"
         "<issuerTradingSymbol>ZZZT</issuerTradingSymbol></issuer><nonDerivativeTable>"
         "<nonDerivativeTransaction><transactionDate><value>2026-11-17</value></transactionDate>"
         "<transactionCoding><transactionCode>P</transactionCode></transactionCoding>"
         "<transactionAmounts><transactionAcquiredDisposedCode><value>A</value>"
         "</transactionAcquiredDisposedCode></transactionAmounts>"
         "</nonDerivativeTransaction></nonDerivativeTable></ownershipDocument>\n</XML>\n";
}

class PublishersTest : public testing::Test {
 protected:
  Site site_;
  OpenGate gate_;
  Fetcher fetcher_{site_, gate_, {}};
  Edgar edgar_{fetcher_, "http://sec"};
};

TEST_F(PublishersTest, ListsADayAndFetchesAFiling) {
  site_.pages[kQuarter + "index.json"] =
      R"({"directory":{"item":[{"name":"form.20261119.idx","type":"file"},{"name":"x"}]}})";
  site_.pages[kQuarter + "form.20261119.idx"] =
      "Form Type   Company Name\n-----------\n"
      "4               Zeta Test Corp        1234567     20261119    " +
      kPath + "\n";
  site_.pages["http://sec/Archives/" + kPath] = Submission("0001234567-26-000042");

  const auto list = edgar_.List(Day("2026-11-19"));
  ASSERT_TRUE(list.has_value()) << list.error().message;
  ASSERT_THAT(**list, SizeIs(1));
  const auto filing = edgar_.Fetch((*list)->front());

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  ASSERT_THAT(filing->transactions, SizeIs(1));
  EXPECT_EQ(filing->transactions[0].symbol, "ZZZT");
  EXPECT_EQ(filing->filed, Day("2026-11-19"));
}

TEST_F(PublishersTest, TellsADayWithoutAListFromARefusal) {
  site_.pages[kQuarter + "index.json"] = R"({"directory":{"item":[]}})";

  EXPECT_EQ(*edgar_.List(Day("2026-11-26")), std::nullopt);
  EXPECT_EQ(*edgar_.List(Day("2026-11-27")), std::nullopt);
  EXPECT_THAT(site_.calls, ElementsAre(kQuarter + "index.json"));

  const auto refused = edgar_.List(Day("2026-09-30"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, base::ErrorCode::kUnavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("403"));
}

TEST_F(PublishersTest, RefusesAFolderThatIsNoneAndAnotherFiling) {
  for (const char* body : {"<html>", "[]", R"({"directory":1})", R"({"directory":{"item":[{}]}})",
                           R"({"directory":{"item":[{"name":7}]}})"}) {
    EXPECT_FALSE(ParseFolder(body).has_value()) << body;
  }
  site_.pages["http://sec/Archives/" + kPath] = Submission("0009999999-26-000001");

  const auto filing = edgar_.Fetch({.path = kPath, .accession = "0001234567-26-000042"});

  ASSERT_FALSE(filing.has_value());
  EXPECT_EQ(filing.error().code, base::ErrorCode::kCorrupt);
}

TEST_F(PublishersTest, ReadsShortInterestAndKnowsWhatIsNotPublished) {
  FinraFiles finra(fetcher_, "http://finra");
  site_.pages[FinraFileUrl("http://finra", Day("2026-11-13"))] =
      "accountingYearMonthNumber|symbolCode|issueName|issuerServicesGroupExchangeCode|"
      "marketClassCode|currentShortPositionQuantity|previousShortPositionQuantity|stockSplitFlag|"
      "averageDailyVolumeQuantity|daysToCoverQuantity|revisionFlag|changePercent|"
      "changePreviousNumber|settlementDate\n"
      "20261113|ZZZT|Zeta Test Corp|A|NYSE|1500000|1200000||500000|3.0||25.0|300000|2026-11-13\n";
  site_.pages[FinraFileUrl("http://finra", Day("2026-10-30"))] =
      site_.pages[FinraFileUrl("http://finra", Day("2026-11-13"))];

  const auto page = finra.Fetch(Day("2026-11-13"));
  ASSERT_TRUE(page.has_value()) << page.error().message;
  EXPECT_EQ((*page)->rows.at(0).shares, 1'500'000);
  EXPECT_EQ(*finra.Fetch(Day("2026-11-30")), std::nullopt);
  EXPECT_THAT(finra.Fetch(Day("2026-10-30")).error().message, HasSubstr("another day"));
}

TEST_F(PublishersTest, ShowsNoKeyWhateverWordsTheVendorPutsAroundIt) {
  const std::string key = "SECRETKEY0123456";
  AlphaVantageOverviews source(fetcher_, {.base_url = "http://av", .key = base::Secret(key)});
  const std::string url = "http://av/query?function=OVERVIEW&symbol=ZZZT&apikey=" + key;
  for (const std::string body :
       {R"({"Information":"Your key SECRETKEY0123456 made 25 requests per day"})",
        R"({"Error Message":"the parameter apikey SECRETKEY0123456 is invalid"})",
        R"(<html>SECRETKEY0123456 SECRETKEY0123456</html>)", R"({"Note":"SECRETKEY0123456"})"}) {
    site_.pages[url] = body;

    const auto answer = source.Fetch("ZZZT", At("2026-11-28T11:00:00Z"));

    const std::string told = answer ? std::get<Refusal>(*answer).text : answer.error().message;
    EXPECT_THAT(told, AllOf(HasSubstr("***"), Not(HasSubstr("SECRET")))) << body;
    EXPECT_THAT(*source.Text("ZZZT"), Not(HasSubstr("SECRET"))) << body;
  }
}

TEST_F(PublishersTest, FetchesOverviewsAndShowsNoKey) {
  AlphaVantageOverviews source(fetcher_, {.base_url = "http://av", .key = base::Secret("K3Y")});
  const std::string url = "http://av/query?function=OVERVIEW&symbol=ZZZT&apikey=K3Y";
  site_.pages[url] = R"({"Symbol":"ZZZT","LatestQuarter":"2026-09-30","PERatio":"18.2"})";

  const auto answer = source.Fetch("ZZZT", At("2026-11-28T11:00:00Z"));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_THAT(std::get<std::vector<store::Fundamental>>(*answer), SizeIs(1));

  site_.pages[url] = "{}";
  const auto unknown = source.Fetch("ZZZT", At("2026-11-28T11:00:00Z"));
  EXPECT_EQ(std::get<Refusal>(*unknown).kind, RefusalKind::kUnknownSymbol);
  const auto failed = source.Fetch("AAA", At("2026-11-28T11:00:00Z"));
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, Not(HasSubstr("K3Y")));
}

// Answers as FINRA's interface: `limit` rows from `offset` on, and how many there are.
class ShortsApi final : public net::HttpCaller {
 public:
  base::Result<net::HttpReply> Call(const net::HttpCall& call) override {
    const auto question = nlohmann::json::parse(call.body.value_or(""));
    questions.push_back(question);
    urls.push_back(call.url);
    const std::uint64_t offset = question["offset"];
    const std::uint64_t limit = question["limit"];
    auto rows = nlohmann::json::array();
    for (std::uint64_t at = offset; at < std::min(offset + limit, there); ++at) {
      rows.push_back({{"symbolCode", "Z" + std::to_string(at == swapped ? at - 1 : at)},
                      {"settlementDate", day},
                      {"currentShortPositionQuantity", at}});
    }
    net::HttpReply reply{.status = status, .body = rows.dump()};
    reply.headers.emplace_back("record-total", total.value_or(std::to_string(there)));
    there += grows;
    return reply;
  }

  std::vector<nlohmann::json> questions;
  std::vector<std::string> urls;
  std::uint64_t there = 12'001;
  std::uint64_t grows = 0;               // With each question.
  std::optional<std::uint64_t> swapped;  // In its place stands the row before it.
  std::optional<std::string> total;
  std::string day = "2026-11-13";
  int status = 200;
};

class FinraApiTest : public testing::Test {
 protected:
  [[nodiscard]] std::string Problem() {
    const auto page = finra_.Fetch(Day("2026-11-13"));
    return page ? "none" : page.error().message;
  }

  ShortsApi site_;
  OpenGate gate_;
  Fetcher fetcher_{site_, gate_, {.retries = {.attempts_max = 1}}};
  FinraApi finra_{fetcher_, "http://api"};
};

TEST_F(FinraApiTest, ReadsAllPagesOfADay) {
  const auto page = finra_.Fetch(Day("2026-11-13"));

  ASSERT_TRUE(page.has_value()) << page.error().message;
  ASSERT_THAT((*page)->rows, SizeIs(12'001));
  EXPECT_EQ((*page)->rows.back().symbol, "Z12000");
  EXPECT_EQ((*page)->rows.back().shares, 12'000);
  EXPECT_EQ(site_.urls.front(), "http://api/data/group/otcMarket/name/consolidatedShortInterest");
  ASSERT_THAT(site_.questions, SizeIs(3));
  EXPECT_EQ(
      site_.questions[2].dump(),
      R"({"compareFilters":[{"compareType":"EQUAL","fieldName":"settlementDate",)"
      R"("fieldValue":"2026-11-13"}],"limit":5000,"offset":10000,"sortFields":["-symbolCode"]})");
}

TEST_F(FinraApiTest, IsEmptyForADayThatIsNotPublished) {
  site_.there = 0;
  EXPECT_EQ(*finra_.Fetch(Day("2026-11-13")), std::nullopt);
  site_.status = 204;
  EXPECT_EQ(*finra_.Fetch(Day("2026-11-13")), std::nullopt);
}

TEST_F(FinraApiTest, RefusesWhatIsNotWholeOrNotOfThatDay) {
  site_.grows = 1;
  EXPECT_THAT(Problem(), HasSubstr("5000 rows of 12002"));
  site_.grows = 0;
  site_.total = "13000";
  EXPECT_THAT(Problem(), HasSubstr("0 rows of 13000"));
  for (const char* wrong : {"", "many", "-1", "10000000"}) {
    site_.total = wrong;
    EXPECT_THAT(Problem(), HasSubstr("record-total")) << wrong;
  }
  site_.total.reset();
  site_.day = "2026-10-30";
  EXPECT_THAT(Problem(), HasSubstr("another day"));
}

TEST_F(FinraApiTest, RefusesPagesInWhichARowComesTwiceAndAnotherNotAtAll) {
  site_.swapped = 5'000;  // The first row of the second page.

  EXPECT_THAT(Problem(), HasSubstr("two rows of Z4999"));
}

TEST_F(FinraApiTest, TellsAnErrorFromNothing) {
  for (const int status : {400, 403, 418}) {
    site_.status = status;
    EXPECT_THAT(Problem(), HasSubstr("status " + std::to_string(status)));
  }
}

}  // namespace
}  // namespace bulwark::sources
