#include "jobs/work_marks.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "calendar/date_text.h"
#include "calendar/day.h"
#include "contract/keys.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/script.h"

namespace bulwark::jobs {
namespace {

// Questions of one pipeline, so that its answer stays small.
constexpr std::size_t kChunk = 512;

// Times of one form compare as texts; of two forms as far as their seconds, which is enough.
constexpr const char* kAdvance =
    "local old = redis.call('GET', KEYS[1])\n"
    "if (not old) or old < ARGV[1] then redis.call('SET', KEYS[1], ARGV[1]) end\n"
    "return 1";

base::Result<bool> AsBool(const redis::Reply& reply, const contract::Key& key) {
  if (const auto error = redis::FirstError(reply)) {
    return base::FailWith(key.text(), *error);
  }
  const auto number = reply.AsInteger();
  if (!number) {
    return base::Fail(base::ErrorCode::kCorrupt, key.text() + ": the answer is not a number");
  }
  return *number == 1;
}

std::span<const std::string> Chunk(std::span<const std::string> all, std::size_t from) {
  return all.subspan(from, std::min(kChunk, all.size() - from));
}

}  // namespace

base::Result<bool> WorkMarks::IsDailyBarsDone(calendar::Date date, std::string_view ticker) {
  return IsMember(contract::keys::DailyBarsDone(calendar::DateText(date)), ticker);
}

base::Result<void> WorkMarks::MarkDailyBars(calendar::Date date, std::string_view ticker) {
  return AddMember(contract::keys::DailyBarsDone(calendar::DateText(date)), ticker, kDailyBarsTtl);
}

base::Result<bool> WorkMarks::IsWeeklyFundamentalsDone(calendar::Date date,
                                                       std::string_view ticker) {
  return IsMember(contract::keys::WeeklyFundamentalsDone(calendar::IsoWeekText(date)), ticker);
}

base::Result<void> WorkMarks::MarkWeeklyFundamentals(calendar::Date date, std::string_view ticker) {
  return AddMember(contract::keys::WeeklyFundamentalsDone(calendar::IsoWeekText(date)), ticker,
                   kWeeklyFundamentalsTtl);
}

base::Result<std::optional<base::UnixNanos>> WorkMarks::AltdataLastRun() {
  const contract::Key key = contract::keys::AltdataLastRun();
  const auto reply = connection_.Call({"GET", key.view()});
  if (!reply) {
    return base::FailWith(key.text(), reply.error());
  }
  if (reply->is_nil()) {
    return std::optional<base::UnixNanos>();
  }
  const auto at = base::ParseIso(reply->AsText().value_or(""));
  if (!at) {
    return base::Fail(base::ErrorCode::kCorrupt, key.text() + " is not a time");
  }
  return at;
}

base::Result<void> WorkMarks::AdvanceAltdata(base::UnixNanos started_at) {
  const contract::Key key = contract::keys::AltdataLastRun();
  const std::string text =
      base::FormatIso(std::chrono::floor<std::chrono::seconds>(started_at), base::IsoSuffix::kZulu);
  const std::array<std::string_view, 1> keys{key.view()};
  const std::array<std::string_view, 1> values{text};
  const auto reply = redis::Script(kAdvance).Run(connection_, keys, values);
  if (!reply) {
    return base::FailWith(key.text(), reply.error());
  }
  return {};
}

base::Result<std::vector<std::string>> WorkMarks::Backfilled(std::span<const std::string> tickers) {
  std::vector<std::string> marked;
  for (std::size_t from = 0; from < tickers.size(); from += kChunk) {
    if (const auto added = AddBackfilled(Chunk(tickers, from), marked); !added) {
      return tl::unexpected(added.error());
    }
  }
  return marked;
}

base::Result<void> WorkMarks::MarkBackfilled(std::string_view ticker) {
  const contract::Key key = contract::keys::BackfillCompleted();
  const auto reply = connection_.Call({"SADD", key.view(), ticker});
  if (!reply) {
    return base::FailWith(key.text(), reply.error());
  }
  return {};
}

base::Result<void> WorkMarks::ForgetBackfilled(std::span<const std::string> tickers) {
  const contract::Key key = contract::keys::BackfillCompleted();
  for (std::size_t from = 0; from < tickers.size(); from += kChunk) {
    const auto chunk = Chunk(tickers, from);
    std::vector<std::string_view> command{"SREM", key.view()};
    command.insert(command.end(), chunk.begin(), chunk.end());
    if (const auto reply = connection_.Call(redis::Args(command)); !reply) {
      return base::FailWith(key.text(), reply.error());
    }
  }
  return {};
}

base::Result<void> WorkMarks::ForgetAllBackfilled() {
  const contract::Key key = contract::keys::BackfillCompleted();
  if (const auto reply = connection_.Call({"DEL", key.view()}); !reply) {
    return base::FailWith(key.text(), reply.error());
  }
  return {};
}

base::Result<void> WorkMarks::AddBackfilled(std::span<const std::string> tickers,
                                            std::vector<std::string>& marked) {
  const contract::Key key = contract::keys::BackfillCompleted();
  redis::Pipeline pipeline;
  for (const std::string& ticker : tickers) {
    pipeline.Add({"SISMEMBER", key.view(), ticker});
  }
  const auto replies = connection_.ExecuteForReplies(pipeline);
  if (!replies) {
    return base::FailWith(key.text(), replies.error());
  }
  for (std::size_t at = 0; at < tickers.size(); ++at) {
    const auto is_marked = AsBool(replies->at(at), key);
    if (!is_marked) {
      return tl::unexpected(is_marked.error());
    }
    if (*is_marked) {
      marked.push_back(tickers[at]);
    }
  }
  return {};
}

base::Result<bool> WorkMarks::IsMember(const contract::Key& key, std::string_view ticker) {
  const auto reply = connection_.Call({"SISMEMBER", key.view(), ticker});
  if (!reply) {
    return base::FailWith(key.text(), reply.error());
  }
  return AsBool(*reply, key);
}

base::Result<void> WorkMarks::AddMember(const contract::Key& key, std::string_view ticker,
                                        std::chrono::seconds ttl) {
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  pipeline.Add({"SADD", key.view(), ticker});
  pipeline.Add({"EXPIRE", key.view(), std::to_string(ttl.count())});
  pipeline.EndTransaction();
  if (auto done = connection_.Execute(pipeline); !done) {
    return base::FailWith(key.text(), done.error());
  }
  return {};
}

}  // namespace bulwark::jobs
