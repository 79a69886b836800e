#include "api/event_stream.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/state_document.h"
#include "base/log.h"
#include "base/time.h"
#include "contract/keys.h"
#include "net/server.h"
#include "redis/subscriber.h"
#include "redis/url.h"

namespace bulwark::api {
namespace {

constexpr std::size_t kPayloadBytesMax = std::size_t{1} << 20U;
constexpr base::Nanos kReceiveFor = std::chrono::milliseconds{100};
constexpr base::Nanos kBackOffMin = std::chrono::milliseconds{50};
constexpr base::Nanos kBackOffMax = std::chrono::seconds{2};

}  // namespace

std::string EventFrame(std::string_view channel, std::string_view payload) {
  // A payload that is JSON goes on byte for byte.
  if (Json::accept(payload)) {
    return fmt::format(R"({{"channel":"{}","data":{}}})", channel, payload);
  }
  return Dump({{"channel", channel}, {"data", {{"raw", payload}}}});
}

EventStream::EventStream(redis::Url url, redis::SubscriberOptions options, Broadcast broadcast)
    : url_(std::move(url)),
      options_(std::move(options)),
      broadcast_(std::move(broadcast)),
      agent_("api-events", std::chrono::milliseconds{20}, [this] { return DoWork(); }) {}

void EventStream::Tell(bool is_connected, std::string_view reason) const {
  const Json data = {{"connected", is_connected},
                     {"reason", reason.empty() ? Json(nullptr) : Json(reason)}};
  broadcast_(
      std::make_shared<const std::string>(Dump({{"channel", "system:redis"}, {"data", data}})));
}

void EventStream::Connect() {
  const base::Nanos now = base::MonotonicNow();
  if (now < next_try_) {
    return;
  }
  const auto channels = contract::channels::All();
  std::vector<std::string_view> names;
  std::transform(channels.begin(), channels.end(), std::back_inserter(names),
                 [](const contract::Channel& channel) { return channel.view(); });
  auto subscriber = redis::Subscriber::Connect(url_, names, {}, options_);
  if (subscriber) {
    subscriber_ = std::move(*subscriber);
    back_off_ = {};
    if (std::exchange(was_told_lost_, false)) {
      Tell(true, "");
    }
    return;
  }
  back_off_ = std::clamp(back_off_ * 2, kBackOffMin, kBackOffMax);
  next_try_ = base::MonotonicNow() + back_off_;
  if (!std::exchange(was_told_lost_, true)) {
    base::LogWarn("events_lost").With("reason", subscriber.error());
    Tell(false, subscriber.error().message);
  }
}

net::Frame EventStream::LastPortfolio() const {
  const std::lock_guard lock(mutex_);
  return portfolio_;
}

int EventStream::DoWork() {
  if (!subscriber_) {
    Connect();
    return subscriber_ ? 1 : 0;
  }
  const auto received = subscriber_->Next(kReceiveFor);
  if (!received) {
    base::LogWarn("events_lost").With("reason", received.error());
    subscriber_.reset();
    was_told_lost_ = true;
    Tell(false, received.error().message);
    return 1;
  }
  const std::optional<redis::Message>& message = *received;
  if (!message) {
    return 0;
  }
  const auto& [pattern, channel, payload] = *message;
  if (payload.size() > kPayloadBytesMax) {
    base::LogWarn("event_dropped").With("channel", channel).With("bytes", payload.size());
    return 1;
  }
  net::Frame frame = std::make_shared<const std::string>(EventFrame(channel, payload));
  if (channel == contract::channels::PortfolioUpdate().view()) {
    const std::lock_guard lock(mutex_);
    portfolio_ = frame;
  }
  broadcast_(std::move(frame));
  return 1;
}

}  // namespace bulwark::api
