#include "stateplane/switch_writer.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

constexpr std::string_view kReleaseHalt = R"(
if not is_still(ARGV[2], ARGV[3]) then return 4 end
redis.call('SET', KEYS[1], ARGV[1])
return 0
)";

// A meta of a larger sequence but an earlier time is of another ledger, not newer. The times are
// texts of one format, which sort like the times they say.
constexpr std::string_view kShowKill = R"(
if ARGV[8] and not is_still(ARGV[8], ARGV[9]) then return 4 end
local word, sequence, at = ARGV[1], tonumber(ARGV[2]), ARGV[3]
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

std::string TimeInMeta(const model::SwitchTurn& turn) {
  return base::FormatIso(turn.at, base::IsoSuffix::kOffset);
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

base::Result<SwitchShown> SwitchWriter::Show(redis::Connection& connection,
                                             const model::SwitchTurn& turn,
                                             const std::optional<SeenAtKey>& seen) const {
  if (turn.which == model::Switch::kKill) {
    return ShowKill(connection, turn, turn.is_on ? std::nullopt : seen);
  }
  return turn.is_on || !seen ? ShowHalt(connection, turn) : ReleaseHalt(connection, *seen);
}

base::Result<SwitchShown> SwitchWriter::ReleaseHalt(redis::Connection& connection,
                                                    const SeenAtKey& seen) const {
  std::string word;
  contract::EncodeHalt(word, false);
  const contract::Key key = contract::keys::Halt();
  const std::array<std::string_view, 1> keys{key.view()};
  const std::array<std::string_view, 3> args{word, NameOf(seen.kind), seen.text};
  const auto reply = release_halt_.Run(connection, redis::Args(keys), redis::Args(args));
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  return reply->AsInteger() == 0 ? SwitchShown::kWritten : SwitchShown::kOvertaken;
}

base::Result<SwitchShown> SwitchWriter::ShowKill(redis::Connection& connection,
                                                 const model::SwitchTurn& turn,
                                                 const std::optional<SeenAtKey>& seen) const {
  std::string word;
  std::string meta;
  std::string entry;
  std::string message;
  contract::EncodeKillSwitch(word, turn.is_on);
  contract::EncodeKillMeta(meta, turn);
  contract::EncodeKillLogEntry(entry, turn, contract::KillResult::kApplied);
  contract::EncodeKillSwitchTurn(message, turn);
  const std::string sequence = std::to_string(turn.sequence);
  const std::string at = TimeInMeta(turn);
  const contract::Key switch_key = contract::keys::KillSwitch();
  const contract::Key meta_key = contract::keys::KillMeta();
  const contract::Key log_key = contract::keys::KillLog();
  const std::array<std::string_view, 3> keys{switch_key.view(), meta_key.view(), log_key.view()};
  std::vector<std::string_view> args{
      word, sequence, at, meta, entry, contract::channels::KillSwitch().view(), message};
  if (seen) {
    args.insert(args.end(), {NameOf(seen->kind), seen->text});
  }
  const auto reply = kill_.Run(connection, redis::Args(keys), redis::Args(args));
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  switch (reply->AsInteger().value_or(-1)) {
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
                        connection.name() + ": the kill switch script answered something else");
  }
}

base::Result<void> SwitchWriter::StopUnrecorded(redis::Connection& connection,
                                                model::Switch which) {
  const bool is_halt = which == model::Switch::kHalt;
  const contract::Key key = is_halt ? contract::keys::Halt() : contract::keys::KillSwitch();
  std::string word;
  if (is_halt) {
    contract::EncodeHalt(word, true);
  } else {
    contract::EncodeKillSwitch(word, true);
  }
  if (const auto set = connection.Call({"SET", key.view(), word}); !set) {
    return tl::unexpected<base::Error>(set.error());
  }
  return {};
}

}  // namespace bulwark::stateplane
