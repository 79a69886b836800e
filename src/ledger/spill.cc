#include "ledger/spill.h"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/result.h"
#include "base/time.h"
#include "ledger/action_text.h"
#include "ledger/chain.h"
#include "ledger/spill_store.h"
#include "ledger/symbols.h"
#include "model/action.h"
#include "model/instrument.h"

namespace bulwark::ledger {
namespace {

using base::ErrorCode;
using base::Result;
using Json = nlohmann::json;

std::string SystemText(int number) {
  return std::error_code(number, std::generic_category()).message();
}

// The spill numbers instruments from 1 by its own list of symbols.
std::vector<SymbolRow> RowsOf(const std::vector<std::string>& symbols) {
  std::vector<SymbolRow> rows;
  rows.reserve(symbols.size());
  for (const std::string& symbol : symbols) {
    rows.push_back({.id = static_cast<std::int64_t>(rows.size()) + 1, .symbol = symbol});
  }
  return rows;
}

std::vector<std::string> SymbolsOf(const model::InstrumentTable& table) {
  std::vector<std::string> symbols;
  for (const model::Instrument& instrument : table.rows()) {
    symbols.emplace_back(instrument.symbol.view());
  }
  return symbols;
}

std::string SumText(std::uint64_t number, std::string_view before, std::string_view payload) {
  std::string text = std::to_string(number);
  text += ' ';
  text += before;
  text += ' ';
  text += payload;
  return text;
}

// The next number of the text and the blank after it.
std::optional<std::uint64_t> TakeNumber(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto used = static_cast<std::size_t>(end - text.data());
  if (failure != std::errc() || used >= text.size() || text[used] != ' ') {
    return std::nullopt;
  }
  text.remove_prefix(used + 1);
  return number;
}

constexpr std::size_t kSumSize = 64;

// Reads frame after frame.
class FrameReader {
 public:
  explicit FrameReader(std::string_view text) : text_(text) {}

  // Empty at the end and at a frame that is not whole and right.
  std::optional<std::string_view> Next(Sha256& sha) {
    std::string_view rest = text_.substr(at_);
    const auto number = TakeNumber(rest);
    const auto size = number ? TakeNumber(rest) : std::nullopt;
    if (!size || *number != frames_ + 1 || rest.size() < kSumSize + 2 ||
        *size > rest.size() - kSumSize - 2) {
      return std::nullopt;
    }
    const std::string_view sum = rest.substr(0, kSumSize);
    const std::string_view payload = rest.substr(kSumSize + 1, *size);
    if (rest[kSumSize] != ' ' || rest[kSumSize + 1 + *size] != '\n' ||
        sha.HexOf(SumText(*number, sum_, payload)) != sum) {
      return std::nullopt;
    }
    sum_ = sum;
    ++frames_;
    at_ = static_cast<std::size_t>(payload.data() - text_.data()) + *size + 1;
    return payload;
  }

  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint64_t frames_ = 0;
  std::string sum_;
};

// Whether what no frame could be read from is a last frame that was never finished: it ends early,
// or has holes where the disk wrote nothing. Each frame is synced before the next one begins, so
// anything behind it, or a whole one without holes, was acknowledged once and is damaged now.
bool IsTorn(std::string_view rest) {
  const bool has_hole = rest.find('\0') != std::string_view::npos;
  std::string_view body = rest;
  const auto number = TakeNumber(body);
  const auto size = number ? TakeNumber(body) : std::nullopt;
  if (!size) {
    constexpr std::size_t kNumbersMax = 42;
    return has_hole || rest.size() < kNumbersMax;
  }
  const std::size_t whole = kSumSize + 1 + *size + 1;
  return body.size() < whole || (body.size() == whole && has_hole);
}

// Empty for a file that is not there.
Result<std::string> BytesOf(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::error_code failure;
  if (!stream && !std::filesystem::exists(file, failure) && !failure) {
    return std::string();
  }
  if (!stream) {
    return base::Fail(ErrorCode::kUnavailable, file.string() + ": cannot be read");
  }
  return std::string{std::istreambuf_iterator<char>(stream), {}};
}

Result<void> ReadActions(std::string_view payload, const SymbolMap& symbols,
                         std::vector<model::Action>& into) {
  for (std::string_view left = payload; !left.empty();) {
    const std::size_t line_end = left.find('\n');
    const auto action = ActionOfLine(left.substr(0, line_end), symbols);
    if (!action) {
      return tl::unexpected<base::Error>(action.error());
    }
    into.push_back(*action);
    left.remove_prefix(line_end == std::string_view::npos ? left.size() : line_end + 1);
  }
  return {};
}

Result<void> SyncFolder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  const int descriptor =
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool is_synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int number = errno;
  if (descriptor >= 0) {
    ::close(descriptor);
  }
  return is_synced ? Result<void>()
                   : base::Fail(ErrorCode::kUnavailable,
                                folder.string() + ": cannot sync: " + SystemText(number));
}

}  // namespace

Spill::Spill(std::filesystem::path file, const model::InstrumentTable& table, std::uint64_t epoch)
    : file_(std::move(file)),
      table_(table),
      symbols_(RowsOf(SymbolsOf(table)), table),
      epoch_(epoch) {}

Spill::~Spill() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
  }
}

Result<void> Spill::Append(std::span<const model::Action> actions, base::UnixNanos at) {
  std::string payload;
  for (const model::Action& action : actions) {
    const std::string line = LineOf(action, symbols_);
    payload += line.empty() ? "" : line + "\n";
  }
  if (payload.empty()) {
    return {};
  }
  if (auto started = descriptor_ < 0 ? Start(at) : Result<void>(); !started) {
    return started;
  }
  return WriteFrame(payload);
}

bool Spill::Exists() const {
  std::error_code failure;
  return std::filesystem::exists(file_, failure) || failure;
}

// Never takes over a file that is there: it may be the only copy of something. One that could not
// be removed when the ledger had taken it is removed now.
Result<void> Spill::Start(base::UnixNanos at) {
  if (is_taken_) {
    if (auto dropped = Drop(); !dropped) {
      return dropped;
    }
  }
  descriptor_ = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (descriptor_ < 0) {
    return base::Fail(ErrorCode::kUnavailable,
                      file_.string() + ": cannot be made: " + SystemText(errno));
  }
  size_ = 0;
  frames_ = 0;
  last_sum_.clear();
  const std::string id =
      std::to_string(epoch_) + "-" + std::to_string(at.time_since_epoch().count());
  const Json head{{"spill", id}, {"epoch", epoch_}, {"instruments", SymbolsOf(table_)}};
  auto written = WriteFrame(head.dump());
  if (written) {
    written = SyncFolder(file_);
  }
  if (!written) {
    ::close(descriptor_);
    descriptor_ = -1;
    std::error_code ignored;  // Without a whole first frame it is empty to every reader.
    std::filesystem::remove(file_, ignored);
  }
  return written;
}

Result<void> Spill::WriteFrame(const std::string& payload) {
  const std::uint64_t number = frames_ + 1;
  const std::string sum = sha_.HexOf(SumText(number, last_sum_, payload));
  const std::string frame = std::to_string(number) + " " + std::to_string(payload.size()) + " " +
                            sum + " " + payload + "\n";
  if (size_ + frame.size() > kBytesMax) {
    return base::Fail(ErrorCode::kUnavailable, file_.string() + ": has reached its limit of " +
                                                   std::to_string(kBytesMax) + " bytes");
  }
  base::CrashBefore(kSpillWrite);
  const auto wrote = ::pwrite(descriptor_, frame.data(), frame.size(), static_cast<::off_t>(size_));
  const bool is_whole = wrote == static_cast<::ssize_t>(frame.size());
  if (!is_whole || ::fdatasync(descriptor_) != 0) {
    const std::string why = !is_whole && wrote >= 0 ? "the disk is full" : SystemText(errno);
    // What is left of it would be cut off by a reader too; a failure here changes nothing.
    static_cast<void>(::ftruncate(descriptor_, static_cast<::off_t>(size_)));
    return base::Fail(ErrorCode::kUnavailable, file_.string() + ": cannot be written: " + why);
  }
  base::CrashAfter(kSpillWrite);
  size_ += frame.size();
  frames_ = number;
  last_sum_ = sum;
  return {};
}

Result<SpillContent> Spill::Read() const {
  const auto bytes = BytesOf(file_);
  if (!bytes) {
    return tl::unexpected<base::Error>(bytes.error());
  }
  SpillContent content;
  const std::string& text = *bytes;
  FrameReader frames(text);
  const auto head = frames.Next(sha_);
  if (!head) {
    if (IsTorn(text)) {
      return content;
    }
    return base::Fail(ErrorCode::kCorrupt, file_.string() + ": its first frame is damaged");
  }
  const Json names = Json::parse(*head, nullptr, /*allow_exceptions=*/false);
  if (!names.is_object() || !names.contains("spill") || !names.contains("instruments")) {
    return base::Fail(ErrorCode::kCorrupt, file_.string() + ": is not a spill journal");
  }
  content.id = names.value("spill", "");
  content.epoch = names.value("epoch", std::uint64_t{0});
  const SymbolMap symbols(RowsOf(names["instruments"].get<std::vector<std::string>>()), table_);
  while (const auto payload = frames.Next(sha_)) {
    if (const auto read = ReadActions(*payload, symbols, content.actions); !read) {
      return base::FailWith(file_.string(), read.error());
    }
  }
  if (!frames.rest().empty() && !IsTorn(frames.rest())) {
    return base::Fail(ErrorCode::kCorrupt, file_.string() + ": a frame is damaged, after " +
                                               std::to_string(content.actions.size()) +
                                               " readable actions");
  }
  return content;
}

Result<void> Spill::Drop() {
  base::CrashBefore(kSpillDrop);
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
  std::error_code failure;
  std::filesystem::remove(file_, failure);
  is_taken_ = static_cast<bool>(failure);
  if (failure) {
    return base::Fail(ErrorCode::kUnavailable,
                      file_.string() + ": cannot be removed: " + failure.message());
  }
  auto synced = SyncFolder(file_);
  base::CrashAfter(kSpillDrop);
  return synced;
}

}  // namespace bulwark::ledger
