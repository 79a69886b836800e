// Goal: a filing gives every transaction with every field as it stands there, and nothing that does
//       not.
// Method: documents by hand; the real filings of ../shared/data, where they are, against values
//         read by eye.

#include "sources/ownership.h"

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/rows.h"
#include "store/store_testing.h"

namespace bulwark::sources {
namespace {

using store::InsiderTransaction;
using store::testing_support::Day;
using store::testing_support::Dec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kHead =
    "<?xml version=\"1.0\"?><ownershipDocument><schemaVersion>X0508</schemaVersion>"
    "<documentType>4</documentType><periodOfReport>2026-11-17</periodOfReport>"
    "<aff10b5One>0</aff10b5One><issuer><issuerCik>0001234567</issuerCik>"
    "<issuerName>Zeta Test Corp</issuerName><issuerTradingSymbol>zzzt</issuerTradingSymbol>"
    "</issuer><reportingOwner><reportingOwnerId><rptOwnerCik>0007654321</rptOwnerCik>"
    "<rptOwnerName>DOE JANE</rptOwnerName></reportingOwnerId><reportingOwnerRelationship>"
    "<isDirector>1</isDirector><isOfficer>0</isOfficer></reportingOwnerRelationship>"
    "</reportingOwner>";
const std::string kBuy =
    "<nonDerivativeTransaction><securityTitle><value>Common Stock</value></securityTitle>"
    "<transactionDate><value>2026-11-17</value></transactionDate><transactionCoding>"
    "<transactionCode>P</transactionCode></transactionCoding><transactionAmounts>"
    "<transactionShares><value>1000</value></transactionShares>"
    "<transactionPricePerShare><value>12.50</value></transactionPricePerShare>"
    "<transactionAcquiredDisposedCode><value>A</value></transactionAcquiredDisposedCode>"
    "</transactionAmounts><postTransactionAmounts><sharesOwnedFollowingTransaction>"
    "<value>5000</value></sharesOwnedFollowingTransaction></postTransactionAmounts>"
    "<ownershipNature><directOrIndirectOwnership><value>I</value></directOrIndirectOwnership>"
    "</ownershipNature></nonDerivativeTransaction>";

std::string Document(const std::string& transactions) {
  return kHead + "<nonDerivativeTable>" + transactions +
         "</nonDerivativeTable></ownershipDocument>";
}

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  return text.replace(text.find(what), what.size(), by);
}

TEST(OwnershipTest, ReadsAPurchaseWithEveryField) {
  const auto filing = ParseOwnership(Document(kBuy), "0001234567-26-000042", Day("2026-11-19"));

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  EXPECT_EQ(filing->form, "4");
  EXPECT_THAT(filing->transactions,
              ElementsAre(InsiderTransaction{.accession = "0001234567-26-000042",
                                             .line = 0,
                                             .form = "4",
                                             .symbol = "ZZZT",
                                             .issuer_cik = "0001234567",
                                             .owner_cik = "0007654321",
                                             .owner_name = "DOE JANE",
                                             .is_director = true,
                                             .is_direct = false,
                                             .is_planned = false,
                                             .security = "Common Stock",
                                             .traded = Day("2026-11-17"),
                                             .code = "P",
                                             .is_acquired = true,
                                             .shares = Dec("1000"),
                                             .price = Dec("12.5"),
                                             .owned_after = Dec("5000"),
                                             .filed = Day("2026-11-19")}));
}

TEST(OwnershipTest, LeavesEmptyWhatOnlyAFootnoteTells) {
  const std::string footnoted =
      Replaced(kBuy, "<transactionPricePerShare><value>12.50</value>",
               "<transactionPricePerShare><value></value><footnoteId id=\"F1\"/>");
  const auto filing = ParseOwnership(
      Replaced(Document(footnoted), "<aff10b5One>0</aff10b5One>", ""), "", std::nullopt);

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  EXPECT_EQ(filing->transactions.front().price, std::nullopt);
  EXPECT_EQ(filing->transactions.front().is_planned, std::nullopt);
}

TEST(OwnershipTest, RefusesOtherDocumentsAndTransactionsThatSayTooLittle) {
  const auto why = [](const std::string& xml) {
    const auto filing = ParseOwnership(xml, "", std::nullopt);
    return filing ? std::string("taken") : filing.error().message;
  };
  EXPECT_THAT(why(""), HasSubstr("not XML"));
  EXPECT_THAT(why("<html><body>Request Rate Threshold Exceeded</body></html>"),
              HasSubstr("no ownershipDocument"));
  EXPECT_THAT(why(Document(kBuy).substr(0, 400)), HasSubstr("not XML"));
  EXPECT_THAT(why(Replaced(Document(""), ">4<", ">8-K<")), HasSubstr("documentType '8-K'"));
  EXPECT_THAT(why(Document(Replaced(kBuy, "2026-11-17", ""))), HasSubstr("transactionDate ''"));
  EXPECT_THAT(why(Document(Replaced(kBuy, ">P<", "><"))), HasSubstr("transactionCode ''"));
  EXPECT_THAT(why(Document(Replaced(kBuy, ">1000<", ">many<"))),
              HasSubstr("transactionShares 'many'"));
}

TEST(OwnershipTest, RefusesAmountsBelowZeroCodesThatAreNoLetterAndTradesWithoutDirection) {
  const auto why = [](const std::string& what, const std::string& by) {
    const auto filing = ParseOwnership(Document(Replaced(kBuy, what, by)), "", std::nullopt);
    return filing ? std::string("taken") : filing.error().message;
  };
  EXPECT_THAT(why(">1000<", ">-1000<"), HasSubstr("transactionShares '-1000'"));
  EXPECT_THAT(why(">12.50<", ">-12.5<"), HasSubstr("transactionPricePerShare '-12.5'"));
  EXPECT_THAT(why(">5000<", ">-1<"), HasSubstr("sharesOwnedFollowingTransaction '-1'"));
  for (const char* code : {">?<", ">p<", ">1<"}) {
    EXPECT_THAT(why(">P<", code), HasSubstr("transactionCode")) << code;
  }
  for (const char* direction : {"><", ">B<", ">a<"}) {
    EXPECT_THAT(why(">A<", direction), HasSubstr("is neither A nor D")) << direction;
  }
  EXPECT_EQ(why(">A<", ">D<"), "taken");
}

TEST(OwnershipTest, NamesAllWhoFileTogetherAndTheRolesOfAny) {
  const std::string other =
      "<reportingOwner><reportingOwnerId><rptOwnerCik>0000000099</rptOwnerCik>"
      "<rptOwnerName>DOE FUND LP</rptOwnerName></reportingOwnerId><reportingOwnerRelationship>"
      "<isTenPercentOwner>true</isTenPercentOwner></reportingOwnerRelationship></reportingOwner>";
  const auto filing = ParseOwnership(
      Replaced(Document(kBuy), "<nonDerivativeTable>", other + "<nonDerivativeTable>"), "",
      std::nullopt);

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  ASSERT_EQ(filing->transactions.size(), 1U);
  const InsiderTransaction& row = filing->transactions.front();
  EXPECT_EQ(row.owner_cik, "0007654321; 0000000099");
  EXPECT_EQ(row.owner_name, "DOE JANE; DOE FUND LP");
  EXPECT_TRUE(row.is_director);
  EXPECT_FALSE(row.is_officer);
  EXPECT_TRUE(row.is_ten_percent_owner);
}

TEST(SubmissionTest, ReadsAccessionAndDayOfBothSpellings) {
  for (const std::string header :
       {"ACCESSION NUMBER:\t\t0001234567-26-000042\nFILED AS OF DATE:\t\t20261119\n",
        "<ACCESSION-NUMBER>0001234567-26-000042\n<FILING-DATE>20261119\n"}) {
    const auto filing = ParseSubmission(header + "<TEXT>\n<XML>\n" + Document(kBuy) + "\n</XML>");

    ASSERT_TRUE(filing.has_value()) << filing.error().message;
    EXPECT_EQ(filing->accession, "0001234567-26-000042");
    EXPECT_EQ(filing->filed, Day("2026-11-19"));
    EXPECT_EQ(filing->transactions.size(), 1U);
  }
  EXPECT_FALSE(ParseSubmission("<XML>" + Document(kBuy) + "</XML>").has_value());
  EXPECT_FALSE(ParseSubmission("no submission at all").has_value());
}

// Empty when there is no such folder.
std::optional<std::string> RealFiling(const std::string& name) {
  const std::filesystem::path path =
      std::filesystem::path(BULWARK_SOURCE_DIR) / "../shared/data/reference/form4" / name;
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

class RealFilingTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!RealFiling("form5_SNOW.xml")) {
      GTEST_SKIP() << "no ../shared/data";
    }
  }
};

TEST_F(RealFilingTest, AirIsOneSaleFiledOnTheSameDay) {
  const auto filing = ParseSubmission(RealFiling("0001127602-25-001055_AIR.txt").value_or(""));

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  EXPECT_THAT(filing->transactions,
              ElementsAre(InsiderTransaction{.accession = "0001127602-25-001055",
                                             .form = "4",
                                             .symbol = "AIR",
                                             .issuer_cik = "0000001750",
                                             .owner_cik = "0001806647",
                                             .owner_name = "Garascia Jessica A.",
                                             .officer_title = "Senior VP, GC, CAO & Secretary",
                                             .is_officer = true,
                                             .is_planned = false,
                                             .security = "Common Stock",
                                             .traded = Day("2025-01-10"),
                                             .code = "S",
                                             .is_acquired = false,
                                             .shares = Dec("1500"),
                                             .price = Dec("66.903"),
                                             .owned_after = Dec("37565"),
                                             .filed = Day("2025-01-10")}));
}

TEST_F(RealFilingTest, ArwIsAGrantAndTheSharesWithheldForIt) {
  const auto filing = ParseSubmission(RealFiling("0001127602-25-004598_ARW.nc").value_or(""));

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  const InsiderTransaction grant{.accession = "0001127602-25-004598",
                                 .form = "4",
                                 .symbol = "ARW",
                                 .issuer_cik = "0000007536",
                                 .owner_cik = "0001870985",
                                 .owner_name = "Jean-Claude Carine Lamercie",
                                 .officer_title = "SVP, CLO & Secretary",
                                 .is_officer = true,
                                 .is_planned = false,
                                 .security = "Common Stock",
                                 .traded = Day("2025-02-12"),
                                 .code = "A",
                                 .is_acquired = true,
                                 .shares = Dec("2193"),
                                 .price = Dec("106.82"),
                                 .owned_after = Dec("21878"),
                                 .filed = filing->filed};
  InsiderTransaction withheld = grant;
  withheld.line = 1;
  withheld.code = "F";
  withheld.is_acquired = false;
  withheld.shares = Dec("1009");
  withheld.owned_after = Dec("20869");
  EXPECT_THAT(filing->transactions, ElementsAre(grant, withheld));
  EXPECT_TRUE(filing->filed.has_value());
}

TEST_F(RealFilingTest, TsvtIsAGrantOfSharesAndOneOfOptions) {
  const auto filing = ParseSubmission(RealFiling("0001562180-25-000280_TSVT.nc").value_or(""));

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  const InsiderTransaction shares{.accession = "0001562180-25-000280",
                                  .form = "4",
                                  .symbol = "TSVT",
                                  .issuer_cik = "0001860782",
                                  .owner_cik = "0002009134",
                                  .owner_name = "Snow Jessica",
                                  .officer_title = "See Remarks",
                                  .is_officer = true,
                                  .is_planned = false,
                                  .security = "Common Stock",
                                  .traded = Day("2025-01-06"),
                                  .code = "A",
                                  .is_acquired = true,
                                  .shares = Dec("106150"),
                                  .price = Dec("0"),
                                  .owned_after = Dec("253329"),
                                  .filed = Day("2025-01-08")};
  InsiderTransaction options = shares;
  options.line = 1;
  options.is_derivative = true;
  options.security = "Stock Option (Right to buy)";
  options.shares = Dec("70750");
  options.owned_after = Dec("70750");
  EXPECT_THAT(filing->transactions, ElementsAre(shares, options));
}

TEST_F(RealFilingTest, SnowIsAnExerciseAndFiveSalesWithoutAWordOnAPlan) {
  const auto filing = ParseOwnership(RealFiling("form4_SNOW_2022-12-13.xml").value_or(""), "", {});

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  const auto& rows = filing->transactions;
  ASSERT_EQ(rows.size(), 7U);
  struct Expected {
    const char* code;
    const char* shares;
    const char* price;
    const char* after;
  };
  const std::vector<Expected> expected{
      {"M", "200000", "8.88", "301097"},   {"S", "73170", "150.841", "227927"},
      {"S", "74907", "151.814", "153020"}, {"S", "41986", "152.655", "111034"},
      {"S", "5496", "153.872", "105538"},  {"S", "4441", "154.76", "101097"}};
  for (std::size_t at = 0; at < expected.size(); ++at) {
    SCOPED_TRACE(at);
    EXPECT_EQ(rows[at].code, expected[at].code);
    EXPECT_EQ(rows[at].shares, Dec(expected[at].shares));
    EXPECT_EQ(rows[at].price, Dec(expected[at].price));
    EXPECT_EQ(rows[at].owned_after, Dec(expected[at].after));
    EXPECT_EQ(rows[at].security, "Class A Common Stock");
    EXPECT_EQ(rows[at].is_acquired, at == 0);
    EXPECT_FALSE(rows[at].is_derivative);
    EXPECT_EQ(rows[at].is_planned, std::nullopt);
    EXPECT_EQ(rows[at].traded, Day("2022-12-13"));
    EXPECT_EQ(rows[at].owner_name, "Scarpelli Michael");
    EXPECT_EQ(rows[at].officer_title, "Chief Financial Officer");
  }
  EXPECT_EQ(rows[6].code, "M");
  EXPECT_TRUE(rows[6].is_derivative);
}

TEST_F(RealFilingTest, ScwoIsAGrantOfUnitsAndOptionsAndFormFiveAGift) {
  const auto scwo = ParseOwnership(RealFiling("form4_SCWO_2025-04-30.xml").value_or(""), "", {});
  ASSERT_TRUE(scwo.has_value()) << scwo.error().message;
  ASSERT_EQ(scwo->transactions.size(), 2U);
  EXPECT_EQ(scwo->transactions[0].security, "Common Stock (restricted stock units)");
  EXPECT_EQ(scwo->transactions[0].shares, Dec("757756"));
  EXPECT_EQ(scwo->transactions[0].price, Dec("0"));
  EXPECT_EQ(scwo->transactions[1].security, "Stock options (right to buy)");
  EXPECT_EQ(scwo->transactions[1].shares, Dec("757576"));
  EXPECT_EQ(scwo->transactions[1].owned_after, Dec("757756"));
  EXPECT_EQ(scwo->transactions[1].owner_name, "Melkote Rajesh Ramaswamy");
  EXPECT_EQ(scwo->transactions[1].is_planned, false);

  const auto gift = ParseOwnership(RealFiling("form5_SNOW.xml").value_or(""), "", {});
  ASSERT_TRUE(gift.has_value()) << gift.error().message;
  EXPECT_EQ(gift->form, "5");
  ASSERT_EQ(gift->transactions.size(), 1U);
  EXPECT_EQ(gift->transactions[0].code, "G");
  EXPECT_EQ(gift->transactions[0].shares, Dec("61386"));
  EXPECT_EQ(gift->transactions[0].owned_after, Dec("54666"));
  EXPECT_FALSE(gift->transactions[0].is_acquired);
  EXPECT_TRUE(gift->transactions[0].is_director);
}

TEST_F(RealFilingTest, FormThreeHoldsNoTransactions) {
  const auto filing = ParseOwnership(RealFiling("form3_SNOW.xml").value_or(""), "", {});

  ASSERT_TRUE(filing.has_value()) << filing.error().message;
  EXPECT_EQ(filing->form, "3");
  EXPECT_THAT(filing->transactions, IsEmpty());
}

}  // namespace
}  // namespace bulwark::sources
