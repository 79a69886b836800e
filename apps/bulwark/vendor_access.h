// Makes a source of bars from its name, with the client, the limiter and the keys that it needs.
//
// Shape:   "file:PATH", "alpaca" or "alpha_vantage". Keys come from the environment
//          (ALPHAVANTAGE_API_KEY, APCA_API_KEY_ID, APCA_API_SECRET_KEY) or from vendor.keys in the
//          data folder, NAME=VALUE in each line, which only its owner may read (mode 600).
// Errors:  kInvalidArgument for another name and for a file of keys that others may read; kNotFound
//          when a key is missing.
// Threads: one thread.
// Owner:   the access owns everything below the source.
// Source:  docs/data.md#keys

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "data_paths.h"
#include "redis/url.h"
#include "sources/bar_source.h"

namespace bulwark::app {

struct VendorOptions {
  std::string source;
  std::string base_url;  // Empty: the vendor's own.
  std::string limits;    // "200/min"; empty: what the vendor's free plan allows.
  redis::Url redis;      // Where the limits are shared.
  std::function<bool()> is_stopped;
};

class VendorAccess {
 public:
  static base::Result<std::unique_ptr<VendorAccess>> Create(const VendorOptions& options,
                                                            const DataPaths& paths);
  ~VendorAccess();
  VendorAccess(const VendorAccess&) = delete;
  VendorAccess& operator=(const VendorAccess&) = delete;
  VendorAccess(VendorAccess&&) = delete;
  VendorAccess& operator=(VendorAccess&&) = delete;

  [[nodiscard]] sources::BarSource& source();

 private:
  class Impl;
  explicit VendorAccess(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace bulwark::app
