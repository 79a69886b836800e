#include "ledger_verify.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "audit/difference.h"
#include "audit/ledger_books.h"
#include "audit/redis_audit.h"
#include "audit/venue_audit.h"
#include "base/result.h"
#include "ledger/chain.h"
#include "ledger/ledger.h"
#include "redis/connection.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kContradictionsMax = 100;

void CompareRedis(const audit::LedgerBooks& books, redis::Connection& connection,
                  VerifyReport& report) {
  const auto redis = audit::ReadRedisBooks(connection);
  if (!redis) {
    report.unreadable.push_back("redis: " + redis.error().message);
    return;
  }
  audit::RedisAudit found = audit::CompareWithRedis(books, *redis);
  report.differences = std::move(found.differences);
  report.ended_not_shown = found.ended_not_shown;
}

void CompareVenue(const audit::LedgerBooks& books, const std::filesystem::path& paper,
                  VerifyReport& report) {
  const auto venue = audit::ReadVenueBooks(paper);
  if (!venue) {
    report.unreadable.push_back("venue: " + venue.error().message);
    return;
  }
  for (audit::Difference& difference : audit::CompareWithVenue(books, *venue)) {
    report.differences.push_back(std::move(difference));
  }
}

// One look at everything.
VerifyReport ReadOnce(const VerifySources& sources, ledger::Ledger& ledger,
                      const base::Result<std::unique_ptr<redis::Connection>>& connection) {
  VerifyReport report;
  const auto books = audit::ReadLedgerBooks(ledger, sources.instruments);
  if (!books) {
    report.unreadable.push_back("ledger: " + books.error().message);
    return report;
  }
  report.orders = books->orders.size();
  report.fills = books->recovered.fills;
  auto contradictions = ledger.FindContradictions(books->instruments, kContradictionsMax);
  if (contradictions) {
    report.contradictions = *std::move(contradictions);
  } else {
    report.unreadable.push_back("ledger: " + contradictions.error().message);
  }
  const auto broken = ledger.FindChainBreak(ledger::Depth::kWhole);
  if (!broken) {
    report.unreadable.push_back("ledger: " + broken.error().message);
  } else if (const auto& found = *broken) {
    report.contradictions.push_back(
        fmt::format("row {} of {}: {}", found->sequence, found->table, found->what));
  }
  if (connection) {
    CompareRedis(*books, **connection, report);
  } else {
    report.unreadable.push_back("redis: " + connection.error().message);
  }
  CompareVenue(*books, sources.paper, report);
  return report;
}

bool IsWrong(const VerifyReport& report) {
  return !report.differences.empty() || !report.contradictions.empty();
}

bool SayTheSame(const VerifyReport& a, const VerifyReport& b) {
  return a.differences == b.differences && a.contradictions == b.contradictions &&
         a.orders == b.orders && a.fills == b.fills;
}

}  // namespace

int VerifyReport::ExitCode() const {
  if (IsWrong(*this)) {
    return 1;
  }
  return unreadable.empty() ? 0 : 2;
}

VerifyReport VerifyLedger(const VerifySources& sources) {
  const auto ledger = ledger::Ledger::Open(sources.ledger, {.access = ledger::Access::kReadOnly});
  if (!ledger) {
    return {.unreadable = {"ledger: " + ledger.error().message}};
  }
  const auto connection = sources.open_redis();
  VerifyReport report = ReadOnce(sources, **ledger, connection);
  report.reads = 1;
  for (int same = 1; IsWrong(report) && same < kStableReads;) {
    if (report.reads == kReadsMax) {
      report.is_settled = false;
      return report;
    }
    std::this_thread::sleep_for(kReadPause);
    VerifyReport next = ReadOnce(sources, **ledger, connection);
    next.reads = report.reads + 1;
    same = SayTheSame(next, report) ? same + 1 : 1;
    report = std::move(next);
  }
  return report;
}

std::string DescribeReport(const VerifyReport& report) {
  std::string text;
  for (const std::string& cause : report.unreadable) {
    text += "unreadable: " + cause + "\n";
  }
  for (const std::string& contradiction : report.contradictions) {
    text += "ledger: " + contradiction + "\n";
  }
  for (const audit::Difference& difference : report.differences) {
    text += fmt::format("{}: {}: ledger says '{}', {} says '{}'\n", difference.where,
                        difference.what, difference.ledger, difference.where, difference.other);
  }
  if (report.ended_not_shown > 0) {
    text += fmt::format("note: Redis no longer shows {} ended orders\n", report.ended_not_shown);
  }
  if (!report.is_settled) {
    text += fmt::format(
        "note: the books moved during all {} reads; stop the trader for a firm answer\n",
        report.reads);
  }
  const std::size_t wrong = report.differences.size() + report.contradictions.size();
  text += fmt::format("{} orders and {} fills recomputed, {} {} found, {} could not be read\n",
                      report.orders, report.fills, wrong, wrong == 1 ? "difference" : "differences",
                      report.unreadable.size());
  return text;
}

std::string ReportAsJson(const VerifyReport& report) {
  nlohmann::ordered_json differences = nlohmann::ordered_json::array();
  for (const audit::Difference& difference : report.differences) {
    differences.push_back({{"where", difference.where},
                           {"what", difference.what},
                           {"ledger", difference.ledger},
                           {"other", difference.other}});
  }
  const nlohmann::ordered_json document{{"equal", report.ExitCode() == 0},
                                        {"settled", report.is_settled},
                                        {"reads", report.reads},
                                        {"orders", report.orders},
                                        {"fills", report.fills},
                                        {"differences", differences},
                                        {"contradictions", report.contradictions},
                                        {"unreadable", report.unreadable},
                                        {"ended_orders_not_shown", report.ended_not_shown}};
  // Redis may hold bytes that are not UTF-8; they are shown as replacement characters.
  return document.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace bulwark::app
