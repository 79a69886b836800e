// Goal: what a person gets from the real binary for a mistake: the message, the place, the exit
// code.
// Method: runs build/<preset>/bulwark with small files in a temporary folder and reads all it
// prints.

#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "binary_fixture.h"

namespace bulwark::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class CommandLineTest : public BinaryTest {};

TEST_F(CommandLineTest, ChecksEachKindOfBadFile) {
  struct Example {
    std::string_view file;
    std::string_view text;
  };
  const std::vector<Example> examples{
      {"api: {prot: 1}", "error: b.yaml:1:7: unknown setting 'api.prot', did you mean 'api.port'?"},
      {"risk: {permit_ttl: 5}", "error: b.yaml:1:20: risk.permit_ttl: '5' has no unit; allowed: "},
      {"risk: {permit_ttl: 5 minutes}",
       "error: b.yaml:1:20: risk.permit_ttl: '5 minutes' has the unknown unit ' minutes'"},
      {"risk: {max_order_notional: .nan}",
       "error: b.yaml:1:28: risk.max_order_notional: '.nan' is not a decimal number"},
      {"risk: {max_order_notional: .inf}",
       "error: b.yaml:1:28: risk.max_order_notional: '.inf' is not a decimal number"},
      {"risk: {max_order_notional: -1}",
       "error: b.yaml:1:28: risk.max_order_notional: '-1' is out of range; allowed: a number "
       "above"},
      {"api: {port: 65536}", "error: b.yaml:1:13: api.port: '65536' is out of range"},
      {"feed: {kind: live}",
       "error: b.yaml:1:14: feed.kind: 'live' is not one of the choices; allowed: simulated or "
       "replay"},
      {"api: {port: 1, port: 2}", "error: b.yaml:1:16: 'api.port' is given twice, first in line 1"},
      {"api: [1, 2]", "error: b.yaml:1:6: api: must be a section with settings below it"},
      {"api: {port: 1\n", "error: b.yaml:2:1: is not valid YAML: end of map flow not found"},
      {"just words", "error: b.yaml:1:1: the file must be a map of settings"},
      {"feed: {kind: replay}", "error: b.yaml:1:14: feed.file: is empty, but feed.kind is replay"},
      {"redis: {url: 'http://:s3cret@h'}",
       "error: b.yaml:1:14: redis.url: 'http://***@h' is not a Redis URL"},
      {"instruments: [{symbol: MSFT, tick: 0}]",
       "error: b.yaml:1:36: instruments: tick: '0' is not a number above 0"},
      {std::string_view("\x00\x01\x02", 3), "error: b.yaml:1:1: is not a text file in UTF-8"}};

  for (const Example& example : examples) {
    Write("b.yaml", example.file);

    const BinaryOutcome outcome = Run("config check --config b.yaml");

    EXPECT_EQ(outcome.exit_code, 1) << example.file;
    EXPECT_THAT(outcome.text, StartsWith(std::string(example.text)));
    EXPECT_THAT(outcome.text, HasSubstr("1 problem found\n"));
    EXPECT_THAT(outcome.text, Not(HasSubstr("s3cret")));
  }
}

TEST_F(CommandLineTest, ChecksAGoodFileAndCountsWhatChanged) {
  Write("b.yaml", "api: {port: 1}\n");

  const BinaryOutcome outcome = Run("config check --config b.yaml", "BULWARK_LOG_LEVEL=warn");

  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.text, HasSubstr("configuration ok: "));
  EXPECT_THAT(outcome.text, HasSubstr(", 2 changed from the default\n"));
}

TEST_F(CommandLineTest, ExplainsAFileThatCannotBeRead) {
  const BinaryOutcome missing = Run("config check --config none.yaml");
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_EQ(missing.text, "error: none.yaml: there is no such file\n");

  const BinaryOutcome is_folder = Run("config show", "BULWARK_CONFIG=.");
  EXPECT_EQ(is_folder.exit_code, 2);
  EXPECT_EQ(is_folder.text, "error: .: is a folder\n");
}

TEST_F(CommandLineTest, ShowsValuesWithTheirOrigin) {
  Write("b.yaml", "api:\n  port: 1\nredis: {url: 'redis://:s3cret@h'}\n");

  const BinaryOutcome outcome =
      Run("config show --json --config b.yaml --data /d --set paper.seed=9", "BULWARK_FEED_SEED=5");

  ASSERT_EQ(outcome.exit_code, 0) << outcome.text;
  const auto rows = nlohmann::json::parse(outcome.text);
  const auto row = [&](const std::string& name) {
    for (const auto& candidate : rows) {
      if (candidate.at("name") == name) {
        return candidate.at("value").get<std::string>() + " from " +
               candidate.at("origin").get<std::string>();
      }
    }
    return std::string("missing");
  };
  EXPECT_EQ(row("api.port"), "1 from b.yaml:2");
  EXPECT_EQ(row("data"), "/d from flag --data");
  EXPECT_EQ(row("paper.seed"), "9 from flag --set");
  EXPECT_EQ(row("feed.seed"), "5 from env BULWARK_FEED_SEED");
  EXPECT_EQ(row("redis.url"), "redis://***@h from b.yaml:3");
  EXPECT_EQ(row("log.level"), "info from default");
}

TEST_F(CommandLineTest, RefusesToShowWhatIsWrong) {
  const BinaryOutcome outcome = Run("config show --log-level loud", "BULWARK_API_PROT=1");

  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(
      outcome.text,
      "error: env BULWARK_API_PROT: unknown variable, did you mean BULWARK_API_PORT?\n"
      "error: --log-level: log.level: 'loud' is not one of the choices; allowed: debug, info, "
      "warn or error\n");
}

TEST_F(CommandLineTest, ExplainsWrongCommandLines) {
  EXPECT_EQ(Run("confg").text, "error: unknown command 'confg', did you mean 'config'?\n");
  EXPECT_EQ(Run("config shwo").text, "error: unknown command 'shwo', did you mean 'show'?\n");
  EXPECT_THAT(Run("config show --set api.port").text, HasSubstr("expected NAME=VALUE"));
  EXPECT_THAT(Run("").text, HasSubstr("Usage: bulwark"));
  for (const char* arguments :
       {"", "confg", "config", "config show --jsn", "config show --set x"}) {
    EXPECT_EQ(Run(arguments).exit_code, 2) << arguments;
  }
}

TEST_F(CommandLineTest, TellsItsVersionAndHelp) {
  const BinaryOutcome version = Run("--version");
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.text, StartsWith("bulwark "));

  const BinaryOutcome help = Run("config show --help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* flag : {"--config", "--data", "--log-level", "--set", "--json"}) {
    EXPECT_THAT(help.text, HasSubstr(flag));
  }
}

}  // namespace
}  // namespace bulwark::app
