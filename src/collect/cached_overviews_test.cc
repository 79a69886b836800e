// Goal: an overview is paid for once while it is kept, a refusal never stays, and what others wrote
//       under the key is no answer; the members of a universe come from the store once.
// Method: a played vendor, a real store and a real Redis; what makes a value old is PEXPIRE.

#include "collect/cached_overviews.h"

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "cache/cache.h"
#include "collect/members.h"
#include "net/http_client.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/test_server.h"
#include "sources/fetcher.h"
#include "sources/publishers.h"
#include "sources/refusal.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/store_testing.h"
#include "store/universe_table.h"

namespace bulwark::collect {
namespace {

using store::testing_support::At;
using store::testing_support::Day;
using store::testing_support::StoreHome;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const base::UnixNanos kNow = At("2026-11-28T11:00:00Z");
constexpr std::string_view kKey = "cache:fundamentals:ZZZT";
constexpr std::string_view kList = "cache:universe:sp500";
constexpr const char* kOverview =
    R"({"Symbol":"ZZZT","LatestQuarter":"2026-09-30","PERatio":"18.2"})";
constexpr const char* kQuotaGone =
    R"({"Information":"We have detected your API key as K3Y; 25 requests per day."})";

class Vendor final : public net::HttpCaller {
 public:
  base::Result<net::HttpReply> Call(const net::HttpCall& /*call*/) override {
    ++calls;
    return net::HttpReply{.status = status, .body = body};
  }

  int calls = 0;
  int status = 200;
  std::string body = kOverview;
};

class OpenGate final : public sources::CallGate {
 public:
  base::Result<base::Nanos> Enter() override { return base::Nanos::max(); }
  base::Result<void> OnThrottled(std::optional<base::Nanos> /*retry_after*/,
                                 int /*status*/) override {
    return {};
  }
};

class CachedOverviewsTest : public testing::Test {
 protected:
  std::string Do(std::initializer_list<std::string_view> words) {
    const auto reply = connection_->Call(words);
    return reply ? reply->text : reply.error().message;
  }
  // The number of facts, or why there are none.
  std::variant<std::size_t, sources::RefusalKind, base::ErrorCode> Ask() {
    const auto answer = overviews_.Fetch("ZZZT", kNow);
    if (!answer) {
      return answer.error().code;
    }
    if (const auto* refusal = std::get_if<sources::Refusal>(&*answer)) {
      return refusal->kind;
    }
    return std::get<std::vector<store::Fundamental>>(*answer).size();
  }
  // It has no more than its stale time to live.
  void MakeOld() { Do({"PEXPIRE", kKey, "60000"}); }

  redis::TestServer server_;
  redis::UrlDialer dialer_{server_.url()};
  std::unique_ptr<redis::Connection> connection_ = server_.Connect();
  cache::Cache cache_{{.call_timeout = std::chrono::seconds{5}}, dialer_};
  Vendor vendor_;
  OpenGate gate_;
  sources::Fetcher fetcher_{vendor_, gate_, {}};
  sources::AlphaVantageOverviews source_{fetcher_,
                                         {.base_url = "http://av", .key = base::Secret("K3Y")}};
  CachedOverviews overviews_{cache_, source_};
};

constexpr std::size_t kOneFact = 1;

TEST_F(CachedOverviewsTest, PaysOnceWhileTheAnswerIsKept) {
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);

  EXPECT_EQ(vendor_.calls, 1);
  EXPECT_EQ(Do({"GET", kKey}), kOverview);
}

TEST_F(CachedOverviewsTest, KeepsNoRefusalAndNotTheKeyThatItRepeats) {
  vendor_.body = kQuotaGone;
  EXPECT_EQ(std::get<1>(Ask()), sources::RefusalKind::kQuotaGone);
  EXPECT_EQ(Do({"GET", kKey}), "");

  vendor_.body = kOverview;
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);
}

TEST_F(CachedOverviewsTest, AnswersTheOldOneWhenTheVendorRefusesOrFails) {
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);
  MakeOld();
  vendor_.body = kQuotaGone;
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);
  vendor_.status = 404;
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);

  Do({"DEL", kKey});
  EXPECT_EQ(std::get<2>(Ask()), base::ErrorCode::kCorrupt);
}

TEST_F(CachedOverviewsTest, RemembersForAWhileThatACompanyIsUnknown) {
  vendor_.body = "{}";
  EXPECT_EQ(std::get<1>(Ask()), sources::RefusalKind::kUnknownSymbol);
  EXPECT_EQ(std::get<1>(Ask()), sources::RefusalKind::kUnknownSymbol);
  EXPECT_EQ(vendor_.calls, 1);
}

TEST_F(CachedOverviewsTest, AsksTheVendorWhenTheKeptTextIsNoOverview) {
  for (const std::string_view damaged : {"[]", "{}", "7", R"({"Information":"premium"})"}) {
    Do({"SET", kKey, damaged, "EX", "3000"});
    EXPECT_EQ(std::get<0>(Ask()), kOneFact) << damaged;
    EXPECT_EQ(Do({"GET", kKey}), kOverview) << damaged;
  }
}

TEST_F(CachedOverviewsTest, AsksTheVendorEachTimeWithoutRedis) {
  server_.server().Stop();

  EXPECT_EQ(std::get<0>(Ask()), kOneFact);
  EXPECT_EQ(std::get<0>(Ask()), kOneFact);
  EXPECT_EQ(vendor_.calls, 2);
}

class CachedSymbolsTest : public CachedOverviewsTest {
 protected:
  void Put(std::string_view day, const std::vector<store::Member>& members) {
    auto transaction = store_->Begin();
    ASSERT_TRUE(store::PutMembers(store_->connection(), "sp500", Day(std::string(day)), members));
    ASSERT_TRUE(transaction->Commit());
  }
  std::vector<std::string> Symbols() {
    const auto symbols = CachedSymbols({.store = *store_, .cache = &cache_}, list_);
    return symbols ? *symbols : std::vector<std::string>{symbols.error().message};
  }

  StoreHome home_;
  std::unique_ptr<store::Store> store_ = home_.Open();
  MemberList list_{.universe = "sp500", .date = Day("2026-11-20")};
};

TEST_F(CachedSymbolsTest, ReadsTheStoreOnceUntilTheListIsForgotten) {
  Put("2026-11-02", {{.symbol = "ZZZT", .sector = "Energy"}, {.symbol = "BRK-B"}});
  EXPECT_THAT(Symbols(), ElementsAre("BRK-B", "ZZZT"));
  EXPECT_EQ(Do({"GET", kList}), R"({"BRK-B":"","ZZZT":"Energy"})") << "the documented key";

  Put("2026-11-20", {{.symbol = "AAA"}});
  EXPECT_THAT(Symbols(), SizeIs(2));
  ASSERT_TRUE(ForgetSymbols(cache_, list_.universe));
  EXPECT_THAT(Symbols(), ElementsAre("AAA"));
}

TEST_F(CachedSymbolsTest, AsksTheStoreWhenTheKeptListIsNone) {
  Put("2026-11-02", {{.symbol = "ZZZT"}});
  for (const std::string_view damaged : {"[\"A\"]", "{}", "null", R"({"A*B":""})"}) {
    Do({"SET", kList, damaged, "EX", "3000"});
    EXPECT_THAT(Symbols(), ElementsAre("ZZZT")) << damaged;
  }
}

TEST_F(CachedSymbolsTest, AnEmptyUniverseIsNotKept) {
  EXPECT_FALSE(CachedSymbols({.store = *store_, .cache = &cache_}, list_).has_value());
  Put("2026-11-02", {{.symbol = "ZZZT"}});
  EXPECT_THAT(Symbols(), ElementsAre("ZZZT"));
}

TEST_F(CachedSymbolsTest, ComesFromTheStoreWithoutRedisAndWithoutACache) {
  Put("2026-11-02", {{.symbol = "ZZZT"}});
  server_.server().Stop();

  EXPECT_THAT(Symbols(), ElementsAre("ZZZT"));
  EXPECT_THAT(*CachedSymbols({.store = *store_}, list_), ElementsAre("ZZZT"));
}

}  // namespace
}  // namespace bulwark::collect
