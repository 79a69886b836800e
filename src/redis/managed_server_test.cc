// Goal: the private server starts, keeps what it was told, lets nobody else in, and leaves nothing
//       behind.
// Method: real redis-servers in temporary folders.

#include "redis/managed_server.h"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/result.h"
#include "base/secret.h"
#include "process/child.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/health.h"
#include "redis/private_files.h"
#include "redis/test_server.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

using std::chrono::seconds;

unsigned ModeOf(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 0777U;
}

Url WithoutPassword(Url url) {
  url.user.clear();
  url.password = base::Secret();
  return url;
}

TEST(ManagedServerTest, IsFoundThroughItsFilesAndAnswersOnBothAddresses) {
  TestServer test;
  const auto found = FindManagedServer(test.folder());
  ASSERT_TRUE(found) << found.error().message;

  for (const Url& url : {found->socket, found->tcp, test.server().tcp_url()}) {
    auto connection = Connection::Connect(url);
    ASSERT_TRUE(connection) << connection.error().message;
    EXPECT_TRUE((*connection)->Call({"SET", "k", "v"})->is_ok());
  }
}

TEST(ManagedServerTest, PassesItsOwnHealthCheck) {
  const TestServer test;
  const auto connection = test.Connect();

  const auto facts = ReadFacts(*connection);

  ASSERT_TRUE(facts) << facts.error().message;
  for (const Finding& finding : Judge(*facts)) {
    EXPECT_EQ(finding.level, Finding::Level::kOk) << finding.topic << ": " << finding.text;
  }
}

TEST(ManagedServerTest, KeepsItsFilesPrivateAndItsPasswordOutOfThem) {
  TestServer test;
  const std::string folder = test.folder();

  EXPECT_EQ(ModeOf(folder + "/redis"), 0700U);
  EXPECT_EQ(ModeOf(folder + "/run"), 0700U);
  for (const char* file : {"/redis/password", "/redis/redis.conf", "/redis/redis.log",
                           "/run/redis.json", "/run/redis.sock"}) {
    EXPECT_EQ(ModeOf(folder + file), 0600U) << file;
  }
  const std::string& password = test.url().password.Reveal();
  EXPECT_EQ(password.size(), 64U);
  for (const char* file : {"/redis/redis.conf", "/run/redis.json", "/redis/redis.log"}) {
    EXPECT_EQ(ReadSmallFile(folder + file)->find(password), std::string::npos) << file;
  }
  const std::string arguments =
      *ReadSmallFile("/proc/" + std::to_string(*test.server().pid()) + "/cmdline");
  EXPECT_EQ(arguments.find(password), std::string::npos);
}

TEST(ManagedServerTest, LetsNobodyInWithoutThePassword) {
  TestServer test;
  Url wrong = test.url();
  wrong.password = base::Secret("guess");

  for (const Url& url :
       {WithoutPassword(test.url()), WithoutPassword(test.server().tcp_url()), wrong}) {
    const auto connection = Connection::Connect(url);

    ASSERT_FALSE(connection);
    EXPECT_EQ(connection.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_EQ(connection.error().message.find("guess"), std::string::npos);
  }
}

TEST(ManagedServerTest, LetsGuestsReadWhatIsPublishedAndSetTheInboxOnly) {
  TestServer test(
      GuestAccess{.readable_keys = {"VIEW:*", "SYSTEM:*"}, .writable_keys = {"SYSTEM:HALT"}});
  const auto owner = test.Connect();
  ASSERT_TRUE(owner->Call({"SET", "VIEW:ORDERS", "[]"}));
  auto guest = Connection::Connect(WithoutPassword(test.server().tcp_url()));
  ASSERT_TRUE(guest) << guest.error().message;

  EXPECT_EQ((*guest)->Call({"GET", "VIEW:ORDERS"})->AsText(), "[]");
  EXPECT_TRUE((*guest)->Call({"SET", "SYSTEM:HALT", "true"}));
  EXPECT_TRUE((*guest)->Call({"SCAN", "0", "MATCH", "VIEW:*"}));
  EXPECT_EQ(owner->Call({"GET", "SYSTEM:HALT"})->AsText(), "true");
  for (const auto& refused :
       {(*guest)->Call({"SET", "VIEW:ORDERS", "x"}), (*guest)->Call({"GET", "oms:portfolio"}),
        (*guest)->Call({"SET", "SYSTEM:HEARTBEAT", "x"}), (*guest)->Call({"DEL", "SYSTEM:HALT"}),
        (*guest)->Call({"FLUSHALL"}), (*guest)->Call({"CONFIG", "GET", "*"}),
        (*guest)->Call({"PUBLISH", "c", "m"}), (*guest)->Call({"KEYS", "*"})}) {
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("NOPERM"), std::string::npos);
  }
}

// It replays its file as the user `default`: what that one may not do was lost, when it had been
// part of a transaction.
TEST(ManagedServerTest, KeepsTransactionsOverARestart) {
  const GuestAccess guests{.readable_keys = {"VIEW:*"}, .writable_keys = {"SYSTEM:HALT"}};
  for (const auto& access : {std::optional<GuestAccess>(), std::optional<GuestAccess>(guests)}) {
    TestServer test(access);
    Pipeline pipeline;
    pipeline.BeginTransaction();
    pipeline.Add({"SET", "oms:portfolio", "{}"});
    pipeline.Add({"SADD", "oms:orders:open", "a"});
    pipeline.EndTransaction();
    ASSERT_TRUE(test.Connect()->Execute(pipeline).has_value());
    test.server().Stop();

    ASSERT_TRUE(test.server().Start());

    const auto connection = test.Connect();
    EXPECT_EQ(connection->Call({"GET", "oms:portfolio"})->AsText(), "{}");
    EXPECT_EQ(connection->Call({"SCARD", "oms:orders:open"})->AsInteger(), 1);
    const auto guest = Connection::Connect(WithoutPassword(test.server().tcp_url()));
    EXPECT_EQ(guest.has_value(), access.has_value());
  }
}

TEST(ManagedServerTest, KeepsDataPasswordAndPortOverAKill) {
  TestServer test;
  const std::string password = test.url().password.Reveal();
  const auto port = test.server().tcp_url().port;
  ASSERT_TRUE(test.Connect()->Call({"SET", "SYSTEM:HALT", "true"}));
  kill(*test.server().pid(), SIGKILL);
  test.server().Stop();

  ASSERT_TRUE(test.server().Start());

  EXPECT_EQ(test.Connect()->Call({"GET", "SYSTEM:HALT"})->AsText(), "true");
  EXPECT_EQ(test.url().password.Reveal(), password);
  EXPECT_EQ(test.server().tcp_url().port, port);
}

TEST(ManagedServerTest, RefusesASecondManagerOfTheSameFolder) {
  const TestServer test;

  const auto second = ManagedServer::Create({.data_folder = test.folder()});

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::kConflict);
  EXPECT_NE(second.error().message.find("held by process"), std::string::npos);
}

TEST(ManagedServerTest, StopsAServerThatNobodyManagesAnyMore) {
  const TempFolder folder;
  auto first = ManagedServer::Create({.data_folder = folder.path()});
  ASSERT_TRUE(first);
  auto command = first->MakeCommand();
  ASSERT_TRUE(command);
  auto orphan = process::Child::Spawn(*command);  // Not known to `first`.
  ASSERT_TRUE(orphan);
  while (!first->IsReady()) {
    ASSERT_FALSE(orphan->TryWait()) << first->LastLogLines();
  }
  ASSERT_TRUE((*Connection::Connect(first->url()))->Call({"SET", "k", "kept"}));
  first = tl::unexpected(base::Error{});  // Its lock is free now.

  auto second = ManagedServer::Create({.data_folder = folder.path()});
  ASSERT_TRUE(second) << second.error().message;
  ASSERT_TRUE(second->Start());

  EXPECT_TRUE(orphan->WaitFor(seconds{10}));
  EXPECT_EQ((*Connection::Connect(second->url()))->Call({"GET", "k"})->AsText(), "kept");
}

TEST(ManagedServerTest, ReplacesAStaleSocketAndAHalfWrittenPassword) {
  const TempFolder folder;
  ASSERT_TRUE(MakePrivateFolder(folder.path() + "/redis"));
  ASSERT_TRUE(MakePrivateFolder(folder.path() + "/run"));
  std::ofstream(folder.path() + "/redis/password") << "abc";
  std::ofstream(folder.path() + "/run/redis.sock") << "";
  std::ofstream(folder.path() + "/run/redis.json") << "{\"port\": -1}";

  auto server = ManagedServer::Create({.data_folder = folder.path()});
  ASSERT_TRUE(server) << server.error().message;

  EXPECT_TRUE(server->Start());
  EXPECT_EQ(server->url().password.Reveal().size(), 64U);
}

TEST(ManagedServerTest, TellsTheEndOfTheLogWhenTheServerEndsEarly) {
  const TempFolder folder;
  auto server = ManagedServer::Create({.data_folder = folder.path()});
  ASSERT_TRUE(server);
  std::filesystem::create_directories(folder.path() + "/redis/appendonlydir");
  std::ofstream(folder.path() + "/redis/appendonlydir/appendonly.aof.manifest") << "garbage\n";

  const auto started = server->Start();

  ASSERT_FALSE(started);
  EXPECT_NE(started.error().message.find("ended with exit code 1"), std::string::npos);
  EXPECT_NE(started.error().message.find("AOF manifest"), std::string::npos)
      << started.error().message;
}

TEST(ManagedServerTest, NamesTheConfiguredPortThatIsTaken) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  const tcp::acceptor other(io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  const auto port = other.local_endpoint().port();
  const TempFolder folder;
  auto server = ManagedServer::Create({.data_folder = folder.path(), .port = port});
  ASSERT_TRUE(server);

  const auto started = server->Start();

  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, base::ErrorCode::kConflict);
  EXPECT_NE(started.error().message.find(std::to_string(port)), std::string::npos);
}

TEST(ManagedServerTest, RefusesAFolderWhoseSocketPathIsTooLong) {
  const TempFolder folder;

  const auto server =
      ManagedServer::Create({.data_folder = folder.path() + "/" + std::string(100, 'x')});

  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, base::ErrorCode::kInvalidArgument);
  EXPECT_NE(server.error().message.find("shorter path"), std::string::npos);
}

TEST(ManagedServerTest, SaysWhatIsMissing) {
  const TempFolder folder;
  auto server =
      ManagedServer::Create({.data_folder = folder.path(), .program = "no-such-redis-server"});
  ASSERT_TRUE(server);

  EXPECT_NE(server->Start().error().message.find("no-such-redis-server"), std::string::npos);
  EXPECT_EQ(FindManagedServer(folder.path() + "/other").error().code, base::ErrorCode::kNotFound);
}

}  // namespace
}  // namespace bulwark::redis
