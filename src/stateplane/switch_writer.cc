#include "stateplane/switch_writer.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crash_point.h"
#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "contract/channel_payloads.h"
#include "contract/keys.h"
#include "contract/kill_switch_document.h"
#include "contract/system_documents.h"
#include "model/switches.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"
#include "redis/script.h"

namespace bulwark::stateplane {
namespace {

// Tells whether the key still holds what was seen there. GET answers a text, false for a missing
// key, and a table with the error for a foreign type.
constexpr std::string_view kIsStill = R"(
local function is_still(kind, text)
  local now = redis.pcall('GET', KEYS[1])
  if kind == 'missing' then return now == false end
  if kind == 'foreign' then return type(now) == 'table' end
  return now == text
end
)";

// A key that says already what it should is nobody's newer stop.
constexpr std::string_view kReleaseHalt = R"(
if redis.pcall('GET', KEYS[1]) == ARGV[1] then return 2 end
if not is_still(ARGV[2], ARGV[3]) then return 4 end
redis.call('SET', KEYS[1], ARGV[1])
return 0
)";

// A meta of a larger sequence but an earlier time is of another ledger, not newer. The times are
// texts of one format, which sort like the times they say.
constexpr std::string_view kShowKill = R"(
local word, sequence, at = ARGV[1], tonumber(ARGV[2]), ARGV[3]
if ARGV[8] and redis.pcall('GET', KEYS[1]) ~= word and not is_still(ARGV[8], ARGV[9]) then
  return 4
end
local shown, shown_at = -1, ''
local meta = redis.pcall('GET', KEYS[2])
if type(meta) == 'string' then
  local is_json, document = pcall(cjson.decode, meta)
  if is_json and type(document) == 'table' then
    shown = tonumber(document.sequence) or -1
    for _, name in ipairs({'activated_at', 'deactivated_at'}) do
      if type(document[name]) == 'string' then shown_at = document[name] end
    end
  end
end
if shown > sequence and shown_at >= at then return 3 end
if shown == sequence and shown_at == at then
  if redis.pcall('GET', KEYS[1]) == word then return 2 end
  redis.call('SET', KEYS[1], word)
  return 1
end
redis.call('SET', KEYS[1], word)
redis.call('SET', KEYS[2], ARGV[4])
redis.pcall('RPUSH', KEYS[3], ARGV[5])
redis.call('PUBLISH', ARGV[6], ARGV[7])
return 0
)";

std::string_view NameOf(SeenAtKey::Kind kind) {
  switch (kind) {
    case SeenAtKey::Kind::kText:
      return "text";
    case SeenAtKey::Kind::kMissing:
      return "missing";
    case SeenAtKey::Kind::kForeign:
      return "foreign";
  }
  return "missing";
}

contract::Key KeyOf(model::Switch which) {
  return which == model::Switch::kHalt ? contract::keys::Halt() : contract::keys::KillSwitch();
}

void EncodeWord(std::string& out, model::Switch which, bool is_on) {
  if (which == model::Switch::kHalt) {
    contract::EncodeHalt(out, is_on);
  } else {
    contract::EncodeKillSwitch(out, is_on);
  }
}

SeenAtKey SeenIn(const redis::Reply& reply) {
  using Kind = SeenAtKey::Kind;
  if (reply.is_nil()) {
    return {.kind = Kind::kMissing};
  }
  if (reply.kind != redis::Reply::Kind::kBulk) {
    return {.kind = Kind::kForeign};
  }
  return {.kind = Kind::kText, .text = reply.text};
}

struct ScriptCall {
  std::vector<std::string> keys;
  std::vector<std::string> args;
};

ScriptCall ReleaseHaltCall(const SeenAtKey& seen) {
  std::string word;
  contract::EncodeHalt(word, false);
  return {.keys = {contract::keys::Halt().text()},
          .args = {word, std::string(NameOf(seen.kind)), seen.text}};
}

ScriptCall ShowKillCall(const model::SwitchTurn& turn, const std::optional<SeenAtKey>& seen) {
  std::string word;
  std::string meta;
  std::string entry;
  std::string message;
  contract::EncodeKillSwitch(word, turn.is_on);
  contract::EncodeKillMeta(meta, turn);
  contract::EncodeKillLogEntry(entry, turn, contract::KillResult::kApplied);
  contract::EncodeKillSwitchTurn(message, turn);
  ScriptCall call{.keys = {contract::keys::KillSwitch().text(), contract::keys::KillMeta().text(),
                           contract::keys::KillLog().text()},
                  .args = {word, std::to_string(turn.sequence),
                           base::FormatIso(turn.at, base::IsoSuffix::kOffset), meta, entry,
                           std::string(contract::channels::KillSwitch().view()), message}};
  if (seen) {
    call.args.emplace_back(NameOf(seen->kind));
    call.args.push_back(seen->text);
  }
  return call;
}

base::Result<SwitchShown> ShownOf(const redis::Connection& connection, const redis::Reply& reply) {
  switch (reply.AsInteger().value_or(-1)) {
    case 0:
      return SwitchShown::kWritten;
    case 1:
      return SwitchShown::kCorrected;
    case 2:
      return SwitchShown::kWasThere;
    case 3:
      return SwitchShown::kIsStale;
    case 4:
      return SwitchShown::kOvertaken;
    default:
      return base::Fail(base::ErrorCode::kCorrupt,
                        connection.name() + ": the script of a stop answered something else");
  }
}

base::Result<SwitchShown> ShowHalt(redis::Connection& connection, const model::SwitchTurn& turn) {
  const contract::Key key = contract::keys::Halt();
  std::string word;
  contract::EncodeHalt(word, turn.is_on);
  // GET of the old value in the same step tells whether anybody sees a change.
  const auto before = connection.Call({"SET", key.view(), word, "GET"});
  if (before) {
    return before->AsText() == word ? SwitchShown::kWasThere : SwitchShown::kWritten;
  }
  // A foreign type at the key refuses the GET; the stop is written over it.
  if (const auto set = connection.Call({"SET", key.view(), word}); !set) {
    return tl::unexpected<base::Error>(set.error());
  }
  return SwitchShown::kWritten;
}

}  // namespace

SwitchWriter::SwitchWriter()
    : kill_(std::string(kIsStill) + std::string(kShowKill)),
      release_halt_(std::string(kIsStill) + std::string(kReleaseHalt)) {}

const redis::Script& SwitchWriter::ScriptFor(model::Switch which) const {
  return which == model::Switch::kHalt ? release_halt_ : kill_;
}

base::Result<SwitchShown> SwitchWriter::Show(redis::Connection& connection,
                                             const model::SwitchTurn& turn,
                                             const std::optional<SeenAtKey>& seen) const {
  const bool is_halt = turn.which == model::Switch::kHalt;
  if (is_halt && (turn.is_on || !seen)) {
    base::CrashBefore(kSwitchShow);
    auto shown = ShowHalt(connection, turn);
    base::CrashAfter(kSwitchShow);
    return shown;
  }
  const ScriptCall call =
      is_halt ? ReleaseHaltCall(*seen) : ShowKillCall(turn, turn.is_on ? std::nullopt : seen);
  const std::vector<std::string_view> keys(call.keys.begin(), call.keys.end());
  const std::vector<std::string_view> args(call.args.begin(), call.args.end());
  base::CrashBefore(kSwitchShow);
  const auto reply = ScriptFor(turn.which).Run(connection, redis::Args(keys), redis::Args(args));
  base::CrashAfter(kSwitchShow);
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  return ShownOf(connection, *reply);
}

base::Result<SeenAtKey> SwitchWriter::Look(redis::Connection& connection, model::Switch which) {
  redis::Pipeline pipeline;
  pipeline.Add({"UNWATCH"});  // What an earlier look saw change is not our business.
  pipeline.Add({"WATCH", KeyOf(which).view()});
  pipeline.Add({"GET", KeyOf(which).view()});
  const auto replies = connection.ExecuteForReplies(pipeline);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  if (const auto refused = redis::FirstError(replies->at(1))) {
    return tl::unexpected<base::Error>(*refused);
  }
  const redis::Reply& value = replies->at(2);
  // A foreign type is an answer; any other refusal is not.
  if (value.is_error() && !value.text.starts_with("WRONGTYPE")) {
    return tl::unexpected<base::Error>(redis::ToError(value.text));
  }
  return SeenIn(value);
}

base::Result<SwitchShown> SwitchWriter::ShowRelease(redis::Connection& connection,
                                                    const model::SwitchTurn& turn,
                                                    const SeenAtKey& seen) const {
  ENSURE(!turn.is_on);
  const ScriptCall call =
      turn.which == model::Switch::kHalt ? ReleaseHaltCall(seen) : ShowKillCall(turn, seen);
  std::vector<std::string_view> eval{"EVAL", ScriptFor(turn.which).source()};
  const std::string key_count = std::to_string(call.keys.size());
  eval.push_back(key_count);
  eval.insert(eval.end(), call.keys.begin(), call.keys.end());
  eval.insert(eval.end(), call.args.begin(), call.args.end());
  redis::Pipeline pipeline;
  pipeline.BeginTransaction();
  pipeline.Add(redis::Args(eval));
  pipeline.EndTransaction();
  base::CrashBefore(kSwitchShow);
  const auto replies = connection.ExecuteForReplies(pipeline);
  base::CrashAfter(kSwitchShow);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  const redis::Reply& exec = replies->back();
  if (const auto failure = redis::FirstError(exec)) {
    return tl::unexpected<base::Error>(*failure);
  }
  if (!exec.is_nil() && !exec.elements.empty()) {
    return ShownOf(connection, exec.elements.front());
  }
  // Written since the look. By the trader, which followed the ledger, or by a newer stop?
  std::string word;
  EncodeWord(word, turn.which, false);
  return Show(connection, turn, SeenAtKey{.kind = SeenAtKey::Kind::kText, .text = word});
}

base::Result<SwitchShown> SwitchWriter::StopUnrecorded(redis::Connection& connection,
                                                       const model::SwitchTurn& turn) {
  ENSURE(turn.is_on);
  std::string word;
  EncodeWord(word, turn.which, true);
  redis::Pipeline pipeline;
  pipeline.Add({"SET", KeyOf(turn.which).view(), word});
  if (turn.which == model::Switch::kKill) {
    std::string message;
    contract::EncodeKillSwitchTurn(message, turn);
    pipeline.Add({"PUBLISH", contract::channels::KillSwitch().view(), message});
  }
  base::CrashBefore(kSwitchShow);
  const auto replies = connection.ExecuteForReplies(pipeline);
  base::CrashAfter(kSwitchShow);
  if (!replies) {
    return tl::unexpected<base::Error>(replies.error());
  }
  // The key is the stop; a listener that was not told reads it.
  if (const auto refused = redis::FirstError(replies->front())) {
    return tl::unexpected<base::Error>(*refused);
  }
  return SwitchShown::kWritten;
}

void SwitchWriter::NoteRefused(redis::Connection& connection, const model::SwitchTurn& turn) {
  std::string entry;
  contract::EncodeKillLogEntry(entry, turn, contract::KillResult::kRefused);
  [[maybe_unused]] const auto pushed =
      connection.Call({"RPUSH", contract::keys::KillLog().view(), entry});
}

}  // namespace bulwark::stateplane
