// Which market data store these settings mean.
//
// Shape:   store.url when it is set, else data.db in the data folder.
// Errors:  those of store::Store::Open().
// Threads: any.

#pragma once

#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "sql/connection.h"
#include "store/store.h"

namespace bulwark::app {

inline store::StorePlace StorePlaceOf(const config::Settings& settings, const DataPaths& paths) {
  return {.file = paths.MarketDataFile(), .url = settings.store.url};
}

// To write, the folder is made when it is not there.
inline base::Result<std::unique_ptr<store::Store>> OpenStore(const config::Settings& settings,
                                                             const DataPaths& paths,
                                                             sql::Access access) {
  if (access == sql::Access::kReadWrite) {
    if (const auto prepared = paths.Prepare(); !prepared) {
      return tl::unexpected<base::Error>(prepared.error());
    }
  }
  return store::Store::Open(StorePlaceOf(settings, paths),
                            {.access = access, .now = base::WallNow()});
}

}  // namespace bulwark::app
