// Goal: kill -9 at any moment loses nothing that was acknowledged and leaves nothing half done; a
//       killed
// trader does not keep the next one out.
// Method: a child commits orders with their fills and acknowledges each through a pipe; the parent
//         kills
// it after a random number of acknowledgements and a random delay, then reads the file back.

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/ledger.h"
#include "ledger/ledger_backends.h"
#include "ledger/ledger_testing.h"
#include "model/action.h"
#include "model/market_data.h"
#include "model/order.h"

namespace bulwark::ledger {
namespace {

using testing_support::D;
using testing_support::MakeFill;
using testing_support::MakeOrder;
using testing_support::Pairs;

// The intent, then the fill with the order's new state: the two batches that trading consists of.
bool CommitOne(Ledger& ledger, std::uint64_t epoch, std::uint64_t number) {
  model::Order order = MakeOrder(number, model::Side::kBuy, "1");
  order.reserved_cash = order.reserved_cash_remaining = D("10");
  const std::vector<model::Action> intent{model::OrderChanged{order}};
  order.status = model::OrderStatus::kFilled;
  order.filled_quantity = order.quantity;
  order.fees_paid = D("0.1");
  order.reserved_cash_remaining = {};
  const std::vector<model::Action> booking{
      model::OrderChanged{order},
      model::FillBooked{MakeFill(order, "t-" + std::to_string(number), "1", "10"), D("-0.1")}};
  return ledger.Commit(epoch, intent).has_value() && ledger.Commit(epoch, booking).has_value();
}

[[noreturn]] void CommitForEver(const LedgerPlace& place, std::uint64_t first, int acknowledge) {
  const auto ledger = Ledger::Open(place);
  if (!ledger) {
    ::_exit(3);
  }
  const auto epoch = (*ledger)->BeginRun({}, Pairs());
  if (!epoch) {
    ::_exit(4);
  }
  for (std::uint64_t number = first;; ++number) {
    if (!CommitOne(**ledger, *epoch, number)) {
      ::_exit(5);
    }
    if (::write(acknowledge, &number, sizeof number) != sizeof number) {
      ::_exit(6);
    }
  }
}

// Reads what was acknowledged: `at_least` of them before the kill, the rest after it.
std::uint64_t KillAfter(::pid_t child, int acknowledged, int at_least,
                        std::chrono::microseconds delay) {
  std::uint64_t last = 0;
  std::uint64_t number = 0;
  for (int count = 0; ::read(acknowledged, &number, sizeof number) == sizeof number; ++count) {
    last = number;
    if (count + 1 == at_least) {
      std::this_thread::sleep_for(delay);  // Only chooses the moment; nothing waits for it.
      ::kill(child, SIGKILL);
    }
  }
  return last;
}

using LedgerCrashTest = testing_support::BothBackendsTest;

TEST_P(LedgerCrashTest, KeepsWhatWasAcknowledgedAndNothingHalf) {
  ASSERT_TRUE(home_.Open()->EnsureAccount({.opening_cash = D("100000")}));
  std::mt19937_64 random{20260217};
  std::uint64_t stored = 0;
  for (std::uint64_t round = 1; round <= 25; ++round) {
    SCOPED_TRACE(round);
    std::array<int, 2> channel{};
    ASSERT_EQ(::pipe(channel.data()), 0);
    const ::pid_t child = ::fork();
    if (child == 0) {
      ::close(channel[0]);
      CommitForEver(home_.place(), stored + 1, channel[1]);
    }
    ::close(channel[1]);
    const std::uint64_t acknowledged =
        KillAfter(child, channel[0], 1 + static_cast<int>(random() % 8),
                  std::chrono::microseconds{random() % 12'000});
    ::close(channel[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    const auto ledger = home_.Open();
    const auto books = ledger->Recover(Pairs());

    ASSERT_TRUE(books.has_value()) << books.error().message;
    ASSERT_GE(books->fills, acknowledged);
    ASSERT_LE(books->fills, acknowledged + 1);
    ASSERT_LE(books->open_orders.size(), 1U);
    ASSERT_EQ(books->last_epoch, round);
    ASSERT_EQ(books->portfolio.positions[1].owned().raw(),
              static_cast<std::int64_t>(books->fills) * base::Decimal::kScale);
    ASSERT_TRUE(ledger->FindContradictions(Pairs(), 1)->empty());
    ASSERT_EQ(*ledger->FindChainBreak(Depth::kTail), std::nullopt);
    // An intent without a fill is taken up again under its number, as the OMS would.
    stored = books->fills;
  }
}

INSTANTIATE_TEST_SUITE_P(Both, LedgerCrashTest, testing_support::BothBackends(),
                         testing_support::BackendName);

}  // namespace
}  // namespace bulwark::ledger
