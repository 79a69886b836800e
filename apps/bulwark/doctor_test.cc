// Goal: a machine that is fit gets green lines; each thing that is not gets a red one and exit code
//       1.
// Method: the real binary on a temporary data folder, with one thing broken at a time.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/time.h"
#include "binary_fixture.h"
#include "doctor_checks.h"
#include "ledger/ledger.h"
#include "redis/connection.h"
#include "redis/managed_server.h"

namespace bulwark::app {
namespace {

using testing::HasSubstr;
using testing::Not;

class DoctorTest : public BinaryTest {};

TEST_F(DoctorTest, FindsAFreshMachineFit) {
  const BinaryOutcome outcome = Run("doctor --set api.port=0");

  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_THAT(outcome.text, Not(HasSubstr("red ")));
  for (const char* topic : {"redis", "ledger", "disk", "ports", "clock"}) {
    EXPECT_THAT(outcome.text, HasSubstr(topic));
  }
}

TEST_F(DoctorTest, AnswersInJson) {
  const BinaryOutcome outcome = Run("doctor --json --set api.port=0");
  const auto json = nlohmann::json::parse(outcome.text, nullptr, false);

  ASSERT_TRUE(json.is_object()) << outcome.text;
  EXPECT_TRUE(json["fit"].get<bool>());
  EXPECT_EQ(json["lines"][0]["topic"], "data");
  EXPECT_EQ(json["lines"][0]["level"], "yellow");
  EXPECT_EQ(json["lines"][1]["topic"], "redis");
  EXPECT_EQ(json["lines"][1]["level"], "green");
}

TEST_F(DoctorTest, ReportsAMissingDataFolderAndMakesNone) {
  const BinaryOutcome outcome = Run("doctor --set api.port=0 --data other/data");

  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("other/data does not exist: the first start makes it"));
  EXPECT_THAT(outcome.text, HasSubstr("MiB free in " + folder_.string() + "\n"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

TEST_F(DoctorTest, WarnsOfADataFolderThatOthersMayRead) {
  namespace fs = std::filesystem;
  fs::create_directory(Data());
  fs::permissions(Data(), fs::perms::owner_all | fs::perms::group_read);
  const BinaryOutcome open = Run("doctor --set api.port=0");
  fs::permissions(Data(), fs::perms::owner_all);
  const BinaryOutcome closed = Run("doctor --set api.port=0");

  EXPECT_EQ(open.exit_code, 0) << open.text;
  EXPECT_THAT(open.text, HasSubstr("open to others: run chmod 700 " + Data().string()));
  EXPECT_THAT(closed.text, HasSubstr(Data().string() + " is for its owner only"));
}

TEST_F(DoctorTest, MissesTheServerProgram) {
  const BinaryOutcome outcome =
      Run("doctor --set api.port=0 --set redis.server_binary=no-such-server");

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.text, HasSubstr("'no-such-server' is not in PATH"));
}

TEST_F(DoctorTest, NamesThePortThatIsTaken) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  const tcp::acceptor other(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  const std::string port = std::to_string(other.local_endpoint().port());

  const BinaryOutcome outcome = Run("doctor --set api.port=" + port);

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.text, HasSubstr("127.0.0.1:" + port));
}

TEST_F(DoctorTest, ChecksAnExistingLedgerAndFindsADamagedOne) {
  std::filesystem::create_directory(Data());
  ASSERT_TRUE(ledger::Ledger::Open(Data() / "ledger.db"));
  const BinaryOutcome whole = Run("doctor --set api.port=0");
  EXPECT_EQ(whole.exit_code, 0) << whole.text;
  EXPECT_THAT(whole.text, HasSubstr("whole, writable and durable"));

  std::ofstream(Data() / "ledger.db", std::ios::trunc) << "this is no database";
  const BinaryOutcome damaged = Run("doctor --set api.port=0");

  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_THAT(damaged.text, HasSubstr("ledger.db"));
}

TEST_F(DoctorTest, RefusesARedisThatEvicts) {
  const auto folder = folder_ / "other";
  auto server = redis::ManagedServer::Create({.data_folder = folder.string()});
  ASSERT_TRUE(server && server->Start());
  const auto connection = redis::Connection::Connect(server->url());
  ASSERT_TRUE(connection);
  ASSERT_TRUE((*connection)->Call({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"}));
  ASSERT_TRUE((*connection)->Call({"CONFIG", "SET", "maxmemory", "256mb"}));
  const std::string url = server->url().Full().Reveal();

  const BinaryOutcome outcome = Run("doctor --set api.port=0 --set 'redis.url=" + url + "'");

  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.text, HasSubstr("allkeys-lru with maxmemory 268435456 bytes"));
  EXPECT_THAT(outcome.text, Not(HasSubstr(server->url().password.Reveal())));
}

TEST_F(DoctorTest, SeesAClockThatIsSetToThePast) {
  const auto lines =
      CheckClock(base::UnixNanos(std::chrono::hours{24} * 365), std::filesystem::path("/bin/sh"));

  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0].level, DoctorLine::Level::kRed);
  EXPECT_THAT(lines[0].text, HasSubstr("1971"));
}

}  // namespace
}  // namespace bulwark::app
