#include "vendor_door.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>

#include <sys/stat.h>
#include <unistd.h>

#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "data_paths.h"
#include "limiter/limiter.h"
#include "limiter/limits.h"
#include "net/http_client.h"
#include "redis/dialer.h"
#include "redis/url.h"
#include "sources/fetcher.h"

namespace bulwark::app {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

// For a permit: longer than the minute by which vendors count.
constexpr std::chrono::seconds kPatience{75};
// For a Redis that starts again. Without it no mark can be set, so waiting longer gains nothing.
constexpr std::chrono::seconds kAwayPatience{5};

class LimiterGate final : public sources::CallGate {
 public:
  static base::Result<std::unique_ptr<LimiterGate>> Create(limiter::LimiterOptions options,
                                                           redis::Dialer& dialer) {
    auto gate = std::unique_ptr<LimiterGate>(new LimiterGate(std::move(options.is_stopped)));
    options.is_stopped = [&gate = *gate] { return gate.ShouldGiveUp(); };
    auto limiter = limiter::Limiter::Create(std::move(options), dialer);
    if (!limiter) {
      return tl::unexpected<base::Error>(limiter.error());
    }
    gate->limiter_ = *std::move(limiter);
    return gate;
  }

  base::Result<base::Nanos> Enter() override {
    away_since_.reset();
    const auto answer = limiter_->Acquire({}, kPatience);
    if (!answer) {
      return tl::unexpected<base::Error>(answer.error());
    }
    if (const auto* refusal = std::get_if<limiter::Refusal>(&*answer)) {
      const std::string why =
          limiter_->is_redis_away() ? "Redis is away" : std::string(limiter::Name(refusal->reason));
      return base::Fail(ErrorCode::kUnavailable, "the limiter gives no permit: " + why);
    }
    return std::get<limiter::Permit>(*answer).valid_until;
  }
  base::Result<void> OnThrottled(std::optional<base::Nanos> retry_after, int status) override {
    return limiter_->Report429(retry_after, status);
  }

 private:
  explicit LimiterGate(std::function<bool()> is_stopped) : is_stopped_(std::move(is_stopped)) {}

  // Asked by the limiter while it waits.
  bool ShouldGiveUp() {
    if (!limiter_->is_redis_away()) {
      away_since_.reset();
    } else if (!away_since_) {
      away_since_ = base::MonotonicNow();
    }
    return is_stopped_() ||
           (away_since_ && base::MonotonicNow() - *away_since_ > base::Nanos(kAwayPatience));
  }

  std::function<bool()> is_stopped_;
  std::unique_ptr<limiter::Limiter> limiter_;
  std::optional<base::Nanos> away_since_;
};

// Root may read, and so write, what it likes anyway.
bool IsOurs(const fs::path& file) {
  struct ::stat facts{};
  return ::stat(file.c_str(), &facts) == 0 && (facts.st_uid == ::geteuid() || facts.st_uid == 0);
}

// Without blanks around it, and without the CR of an editor that ends lines with one: no key has
// them, and a vendor would only say that the key is wrong.
std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlank);
  return first == std::string_view::npos
             ? std::string()
             : std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

// The value of NAME=VALUE in the file of keys; empty when there is none.
base::Result<std::string> KeyInFile(const fs::path& file, std::string_view name) {
  std::error_code failure;
  const fs::file_status status = fs::status(file, failure);
  if (!fs::exists(status)) {
    return std::string();
  }
  constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
  if ((status.permissions() & kOthers) != fs::perms::none) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      file.string() + ": others may read it; chmod 600 it first");
  }
  if (!IsOurs(file)) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      file.string() + ": it belongs to another user; chown it first");
  }
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos && Trimmed(line.substr(0, equals)) == name) {
      return Trimmed(line.substr(equals + 1));
    }
  }
  return std::string();
}

}  // namespace

base::Result<base::Secret> VendorKey(const DataPaths& paths, const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets any.
  if (const char* value = std::getenv(name); value != nullptr && *value != '\0') {
    return base::Secret(value);
  }
  auto value = KeyInFile(paths.VendorKeysFile(), name);
  if (!value) {
    return tl::unexpected<base::Error>(value.error());
  }
  if (value->empty()) {
    return base::Fail(ErrorCode::kNotFound, std::string(name) +
                                                " is neither in the environment nor in " +
                                                paths.VendorKeysFile().string());
  }
  return base::Secret(*std::move(value));
}

class VendorDoor::Impl {
 public:
  explicit Impl(redis::Url url) : dialer_(std::move(url)) {}

  base::Result<void> Make(const DoorOptions& options) {
    const auto limits = limiter::ParseLimits(options.limits);
    auto client = net::HttpClient::Create(
        {.user_agent = options.user_agent, .is_stopped = options.is_stopped});
    if (!limits || !client) {
      return tl::unexpected<base::Error>(limits ? client.error() : limits.error());
    }
    auto gate = LimiterGate::Create(
        {.name = options.name, .limits = *limits, .is_stopped = options.is_stopped}, dialer_);
    if (!gate) {
      return tl::unexpected<base::Error>(gate.error());
    }
    client_ = *std::move(client);
    gate_ = *std::move(gate);
    fetcher_ = std::make_unique<sources::Fetcher>(
        *client_, *gate_,
        sources::FetcherOptions{.seed = static_cast<std::uint64_t>(::getpid()),
                                .is_stopped = options.is_stopped});
    return {};
  }

  [[nodiscard]] sources::Fetcher& fetcher() { return *fetcher_; }

 private:
  redis::UrlDialer dialer_;
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<LimiterGate> gate_;
  std::unique_ptr<sources::Fetcher> fetcher_;
};

VendorDoor::VendorDoor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
VendorDoor::~VendorDoor() = default;

base::Result<std::unique_ptr<VendorDoor>> VendorDoor::Open(const DoorOptions& options) {
  auto impl = std::make_unique<Impl>(options.redis);
  if (const auto made = impl->Make(options); !made) {
    return tl::unexpected<base::Error>(made.error());
  }
  return std::unique_ptr<VendorDoor>(new VendorDoor(std::move(impl)));
}

sources::Fetcher& VendorDoor::fetcher() {
  return impl_->fetcher();
}

}  // namespace bulwark::app
