#include "doctor_checks.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger/ledger_place.h"
#include "ledger_access.h"
#include "process/child.h"
#include "process/lock_file.h"
#include "redis/connection.h"
#include "redis/health.h"
#include "redis/url.h"
#include "redis_access.h"
#include "sql/connection.h"
#include "sql/sqlite_file.h"

namespace bulwark::app {
namespace {
namespace fs = std::filesystem;

using Level = DoctorLine::Level;

Level LevelOf(redis::Finding::Level level) {
  switch (level) {
    case redis::Finding::Level::kOk:
      return Level::kGreen;
    case redis::Finding::Level::kWarn:
      return Level::kYellow;
    case redis::Finding::Level::kRefuse:
      return Level::kRed;
  }
  return Level::kRed;
}

// True while a `bulwark up` works on this data folder.
bool IsUp(const DataPaths& paths) {
  const auto lock = process::LockFile::Acquire(paths.LockFile("up").string());
  return !lock && lock.error().code == base::ErrorCode::kConflict;
}

DoctorLines CheckStoppedRedis(const config::Settings& settings) {
  const auto program = process::FindProgram(settings.redis.server_binary);
  if (!program) {
    return {{Level::kRed, "redis", program.error().message + ", and redis.url is not set"}};
  }
  return {{Level::kGreen, "redis", "private server not started; " + *program + " will be"}};
}

// Whether `path` can be written, and how long one small durable write takes.
base::Result<base::Nanos> TimeDurableWrite(const fs::path& path) {
  const auto fail = [&path](int error) {
    return base::Fail(
        base::ErrorCode::kUnavailable,
        fmt::format("cannot write {}: {}", path.string(), std::generic_category().message(error)));
  };
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return fail(errno);
  }
  const std::string block(256, 'x');
  const base::Nanos start = base::MonotonicNow();
  const bool is_written =
      write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
      fdatasync(fd) == 0;
  const int error = errno;
  const base::Nanos took = base::MonotonicNow() - start;
  close(fd);
  std::error_code ignored;
  fs::remove(path, ignored);
  if (!is_written) {
    return fail(error);
  }
  return took;
}

// The folder itself, or what is there of the way to it.
fs::path NearestFolder(fs::path folder) {
  std::error_code error;
  while (!fs::exists(folder, error) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

DoctorLine CheckSpace(std::uintmax_t available, const fs::path& place) {
  constexpr std::uintmax_t kMiB = std::uintmax_t{1} << 20U;
  constexpr std::uintmax_t kRedBelow = 100 * kMiB;
  constexpr std::uintmax_t kYellowBelow = 1024 * kMiB;
  const Level level = available < kRedBelow      ? Level::kRed
                      : available < kYellowBelow ? Level::kYellow
                                                 : Level::kGreen;
  return {level, "disk", fmt::format("{} MiB free in {}", available / kMiB, place.string())};
}

DoctorLine CheckPort(const std::string& setting, const std::string& host, std::uint16_t port) {
  using boost::asio::ip::tcp;
  boost::system::error_code error;
  const auto address =
      boost::asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  boost::asio::io_context io;
  tcp::acceptor acceptor(io);
  if (!error) {
    const tcp::endpoint endpoint(address, port);
    acceptor.open(endpoint.protocol(), error);
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(1, error);
  }
  if (error) {
    return {Level::kRed, "ports",
            fmt::format("{} {}:{}: {}", setting, host, port, error.message())};
  }
  return {Level::kGreen, "ports", fmt::format("{} {}:{} is free", setting, host, port)};
}

// Never committed.
constexpr base::DurableWrite kProbe{"doctor.probe", "nothing"};

DoctorLines CheckLedgerPragmas(const fs::path& file) {
  auto connection = sql::OpenSqlite(file, {.is_created_if_missing = false, .is_checked = false});
  if (!connection) {
    return {{Level::kRed, "ledger", connection.error().message}};
  }
  if (const auto lock = sql::Transaction::Begin(**connection, kProbe); !lock) {
    return {{Level::kRed, "ledger", lock.error().message}};
  }
  const auto mode = (*connection)->QueryText("PRAGMA journal_mode");
  const auto sync = (*connection)->QueryInt("PRAGMA synchronous");
  constexpr std::int64_t kFull = 2;
  if (!mode || !sync || *mode != "wal" || sync->value_or(0) < kFull) {
    return {{Level::kRed, "ledger",
             fmt::format("{} is not opened with WAL and full synchronisation", file.string())}};
  }
  return {{Level::kGreen, "ledger", file.string() + " is whole, writable and durable (WAL, FULL)"}};
}

}  // namespace

DoctorLines CheckData(const DataPaths& paths) {
  const std::string root = paths.Root().string();
  std::error_code error;
  const fs::file_status status = fs::status(paths.Root(), error);
  if (status.type() == fs::file_type::not_found) {
    return {{Level::kYellow, "data",
             root + " does not exist: the first start makes it; is --data right?"}};
  }
  if (status.type() != fs::file_type::directory) {
    return {{Level::kRed, "data", root + " is no folder that can be read"}};
  }
  constexpr fs::perms kOthers = fs::perms::group_all | fs::perms::others_all;
  if ((status.permissions() & kOthers) != fs::perms::none) {
    return {{Level::kYellow, "data",
             root + " holds secrets and is open to others: run chmod 700 " + root}};
  }
  return {{Level::kGreen, "data", root + " is for its owner only"}};
}

DoctorLines CheckRedis(const config::Settings& settings, const DataPaths& paths) {
  if (HasPrivateRedis(settings) && !IsUp(paths)) {
    return CheckStoppedRedis(settings);
  }
  const auto url = RedisUrlOf(settings, paths);
  if (!url) {
    return {{Level::kRed, "redis", url.error().message}};
  }
  auto connection = redis::Connection::Connect(*url, RedisOptionsOf(settings, "doctor"));
  if (!connection) {
    return {{Level::kRed, "redis", connection.error().message}};
  }
  const auto facts = redis::ReadFacts(**connection);
  if (!facts) {
    return {{Level::kRed, "redis", facts.error().message}};
  }
  DoctorLines lines = {{Level::kGreen, "redis", "answers at " + url->Masked()}};
  for (const redis::Finding& finding : redis::Judge(*facts)) {
    lines.push_back({LevelOf(finding.level), "redis " + finding.topic, finding.text});
  }
  return lines;
}

// Opening it for writing refuses a server that would lose commits.
DoctorLines CheckLedgerServer(const ledger::LedgerPlace& place) {
  const auto writable =
      ledger::Ledger::Open(place, {.is_created_if_missing = false, .is_checked = false});
  if (!writable) {
    return {{Level::kRed, "ledger", writable.error().message}};
  }
  return {{Level::kGreen, "ledger", place.Name() + " answers, is writable and durable"}};
}

DoctorLines CheckLedger(const config::Settings& settings, const DataPaths& paths) {
  const ledger::LedgerPlace place = LedgerPlaceOf(settings, paths);
  const auto ledger = ledger::Ledger::Open(
      place, {.access = ledger::Access::kReadOnly, .is_created_if_missing = false});
  if (!ledger) {
    if (ledger.error().code == base::ErrorCode::kNotFound) {
      return {{Level::kGreen, "ledger", place.Name() + " will be made by the first start"}};
    }
    return {{Level::kRed, "ledger", ledger.error().message}};
  }
  return place.is_postgres() ? CheckLedgerServer(place) : CheckLedgerPragmas(place.file);
}

DoctorLines CheckClock(base::UnixNanos now, const fs::path& program) {
  const std::string text = base::FormatIso(now, base::IsoSuffix::kZulu);
  std::error_code error;
  const auto written = fs::last_write_time(program, error);
  if (!error) {
    const auto built = std::chrono::file_clock::to_sys(written);
    if (now + std::chrono::hours{24} < built) {
      return {{Level::kRed, "clock", text + " is earlier than the program's own file: set it"}};
    }
  }
  timex state{};
  const bool is_synced = adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
  if (!is_synced) {
    return {
        {Level::kYellow, "clock", text + ", not synchronised: run chrony or systemd-timesyncd"}};
  }
  return {{Level::kGreen, "clock", text + ", synchronised"}};
}

DoctorLines CheckPorts(const config::Settings& settings, const DataPaths& paths) {
  if (IsUp(paths)) {
    return {{Level::kGreen, "ports", "in use by our own `bulwark up`"}};
  }
  DoctorLines lines;
  lines.push_back(CheckPort("api.port", settings.api.host, settings.api.port));
  if (HasPrivateRedis(settings)) {
    lines.push_back(CheckPort("redis.port", "127.0.0.1", settings.redis.port));
  }
  return lines;
}

DoctorLines CheckDisk(const fs::path& folder) {
  std::error_code error;
  const fs::path place = NearestFolder(folder);
  const auto space = fs::space(place, error);
  if (error) {
    return {{Level::kRed, "disk", fmt::format("{}: {}", place.string(), error.message())}};
  }
  DoctorLines lines = {CheckSpace(space.available, place)};
  if (place != folder) {
    // Nothing is made or written here; the folder belongs to somebody else.
    if (access(place.c_str(), W_OK | X_OK) != 0) {
      lines.push_back(
          {Level::kRed, "disk",
           fmt::format("{} cannot be made: {} is not writable", folder.string(), place.string())});
    }
    return lines;
  }
  const auto took = TimeDurableWrite(folder / "doctor.probe");
  if (!took) {
    lines.push_back({Level::kRed, "disk", took.error().message});
    return lines;
  }
  struct statfs system{};
  const bool is_memory = statfs(folder.c_str(), &system) == 0 && system.f_type == TMPFS_MAGIC;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(*took).count();
  lines.push_back({is_memory ? Level::kYellow : Level::kGreen, "disk",
                   is_memory ? folder.string() + " is in memory: a power cut loses the ledger"
                             : fmt::format("a durable write takes {} us", us)});
  return lines;
}

}  // namespace bulwark::app
