// Goal: the documents about approvals are byte for byte what readers of the contract expect.
// Method: one of each kind, spelled out; the catalogue's own checks on them.

#include "contract/approval_document.h"

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/decimal.h"
#include "base/time.h"
#include "base/uuid.h"
#include "contract/catalogue.h"
#include "model/autonomy.h"
#include "model/order.h"
#include "model/proposal.h"
#include "model/signal.h"

namespace bulwark::contract {
namespace {

using base::Decimal;

// 2026-11-21T20:30:00Z
constexpr base::UnixNanos kMade{std::chrono::seconds{1'795'293'000}};

model::Proposal Waiting() {
  model::Proposal proposal;
  proposal.id = base::Uuid::FromParts(0x1da26b1b'0000'4000ULL, 0x8000'000000000001ULL);
  proposal.order.quantity = Decimal::FromInt(10);
  proposal.order.type = model::OrderType::kLimit;
  proposal.order.limit_price = Decimal::FromRaw(17'050'000'000);
  proposal.order.strategy = model::StrategyName("ema_cross");
  proposal.reference_price = Decimal::FromRaw(17'060'000'000);
  proposal.signal_strength = Decimal::FromRaw(80'000'000);
  proposal.created_at = kMade;
  proposal.expires_at = kMade + std::chrono::minutes{15};
  return proposal;
}

TEST(ApprovalDocumentTest, WritesTheOrderThatWaitsAsTheApiGivesIt) {
  std::string text;
  EncodeProposedOrder(text, Waiting(), "AAPL");

  EXPECT_EQ(text, Get(EntryId::kPendingApprovals).example);
  EXPECT_EQ(Get(EntryId::kPendingApprovals).check(text), std::nullopt);
}

TEST(ApprovalDocumentTest, WritesNullForPricesThatAMarketOrderLacks) {
  model::Proposal proposal = Waiting();
  proposal.order.limit_price.reset();
  proposal.order.type = model::OrderType::kMarket;
  std::string text;
  EncodeProposedOrder(text, proposal, "AAPL");

  EXPECT_NE(text.find(R"("limit_price":null)"), std::string::npos);
  EXPECT_EQ(Get(EntryId::kPendingApprovals).check(text), std::nullopt);
}

TEST(ApprovalDocumentTest, WritesTheMessageOfANewProposalAsInTheCatalogue) {
  std::string text;
  EncodePendingApproval(text, Waiting(), "AAPL");

  EXPECT_EQ(text, Get(EntryId::kTradePendingApproval).example);
  EXPECT_EQ(Get(EntryId::kTradePendingApproval).check(text), std::nullopt);
}

TEST(ApprovalDocumentTest, WritesAChangeOfTheModeAsTheOlderInstallationDid) {
  std::string text;
  EncodeModeChange(text, {.from = model::AutonomyMode::kPaperOnly,
                          .mode = model::AutonomyMode::kManualApproval,
                          .since = kMade});

  EXPECT_EQ(text, R"({"from": "PAPER_ONLY", "to": "MANUAL_APPROVAL", "at": )"
                  R"("2026-11-21T20:30:00+00:00"})");
  EXPECT_EQ(Get(EntryId::kAutonomyLog).check(text), std::nullopt);
  std::string since;
  EncodeModeSince(since, kMade);
  EXPECT_EQ(since, "2026-11-21T20:30:00+00:00");
}

TEST(ApprovalDocumentTest, RefusesModesAndStatesThatDoNotExist) {
  EXPECT_EQ(Get(EntryId::kAutonomyMode).check("FULL_AUTONOMOUS"), std::nullopt);
  EXPECT_TRUE(Get(EntryId::kAutonomyMode).check("FULL").has_value());
  std::string text;
  EncodeProposedOrder(text, Waiting(), "AAPL");
  text.replace(text.find("PENDING"), 7, "WAITING");
  EXPECT_TRUE(Get(EntryId::kPendingApprovals).check(text).has_value());
  EXPECT_TRUE(Get(EntryId::kAutonomyLog)
                  .check(R"({"from": "PAPER_ONLY", "to": "X", "at": "2026-11-21T20:30:00Z"})")
                  .has_value());
}

}  // namespace
}  // namespace bulwark::contract
