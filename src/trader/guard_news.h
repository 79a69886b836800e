// Brings the engine what happens outside the trader: signs of life, resets of breakers, the VIX,
// and whether the market is open.
//
// Shape:   looks at ledger and Redis once a second and hands the engine what is new. A heartbeat
//          that stands only in Redis is written to the ledger, at most once a minute, so that an
//          emptied Redis does not make the operator dead. A market that closes is told at the start
//          and at each open and close; one that never does is not spoken of.
// Errors:  none; what cannot be read is not news. The breakers count time by themselves.
// Threads: DoWork() on the watcher's thread.
// Owner:   all references must outlive it.
// Source:  docs/risk.md#circuit-breakers

#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"
#include "base/time.h"
#include "calendar/exchange_calendar.h"
#include "contract/breaker_document.h"
#include "ledger/ledger_store.h"
#include "model/breaker.h"
#include "model/event.h"
#include "redis/connection.h"
#include "trader/queues.h"

namespace bulwark::trader {

class GuardNews {
 public:
  GuardNews(ledger::LedgerStore& ledger, Queues& queues, const base::Clock& clock,
            const calendar::ExchangeCalendar* market_hours = nullptr)
      : ledger_(ledger), queues_(queues), clock_(clock), market_hours_(market_hours) {}

  // `connection` is null while Redis is away.
  void DoWork(redis::Connection* connection);

 private:
  struct InRedis {
    std::optional<base::UnixNanos> beat_at;
    std::optional<contract::VixReading> vix;
  };

  static InRedis Read(redis::Connection& connection);
  void TellOperator(std::optional<base::UnixNanos> in_ledger,
                    std::optional<base::UnixNanos> in_redis);
  void RecordBeat(base::UnixNanos at);
  void TellResets(const model::BreakerRecord& record);
  void TellSession();
  void TellVix(const contract::VixReading& reading);
  bool Push(const model::Event& event);

  ledger::LedgerStore& ledger_;
  Queues& queues_;
  const base::Clock& clock_;
  const calendar::ExchangeCalendar* market_hours_;  // Null: open around the clock.
  base::Nanos look_at_{0};
  std::optional<base::UnixNanos> seen_told_;
  std::optional<bool> open_told_;
  std::optional<base::UnixNanos> vix_told_;
  std::array<std::uint64_t, model::kBreakers> resets_told_{};
};

}  // namespace bulwark::trader
