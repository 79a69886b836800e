// Orders that wait for a person, and the mode of autonomy, over HTTP.
//
// Shape:   answers and modes go to the ledger, where the trader finds them also while Redis is
//          away. An approval that came too late, or that the trader refused, is answered with 200
//          and {"status":"error","message":...}: the page that these routes are for shows no other
//          answer, and reads the list again.
// Errors:  400 for a body that is not what is asked for, 415 for another content type, 422 for a
//          mode that is not earned, 503 when the ledger cannot be read or written.
// Threads: any; each request opens the ledger for itself. An approval waits for the trader, at most
//          kOutcomeMax.
// Source:  contract sections 4.7, 4.8, 6.5, 6.6, docs/approvals.md

#pragma once

#include <chrono>

#include "approvals/mode_change.h"
#include "base/time.h"
#include "ledger/ledger_place.h"
#include "net/message.h"

namespace bulwark::api {

class Approvals {
 public:
  static constexpr base::Nanos kOutcomeMax{std::chrono::seconds{2}};

  Approvals(ledger::LedgerPlace ledger, const approvals::ChangeRules& rules);

  net::Response Pending();
  net::Response Answer(const net::Request& request);
  net::Response Mode();
  net::Response Readiness();
  net::Response ChangeMode(const net::Request& request);

 private:
  ledger::LedgerPlace ledger_;
  approvals::ChangeRules rules_;
};

}  // namespace bulwark::api
