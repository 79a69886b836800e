// The way to one publisher: client, limiter and fetcher together; and the keys of vendors.
//
// Shape:   every call asks the limiter of that name, which all programs of the installation share.
//          Keys come from the environment or from vendor.keys in the data folder, NAME=VALUE in
//          each line, which only its owner may read (mode 600) and which is this user's or root's.
// Errors:  kInvalidArgument for limits that cannot be read and for a file of keys that others may
//          read or that is another user's; kNotFound when a key is missing.
// Threads: one thread.
// Owner:   a source must not outlive the door whose fetcher it uses.
// Source:  docs/data.md#calls, docs/data.md#keys

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/secret.h"
#include "data_paths.h"
#include "redis/url.h"
#include "sources/fetcher.h"

namespace bulwark::app {

struct DoorOptions {
  std::string name;    // Of the limit: "alpaca".
  std::string limits;  // "200/min".
  redis::Url redis;    // Where the limits are shared.
  std::function<bool()> is_stopped;
  std::string user_agent = "bulwark";
};

class VendorDoor {
 public:
  static base::Result<std::unique_ptr<VendorDoor>> Open(const DoorOptions& options);
  ~VendorDoor();
  VendorDoor(const VendorDoor&) = delete;
  VendorDoor& operator=(const VendorDoor&) = delete;
  VendorDoor(VendorDoor&&) = delete;
  VendorDoor& operator=(VendorDoor&&) = delete;

  [[nodiscard]] sources::Fetcher& fetcher();

 private:
  class Impl;
  explicit VendorDoor(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

// "APCA_API_KEY_ID" and the like.
base::Result<base::Secret> VendorKey(const DataPaths& paths, const char* name);

}  // namespace bulwark::app
