#include "keys_watch.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "contract/key_match.h"
#include "key_reader.h"
#include "keys_explain.h"
#include "redis/connection.h"
#include "redis/scan.h"
#include "redis/subscriber.h"
#include "stop_signal.h"

namespace bulwark::app {
namespace {

constexpr base::Nanos kStep = std::chrono::milliseconds{100};
constexpr base::Nanos kPollEvery = std::chrono::milliseconds{500};
constexpr std::size_t kPolledKeysMax = 2'000;
constexpr std::size_t kBatch = 50;
constexpr std::size_t kValueShown = 200;

class Watch {
 public:
  Watch(const WatchTarget& target, const std::function<void(std::string_view)>& print)
      : target_(target), print_(print) {}

  base::Result<void> Open() {
    auto connection = redis::Connection::Connect(target_.url, target_.options);
    if (!connection) {
      return tl::unexpected(connection.error());
    }
    connection_ = *std::move(connection);
    has_events_ = AsksForEvents();
    const std::string events = fmt::format("__keyspace@{}__:{}", target_.url.db, target_.pattern);
    std::vector<std::string_view> patterns = {target_.pattern};
    if (has_events_) {
      patterns.emplace_back(events);
    }
    redis::SubscriberOptions options;
    options.connection = target_.options;
    auto subscriber = redis::Subscriber::Connect(target_.url, {}, patterns, options);
    if (!subscriber) {
      return tl::unexpected(subscriber.error());
    }
    subscriber_ = *std::move(subscriber);
    return Poll(false);
  }

  base::Result<void> Run(StopSignal& stop) {
    base::Nanos polled_at = base::MonotonicNow();
    while (!stop.IsRequested()) {
      if (auto heard = Hear(); !heard) {
        return heard;
      }
      const bool is_due = base::MonotonicNow() - polled_at >= kPollEvery;
      if (auto polled = is_due ? Poll(true) : base::Result<void>(); !polled) {
        return polled;
      }
      polled_at = is_due ? base::MonotonicNow() : polled_at;
    }
    return {};
  }

 private:
  // Whether the server tells about every kind of write; asking may be forbidden, then we look
  // ourselves.
  bool AsksForEvents() {
    const auto reply = connection_->Call({"CONFIG", "GET", "notify-keyspace-events"});
    if (!reply || reply->elements.size() != 2) {
      return false;
    }
    const std::string& flags = reply->elements[1].text;
    // Generic, strings, lists, sets, sorted sets, expired: every type of the contract.
    static constexpr std::string_view kClasses = "g$lszx";
    const bool has_all =
        flags.find('A') != std::string::npos ||
        std::ranges::all_of(kClasses, [&](char c) { return flags.find(c) != std::string::npos; });
    return flags.find('K') != std::string::npos && has_all;
  }

  base::Result<void> Hear() {
    const auto message = subscriber_->Next(kStep);
    if (!message) {
      return tl::unexpected(message.error());
    }
    const std::optional<redis::Message>& heard = *message;
    return heard ? Show(*heard) : base::Result<void>();
  }

  base::Result<void> Show(const redis::Message& message) {
    static constexpr std::string_view kEvents = "__key";  // __keyspace@0__:, __keyevent@0__:
    const bool is_event = std::string_view(message.channel).starts_with(kEvents);
    if (message.pattern == target_.pattern) {
      // A pattern such as * also catches the events, which have a subscription of their own.
      if (!is_event) {
        Line("published", message.channel, message.payload);
      }
      return {};
    }
    const std::string key = message.channel.substr(message.channel.find("__:") + 3);
    const auto read = ReadKeys(*connection_, std::array{key});
    if (!read) {
      return tl::unexpected(read.error());
    }
    ShowKey(message.payload, read->front());
    return {};
  }

  void ShowKey(std::string_view what, const StoredKey& key) {
    if (key.type == "none") {
      Line(what, key.name, "(absent)");
    } else if (key.type == "string" && !key.values.empty()) {
      Line(what, key.name, key.values.front());
    } else {
      const std::string newest = key.values.empty() ? "" : ", e.g. " + key.values.back();
      Line(what, key.name, fmt::format("{} of {}{}", key.type, key.values.size(), newest));
    }
  }

  void Line(std::string_view what, std::string_view name, std::string_view value) {
    const std::string now = base::FormatIso(base::WallNow(), base::IsoSuffix::kZulu);
    const bool is_known = contract::MatchKey(name) || contract::MatchChannel(name);
    print_(fmt::format("{:.12}  {:<9}  {}{}  {}", now.substr(11), what, name,
                       is_known ? "" : " (not declared)", OneLine(value, kValueShown)));
  }

  // Without key events: shows the keys whose value is not what it was at the last look.
  base::Result<void> Poll(bool is_shown) {
    if (has_events_) {
      return {};
    }
    const auto names = redis::ScanKeys(*connection_, target_.pattern, kPolledKeysMax);
    if (!names) {
      return tl::unexpected(names.error());
    }
    for (std::span<const std::string> rest(names->keys); !rest.empty();) {
      const auto batch = rest.first(std::min(rest.size(), kBatch));
      rest = rest.subspan(batch.size());
      if (auto compared = Compare(batch, is_shown); !compared) {
        return compared;
      }
    }
    return {};
  }

  base::Result<void> Compare(std::span<const std::string> names, bool is_shown) {
    const auto keys = ReadKeys(*connection_, names);
    if (!keys) {
      return tl::unexpected(keys.error());
    }
    for (const StoredKey& key : *keys) {
      std::string& last = last_[key.name];
      std::string value = fmt::format("{}", fmt::join(key.values, "\n"));
      if (value != last && is_shown) {
        ShowKey("changed", key);
      }
      last = std::move(value);
    }
    return {};
  }

  const WatchTarget& target_;
  const std::function<void(std::string_view)>& print_;
  std::unique_ptr<redis::Connection> connection_;
  std::unique_ptr<redis::Subscriber> subscriber_;
  bool has_events_ = false;
  std::map<std::string, std::string> last_;
};

}  // namespace

base::Result<void> WatchKeys(const WatchTarget& target, StopSignal& stop,
                             const std::function<void(std::string_view)>& print) {
  Watch watch(target, print);
  if (auto opened = watch.Open(); !opened) {
    return opened;
  }
  return watch.Run(stop);
}

}  // namespace bulwark::app
