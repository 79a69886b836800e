#include "contract/keys_markdown.h"

#include <array>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "contract/catalogue.h"
#include "contract/json_writer.h"
#include "contract/keys.h"

namespace bulwark::contract {
namespace {

constexpr std::string_view kHead = R"page(# Keys and channels

Everything Bulwark knows is visible in Redis, and this page is the whole list: {} keys and {}
channels. It is generated from the source (`bulwark keys docs`), so it cannot be out of date.

Try any of it while Bulwark runs. `bulwark redis-cli` is the ordinary `redis-cli`, already connected:

```sh
bulwark keys list                 # this page as a table
bulwark keys get SYSTEM:STATE     # one key, decoded and explained
bulwark keys watch 'METRICS:*'    # live
bulwark keys check                # does everything in Redis keep this contract?
bulwark redis-cli GET SYSTEM:HALT # or your own: redis-cli -u "$(bulwark redis-url)" GET SYSTEM:HALT
```

How to read it:

- `<id>` is an order's UUID, `<epoch_ms>` a time in milliseconds, `<S>` a symbol in upper case with
  `/`, `:` and `-` replaced by `_` (`BTC/USDT` is `BTC_USDT`), `<date>` like 2026-03-12, `<week>` an
  ISO week like 2026-W11.
- Times are UTC, with six digits after the second or none: `+00:00` in the trader's keys, `Z` in
  documents and channels.
- Floats always have a point. `METRICS:PNL_DAILY` is a fraction (`-0.012`), channels and `_pct`
  fields are percent (`-1.2`).
- *Derived*: delete it and it comes back from what is named. *Truth*: it is kept nowhere else.
- `*` after a name marks an extension; all other names come from the two original documents.

)page";

constexpr std::array<std::string_view, kGroups> kIntros = {
    "Is it alive, is it allowed to trade, and why not?",
    "Messages that a person should read.",
    "Money and speed as plain numbers.",
    "What the trader sees of the market.",
    "Tables for a dashboard, rebuilt from the ledger after every change.",
    "Orders and portfolio. The ledger is the truth; these follow it in one transaction per change.",
    "The brakes. They are in the ledger first, then here, then published.",
    "What the data jobs have done, so that a restart does not do it twice.",
    "Shared budgets and short-lived answers of data sources.",
    "Live messages (pub/sub). WebSocket clients of `/ws` get them as `{\"channel\": ..., \"data\": "
    "...}`.",
};

std::string_view ReadCommand(Kind kind) {
  static constexpr std::array<std::string_view, 6> kCommands = {
      "GET {}",           "SMEMBERS {}", "ZRANGE {} 0 -1 WITHSCORES",
      "LRANGE {} -10 -1", "HGETALL {}",  "SUBSCRIBE {}"};
  return kCommands.at(static_cast<std::size_t>(kind));
}

std::string Anchor(std::string_view text) {
  std::string anchor;
  for (const char c : text) {
    anchor += c == ' ' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return anchor;
}

std::string_view Star(const Entry& entry) {
  return entry.origin == Origin::kExtension ? "\\*" : "";
}

void AppendTable(std::string& out, Group group) {
  out +=
      "| name | type | lives | written by | in one sentence |\n| --- | --- | --- | --- | --- |\n";
  for (const Entry& entry : Catalogue()) {
    if (entry.group == group) {
      fmt::format_to(std::back_inserter(out), "| `{}`{} | {} | {} | {} | {} |\n", entry.pattern,
                     Star(entry), Name(entry.kind),
                     entry.ttl.is_none() ? std::string("for ever") : TtlText(entry.ttl),
                     entry.producer, entry.meaning);
    }
  }
  out += '\n';
}

// The commands to try: how to find such keys, how to read one, and the one people need in a hurry.
void AppendCommands(std::string& out, const Entry& entry) {
  auto end = std::back_inserter(out);
  out += "```sh\n";
  if (entry.pattern.find('<') != std::string_view::npos) {
    fmt::format_to(end, "bulwark redis-cli --scan --pattern '{}'\n", ScanPattern(entry.id));
  }
  fmt::format_to(end, "bulwark redis-cli {}\n",
                 fmt::format(fmt::runtime(ReadCommand(entry.kind)), entry.example_key));
  if (entry.id == EntryId::kSystemHalt) {
    fmt::format_to(end, "bulwark redis-cli SET {} true    # stop now\n", entry.pattern);
  }
  out += "```\n\n";
}

bool IsJson(const Entry& entry) {
  return entry.encoding == Encoding::kSpacedJson || entry.encoding == Encoding::kCompactJson;
}

void AppendEntry(std::string& out, const Entry& entry) {
  auto end = std::back_inserter(out);
  const bool is_channel = entry.kind == Kind::kChannel;
  const bool has_members = entry.kind != Kind::kString && !is_channel;
  fmt::format_to(end, "### `{}`{}\n\n{}\n\n", entry.pattern, is_channel ? " (channel)" : "",
                 entry.meaning);
  AppendCommands(out, entry);
  fmt::format_to(end, "```{}\n{}\n```\n\n", IsJson(entry) ? "json" : "text", entry.example);
  fmt::format_to(end, "- Value: {}{}\n", Name(entry.encoding), has_members ? ", per member" : "");
  if (!is_channel) {
    fmt::format_to(end, "- Time to live: {}\n", TtlText(entry.ttl));
  }
  fmt::format_to(end, "- Written by: {}\n- Read by: {}\n", entry.producer, entry.consumers);
  if (!is_channel) {
    fmt::format_to(end, "- {}; rebuilt from: {}\n",
                   entry.standing == Standing::kTruth ? "Truth" : "Derived", entry.rebuilt_from);
  }
  fmt::format_to(end, "- Source: {}{}\n\n", Name(entry.origin),
                 entry.is_written_by_trader ? "" : "; not written by the trader");
}

void AppendGroup(std::string& out, Group group) {
  fmt::format_to(std::back_inserter(out), "## {}\n\n{}\n\n", Name(group),
                 kIntros.at(static_cast<std::size_t>(group)));
  AppendTable(out, group);
  for (const Entry& entry : Catalogue()) {
    if (entry.group == group) {
      AppendEntry(out, entry);
    }
  }
}

std::size_t CountChannels() {
  std::size_t channels = 0;
  for (const Entry& entry : Catalogue()) {
    channels += entry.kind == Kind::kChannel ? 1U : 0U;
  }
  return channels;
}

}  // namespace

std::string GenerateKeysMarkdown() {
  const std::size_t channels = CountChannels();
  std::string out = fmt::format(fmt::runtime(kHead), kEntries - channels, channels);
  for (std::size_t at = 0; at < kGroups; ++at) {
    const std::string_view name = Name(static_cast<Group>(at));
    fmt::format_to(std::back_inserter(out), "{}[{}](#{})", at == 0 ? "Jump to: " : " · ", name,
                   Anchor(name));
  }
  out += "\n\n";
  for (std::size_t at = 0; at < kGroups; ++at) {
    AppendGroup(out, static_cast<Group>(at));
  }
  out.pop_back();  // The file ends with one line break.
  return out;
}

std::string GenerateKeysJson() {
  std::string out;
  JsonWriter json(out, Spelling::kCompact);
  json.BeginArray();
  for (const Entry& entry : Catalogue()) {
    json.BeginObject();
    json.Text("name", entry.pattern);
    json.Text("group", Name(entry.group));
    json.Text("type", Name(entry.kind));
    json.Text("encoding", Name(entry.encoding));
    json.Text("example_name", entry.example_key);
    json.Text("example", entry.example);
    json.Integer("ttl_min_s", entry.ttl.min_s);
    json.Integer("ttl_max_s", entry.ttl.max_s);
    json.Text("producer", entry.producer);
    json.Text("consumers", entry.consumers);
    json.Text("standing", Name(entry.standing));
    json.Text("rebuilt_from", entry.rebuilt_from);
    json.Text("source", Name(entry.origin));
    json.Flag("is_written_by_trader", entry.is_written_by_trader);
    json.Text("meaning", entry.meaning);
    json.EndObject();
  }
  json.EndArray();
  out += '\n';
  return out;
}

}  // namespace bulwark::contract
