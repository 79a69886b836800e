#include "vendor_access.h"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "data_paths.h"
#include "sources/bar_source.h"
#include "sources/file_bars.h"
#include "sources/vendor_bars.h"
#include "vendor_door.h"

namespace bulwark::app {
namespace {

using base::ErrorCode;

constexpr std::string_view kFilePrefix = "file:";

}  // namespace

class VendorAccess::Impl {
 public:
  base::Result<void> Make(const VendorOptions& options, const DataPaths& paths) {
    const bool is_alpaca = options.source == "alpaca";
    if (options.source.starts_with(kFilePrefix)) {
      auto file = sources::FileBars::Load(options.source.substr(kFilePrefix.size()));
      if (!file) {
        return tl::unexpected<base::Error>(file.error());
      }
      source_ = *std::move(file);
      return {};
    }
    if (!is_alpaca && options.source != "alpha_vantage") {
      return base::Fail(
          ErrorCode::kInvalidArgument,
          "source '" + options.source + "' is none; there are file:PATH, alpaca and alpha_vantage");
    }
    const std::string limits = is_alpaca ? "200/min" : "5/min,1/s,25/day";
    auto door = VendorDoor::Open({.name = options.source,
                                  .limits = options.limits.empty() ? limits : options.limits,
                                  .redis = options.redis,
                                  .is_stopped = options.is_stopped});
    if (!door) {
      return tl::unexpected<base::Error>(door.error());
    }
    door_ = *std::move(door);
    return is_alpaca ? MakeAlpaca(options, paths) : MakeAlphaVantage(options, paths);
  }

  [[nodiscard]] sources::BarSource& source() { return *source_; }

 private:
  base::Result<void> MakeAlpaca(const VendorOptions& options, const DataPaths& paths) {
    const auto id = VendorKey(paths, "APCA_API_KEY_ID");
    const auto secret = VendorKey(paths, "APCA_API_SECRET_KEY");
    if (!id || !secret) {
      return tl::unexpected<base::Error>(id ? secret.error() : id.error());
    }
    sources::AlpacaBars::Options made{.key_id = *id, .secret = *secret};
    made.base_url = options.base_url.empty() ? made.base_url : options.base_url;
    source_ = std::make_unique<sources::AlpacaBars>(door_->fetcher(), std::move(made));
    return {};
  }

  base::Result<void> MakeAlphaVantage(const VendorOptions& options, const DataPaths& paths) {
    const auto key = VendorKey(paths, "ALPHAVANTAGE_API_KEY");
    if (!key) {
      return tl::unexpected<base::Error>(key.error());
    }
    sources::AlphaVantageBars::Options made{.key = *key};
    made.base_url = options.base_url.empty() ? made.base_url : options.base_url;
    source_ = std::make_unique<sources::AlphaVantageBars>(door_->fetcher(), std::move(made));
    return {};
  }

  std::unique_ptr<VendorDoor> door_;  // Null: files need none.
  std::unique_ptr<sources::BarSource> source_;
};

VendorAccess::VendorAccess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VendorAccess::~VendorAccess() = default;

base::Result<std::unique_ptr<VendorAccess>> VendorAccess::Create(const VendorOptions& options,
                                                                 const DataPaths& paths) {
  auto impl = std::make_unique<Impl>();
  if (const auto made = impl->Make(options, paths); !made) {
    return tl::unexpected<base::Error>(made.error());
  }
  return std::unique_ptr<VendorAccess>(new VendorAccess(std::move(impl)));
}

sources::BarSource& VendorAccess::source() {
  return impl_->source();
}

}  // namespace bulwark::app
