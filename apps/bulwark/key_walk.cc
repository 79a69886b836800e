#include "key_walk.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/result.h"
#include "contract/key_match.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/scan.h"

namespace bulwark::app {
namespace {

constexpr std::size_t kBatch = 200;
constexpr std::size_t kQuestions = 3;  // Per key.

base::Result<void> AddFacts(redis::Connection& connection, std::span<const std::string> names,
                            std::vector<KeyFacts>& out) {
  redis::Pipeline pipeline;
  for (const std::string& name : names) {
    pipeline.Add({"TYPE", name});
    pipeline.Add({"TTL", name});
    pipeline.Add({"MEMORY", "USAGE", name});
  }
  const auto replies = connection.ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected(replies.error());
  }
  for (std::size_t at = 0; at < names.size(); ++at) {
    const std::span<const redis::Reply> answers =
        std::span(*replies).subspan(at * kQuestions, kQuestions);
    if (answers[0].text == "none") {
      continue;  // Gone since the walk saw its name.
    }
    const auto match = contract::MatchKey(names[at]);
    out.push_back({.name = names[at],
                   .type = answers[0].text,
                   .ttl_s = answers[1].AsInteger().value_or(-1),
                   .bytes = static_cast<std::uint64_t>(
                       std::max<std::int64_t>(0, answers[2].AsInteger().value_or(0))),
                   .entry = match ? match->entry : nullptr});
  }
  return {};
}

}  // namespace

base::Result<KeyWalk> WalkKeys(redis::Connection& connection, std::string_view pattern,
                               std::size_t keys_max) {
  const auto found = redis::ScanKeys(connection, pattern, keys_max);
  if (!found) {
    return tl::unexpected(found.error());
  }
  KeyWalk walk{.keys = {}, .is_complete = found->is_complete};
  for (std::size_t at = 0; at < found->keys.size(); at += kBatch) {
    const std::size_t count = std::min(kBatch, found->keys.size() - at);
    if (auto added = AddFacts(connection, std::span(found->keys).subspan(at, count), walk.keys);
        !added) {
      return tl::unexpected(added.error());
    }
  }
  return walk;
}

base::Result<std::uint64_t> Unlink(redis::Connection& connection,
                                   std::span<const std::string> names) {
  std::uint64_t removed = 0;
  for (std::size_t at = 0; at < names.size(); at += kBatch) {
    std::vector<std::string_view> words = {"UNLINK"};
    const auto batch = names.subspan(at, std::min(kBatch, names.size() - at));
    words.insert(words.end(), batch.begin(), batch.end());
    const auto reply = connection.Call(redis::Args{words});
    if (!reply) {
      return tl::unexpected(reply.error());
    }
    removed +=
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, reply->AsInteger().value_or(0)));
  }
  return removed;
}

std::string BytesText(std::uint64_t bytes) {
  constexpr double kStep = 1'000;
  static constexpr std::array<std::string_view, 4> kUnits = {"B", "kB", "MB", "GB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= kStep && unit + 1 < kUnits.size()) {
    amount /= kStep;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", amount, kUnits.at(unit));
}

}  // namespace bulwark::app
