// Which ledger these settings mean.
//
// Shape:   ledger.url when it is set, else ledger.db in the data folder.
// Threads: any.

#pragma once

#include "config/settings.h"
#include "data_paths.h"
#include "ledger/ledger_place.h"

namespace bulwark::app {

inline ledger::LedgerPlace LedgerPlaceOf(const config::Settings& settings, const DataPaths& paths) {
  return {paths.LedgerFile(), settings.ledger.url};
}

}  // namespace bulwark::app
