#include "redis/managed_server.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/un.h>
#include <time.h>

#include "base/ensure.h"
#include "base/result.h"
#include "base/secret.h"
#include "base/time.h"
#include "process/child.h"
#include "process/lock_file.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/orphan.h"
#include "redis/private_files.h"
#include "redis/url.h"

namespace bulwark::redis {
namespace {

constexpr std::string_view kUser = "trader";
constexpr std::size_t kPasswordDigits = 64;
constexpr std::uintmax_t kLogBytesMax = std::uintmax_t{8} << 20U;

std::string Hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kHex[bytes[i] >> 4U];
    text += kHex[bytes[i] & 15U];
  }
  return text;
}

std::string Sha256Hex(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  ENSURE(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return Hex(digest.data(), size);
}

// Text in the quotes of redis.conf.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
    }
    quoted += c;
  }
  return quoted + "\"";
}

// The stored password, or a new one when there is none (or half of one).
base::Result<base::Secret> LoadOrMakePassword(const std::string& path) {
  auto stored = ReadSmallFile(path);
  if (stored && stored->size() == kPasswordDigits + 1 && stored->back() == '\n') {
    stored->pop_back();
    return base::Secret(std::move(*stored));
  }
  std::array<unsigned char, kPasswordDigits / 2> random{};
  ENSURE(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  const std::string password = Hex(random.data(), random.size());
  if (auto written = WritePrivateFile(path, password + "\n"); !written) {
    return tl::unexpected(written.error());
  }
  return base::Secret(password);
}

// The port, when a server could listen on it now; any free one for 0.
std::optional<std::uint16_t> FreePort(std::uint16_t wanted) {
  using boost::asio::ip::tcp;
  boost::asio::io_context io;
  tcp::acceptor acceptor(io);
  const tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(), wanted);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(1, error);  // Linux lets two sockets bind to a port that neither listens on.
  }
  if (error) {
    return std::nullopt;
  }
  return acceptor.local_endpoint().port();
}

std::string RunFileOf(const std::string& run_folder) {
  return run_folder + "/redis.json";
}

std::optional<nlohmann::json> ReadRunFile(const std::string& path) {
  const auto text = ReadSmallFile(path);
  if (!text) {
    return std::nullopt;
  }
  auto json = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
  const auto has_string = [&json](const char* name) {
    return json.contains(name) && json[name].is_string();
  };
  const bool is_valid = json.is_object() && has_string("socket") && has_string("user") &&
                        has_string("password_file") && json.contains("port") &&
                        json["port"].is_number_unsigned() && json["port"] <= 65535U;
  return is_valid ? std::optional(std::move(json)) : std::nullopt;
}

void RotateLog(const std::string& path) {
  std::error_code error;
  if (const auto size = std::filesystem::file_size(path, error); !error && size > kLogBytesMax) {
    std::filesystem::rename(path, path + ".1", error);
  }
}

std::vector<std::string> GuestRules(const GuestAccess& guests) {
  std::vector<std::string> rules = {"+get", "+mget", "+scan", "+set", "+ping", "+client|setname"};
  for (const std::string& key : guests.readable_keys) {
    rules.push_back("%R~" + key);
  }
  for (const std::string& key : guests.writable_keys) {
    rules.push_back("%W~" + key);
  }
  return rules;
}

}  // namespace

base::Result<ManagedServer> ManagedServer::Create(const Options& options) {
  const auto folder = MakePrivateFolder(options.data_folder + "/redis");
  if (!folder) {
    return tl::unexpected(folder.error());
  }
  const auto run_folder = MakePrivateFolder(options.data_folder + "/run");
  if (!run_folder) {
    return tl::unexpected(run_folder.error());
  }
  const std::string socket = *run_folder + "/redis.sock";
  constexpr std::size_t kPathMax = sizeof(sockaddr_un::sun_path) - 1;
  if (socket.size() > kPathMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "socket path '" + socket + "' is longer than " + std::to_string(kPathMax) +
                          " bytes: choose a data folder with a shorter path");
  }
  auto lock = process::LockFile::Acquire(*folder + "/owner.lock");
  if (!lock) {
    return base::FailWith("redis of this data folder", lock.error());
  }
  if (auto stopped = StopOrphan(*folder); !stopped) {
    return tl::unexpected(stopped.error());
  }
  auto password = LoadOrMakePassword(*folder + "/password");
  if (!password) {
    return tl::unexpected(password.error());
  }
  ManagedServer server(options, std::move(*lock));
  server.folder_ = *folder;
  server.run_folder_ = *run_folder;
  server.url_.scheme = Url::Scheme::kUnix;
  server.url_.socket_path = socket;
  server.url_.user = kUser;
  server.url_.password = std::move(*password);
  return server;
}

ManagedServer::ManagedServer(const Options& options, process::LockFile lock)
    : options_(options), lock_(std::move(lock)) {}

base::Result<process::Command> ManagedServer::MakeCommand() {
  if (auto chosen = ChoosePort(); !chosen) {
    return tl::unexpected(chosen.error());
  }
  if (auto written = WriteFiles(); !written) {
    return tl::unexpected(written.error());
  }
  process::Command command;
  command.program = options_.program;
  command.args = {folder_ + "/redis.conf"};
  command.output_file = folder_ + "/redis.log";
  command.prefers_short_turns = true;  // A halt passes through it.
  RotateLog(command.output_file);
  return command;
}

bool ManagedServer::IsReady() const {
  constexpr base::Nanos kLimit = std::chrono::milliseconds{50};
  ConnectionOptions options;
  options.connect_timeout = kLimit;
  options.call_timeout = kLimit;
  const auto connection = Connection::Connect(url_, options);
  if (!connection) {
    return false;
  }
  if (!options_.guests) {
    return true;
  }
  const std::vector<std::string> rules = GuestRules(*options_.guests);
  std::vector<std::string_view> words = {"ACL", "SETUSER", "default", "reset", "on", "nopass"};
  words.insert(words.end(), rules.begin(), rules.end());
  return (*connection)->Call(Args(words)).has_value();
}

base::Result<void> ManagedServer::Start(base::Nanos timeout) {
  ENSURE(!child_);
  const auto command = MakeCommand();
  if (!command) {
    return tl::unexpected(command.error());
  }
  auto child = process::Child::Spawn(*command);
  if (!child) {
    return tl::unexpected(child.error());
  }
  const base::Nanos deadline = base::MonotonicNow() + timeout;
  while (!IsReady()) {
    if (const auto exit = child->WaitFor(std::chrono::milliseconds{2})) {
      return base::Fail(base::ErrorCode::kUnavailable,
                        "redis-server ended with " + exit->ToString() + ": " + LastLogLines());
    }
    if (base::MonotonicNow() >= deadline) {
      return base::Fail(base::ErrorCode::kUnavailable,
                        "redis-server does not answer in time: " + LastLogLines());
    }
  }
  child_ = std::move(*child);
  return {};
}

void ManagedServer::Stop(base::Nanos grace) {
  if (child_) {
    child_->Stop(grace);
    child_.reset();
  }
}

Url ManagedServer::tcp_url() const {
  Url url;
  url.host = "127.0.0.1";
  url.port = port_;
  url.user = url_.user;
  url.password = url_.password;
  return url;
}

std::optional<pid_t> ManagedServer::pid() const {
  return child_ ? std::optional(child_->pid()) : std::nullopt;
}

std::string ManagedServer::LastLogLines() const {
  constexpr std::size_t kTailBytes = 600;
  std::string tail = ReadTail(folder_ + "/redis.log", kTailBytes);
  if (tail.size() == kTailBytes) {
    tail.erase(0, tail.find('\n') + 1);  // The first line is cut.
  }
  while (!tail.empty() && tail.back() == '\n') {
    tail.pop_back();
  }
  return tail.empty() ? "its log is empty" : "its log ends with: " + tail;
}

base::Result<void> ManagedServer::ChoosePort() {
  if (options_.port != 0) {
    if (!FreePort(options_.port)) {
      return base::Fail(base::ErrorCode::kConflict, "port " + std::to_string(options_.port) +
                                                        " for redis is in use by another program");
    }
    port_ = options_.port;
    return {};
  }
  std::uint16_t last = port_;
  if (const auto run = ReadRunFile(RunFileOf(run_folder_)); last == 0 && run) {
    last = (*run)["port"].get<std::uint16_t>();
  }
  auto port = last == 0 ? std::nullopt : FreePort(last);
  port = port ? port : FreePort(0);
  if (!port) {
    return base::Fail(base::ErrorCode::kUnavailable, "no free port on 127.0.0.1 for redis");
  }
  port_ = *port;
  return {};
}

base::Result<void> ManagedServer::WriteFiles() const {
  if (auto written = WritePrivateFile(folder_ + "/redis.conf", Configuration()); !written) {
    return written;
  }
  const nlohmann::json run = {{"socket", url_.socket_path},
                              {"port", port_},
                              {"user", url_.user},
                              {"password_file", folder_ + "/password"}};
  return WritePrivateFile(RunFileOf(run_folder_), run.dump(2) + "\n");
}

std::string ManagedServer::Configuration() const {
  // The server replays its file as this user, and drops the transactions whose commands that one
  // may not do. Nobody can be it: it is off and has no password. Guests come once the data is
  // loaded: IsReady().
  const std::string replay = "user default off resetpass ~* &* +@all";
  return "# Written at each start; changes are lost.\n"
         "bind 127.0.0.1\nprotected-mode yes\nport " +
         std::to_string(port_) + "\nunixsocket " + Quoted(url_.socket_path) +
         "\nunixsocketperm 600\ndaemonize no\nlogfile \"\"\ndir " + Quoted(folder_) +
         "\nappendonly yes\nappendfsync everysec\nsave \"\"\n"
         "maxmemory-policy noeviction\nnotify-keyspace-events Kg$lszxe\ntcp-keepalive 60\n" +
         "user " + std::string(kUser) + " on #" + Sha256Hex(url_.password.Reveal()) +
         " ~* &* +@all\n" + replay + "\n";
}

base::Result<ManagedAddress> FindManagedServer(const std::string& data_folder) {
  const std::string path = RunFileOf(data_folder + "/run");
  const auto run = ReadRunFile(path);
  if (!run) {
    return base::Fail(base::ErrorCode::kNotFound,
                      "no redis of our own in '" + data_folder + "' (no usable " + path + ")");
  }
  auto password = ReadSmallFile((*run)["password_file"].get<std::string>());
  if (!password) {
    return tl::unexpected(password.error());
  }
  while (!password->empty() && password->back() == '\n') {
    password->pop_back();
  }
  ManagedAddress address;
  address.socket.scheme = Url::Scheme::kUnix;
  address.socket.socket_path = (*run)["socket"].get<std::string>();
  address.tcp.host = "127.0.0.1";
  address.tcp.port = (*run)["port"].get<std::uint16_t>();
  for (Url* url : {&address.socket, &address.tcp}) {
    url->user = (*run)["user"].get<std::string>();
    url->password = base::Secret(*password);
  }
  return address;
}

}  // namespace bulwark::redis
