#include "import_command.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "app_context.h"
#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/log.h"
#include "base/result.h"
#include "base/time.h"
#include "config/settings.h"
#include "data_paths.h"
#include "ledger/ledger.h"
#include "ledger/opening.h"
#include "ledger_access.h"
#include "opening/documents.h"
#include "opening/plan.h"
#include "opening/portfolio_reading.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/scan.h"
#include "redis/url.h"
#include "redis_access.h"
#include "sql/connection.h"
#include "trader/assembly.h"

namespace bulwark::app {
namespace {

using base::ErrorCode;
using base::Result;

constexpr std::size_t kKeysPerRead = 500;

struct ImportOptions {
  std::string file;
  std::string redis;
  std::string cash;
  std::vector<std::string> prices;
  std::vector<std::string> left_out;
  bool is_dry_run = false;
};

int FailWithText(const base::Error& error) {
  fmt::print(stderr, "error: {}\n", error.message);
  return kExitFailed;
}

Result<opening::Documents> ReadDump(const std::string& file) {
  std::error_code failure;
  const auto size = std::filesystem::file_size(file, failure);
  std::ifstream in(file, std::ios::binary);
  if (failure || !in) {
    return base::Fail(ErrorCode::kNotFound, file + ": cannot be read");
  }
  if (size > opening::kBytesMax) {
    return base::Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{}: {} bytes are over the limit of {}", file, size, opening::kBytesMax));
  }
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  auto documents = opening::ParseDump(text);
  return documents ? std::move(documents) : base::FailWith(file, documents.error());
}

Result<void> AddDocuments(redis::Connection& connection, const std::vector<std::string>& keys,
                          std::size_t first, opening::Documents& documents) {
  const std::size_t end = std::min(keys.size(), first + kKeysPerRead);
  std::vector<std::string_view> words{"MGET"};
  words.insert(words.end(), keys.begin() + static_cast<std::ptrdiff_t>(first),
               keys.begin() + static_cast<std::ptrdiff_t>(end));
  const auto reply = connection.Call(redis::Args(words));
  if (!reply) {
    return tl::unexpected<base::Error>(reply.error());
  }
  if (reply->elements.size() != end - first) {
    return base::Fail(ErrorCode::kCorrupt, "MGET answered another number of values");
  }
  for (std::size_t at = first; at < end; ++at) {
    const auto text = reply->elements[at - first].AsText();
    if (!text) {
      return base::Fail(ErrorCode::kCorrupt, keys[at] +
                                                 ": went away or is no text; is the old "
                                                 "installation still running?");
    }
    documents.rows.push_back({.key = keys[at], .text = std::string(*text)});
  }
  return {};
}

Result<opening::Documents> ReadRedis(const redis::Url& url, const config::Settings& settings) {
  const auto connected =
      redis::Connection::Connect(url, RedisOptionsOf(settings, "bulwark-import"));
  if (!connected) {
    return tl::unexpected<base::Error>(connected.error());
  }
  auto scan = redis::ScanKeys(**connected, std::string(opening::kOrderPrefix) + "*",
                              opening::kDocumentsMax);
  if (!scan) {
    return tl::unexpected<base::Error>(scan.error());
  }
  if (!scan->is_complete) {
    return base::Fail(ErrorCode::kInvalidArgument,
                      fmt::format("more than {} orders", opening::kDocumentsMax));
  }
  const auto has_portfolio = (*connected)->Call({"EXISTS", opening::kPortfolioKey});
  if (!has_portfolio) {
    return tl::unexpected<base::Error>(has_portfolio.error());
  }
  if (has_portfolio->AsInteger() == 1) {
    scan->keys.emplace_back(opening::kPortfolioKey);  // After all orders, as the order wants it.
  }
  opening::Documents documents;
  for (std::size_t first = 0; first < scan->keys.size(); first += kKeysPerRead) {
    if (auto added = AddDocuments(**connected, scan->keys, first, documents); !added) {
      return base::FailWith((*connected)->name(), added.error());
    }
  }
  return documents;
}

struct Source {
  std::string name;
  opening::Documents documents;
};

Result<Source> ReadSource(const ImportOptions& options, const config::Settings& settings,
                          const DataPaths& paths) {
  if (!options.file.empty()) {
    auto documents = ReadDump(options.file);
    return documents ? Result<Source>(Source{options.file, *std::move(documents)})
                     : tl::unexpected<base::Error>(documents.error());
  }
  const auto url =
      options.redis.empty() ? RedisUrlOf(settings, paths) : redis::ParseUrl(options.redis);
  if (!url) {
    return base::FailWith(options.redis.empty() ? "redis" : "--redis", url.error());
  }
  auto documents = ReadRedis(*url, settings);
  return documents ? Result<Source>(Source{url->Masked(), *std::move(documents)})
                   : tl::unexpected<base::Error>(documents.error());
}

Result<opening::Choices> ChoicesOf(const ImportOptions& options) {
  // The paper exchange holds no short positions.
  opening::Choices choices{.left_out = {options.left_out.begin(), options.left_out.end()}};
  if (!options.cash.empty()) {
    const auto cash = base::Decimal::Parse(options.cash);
    if (!cash) {
      return base::FailWith("--cash", cash.error());
    }
    choices.cash = *cash;
  }
  for (const std::string& given : options.prices) {
    const std::size_t sign = given.find('=');
    const auto price =
        base::Decimal::Parse(sign == std::string::npos ? "" : given.substr(sign + 1));
    const auto symbol = opening::CanonicalSymbol(given.substr(0, sign));
    if (!price || !symbol) {
      return base::Fail(ErrorCode::kInvalidArgument,
                        "--price " + given + ": write SYMBOL=PRICE, such as BTC/USDT=60000.5");
    }
    choices.prices[*symbol] = *price;
  }
  return choices;
}

Result<ledger::Receipt> Write(const opening::Plan& plan, const Source& source,
                              const config::Settings& settings, const DataPaths& paths) {
  if (auto prepared = paths.Prepare(); !prepared) {
    return tl::unexpected<base::Error>(prepared.error());
  }
  const auto ledger = ledger::Ledger::Open(LedgerPlaceOf(settings, paths));
  const auto connection =
      ledger ? (*ledger)->Connection() : Result<sql::Connection*>(tl::unexpected(ledger.error()));
  if (!connection) {
    return tl::unexpected<base::Error>(connection.error());
  }
  ledger::Opening opening{.cash = plan.cash};
  opening.positions.reserve(plan.positions.size());
  for (const opening::OpeningPosition& position : plan.positions) {
    opening.positions.push_back(
        {.symbol = position.symbol, .quantity = position.quantity, .cost = position.cost});
  }
  return ledger::WriteOpening(
      **connection, {.at = base::WallNow(), .terms = trader::MakeTerms(settings)}, opening,
      opening::DumpOf(source.documents), "source " + source.name + "\n" + opening::Describe(plan));
}

int RunImport(const config::Settings& settings, const ImportOptions& options) {
  const auto paths = PathsOf(settings);
  if (!paths) {
    return kExitUsage;
  }
  const auto choices = ChoicesOf(options);
  if (!choices) {
    fmt::print(stderr, "error: {}\n", choices.error().message);
    return kExitUsage;
  }
  if (std::filesystem::exists(paths->PaperFile())) {
    return FailWithText({ErrorCode::kConflict,
                         paths->PaperFile().string() +
                             ": the paper exchange has books of its own here; import into a new "
                             "data folder"});
  }
  const auto source = ReadSource(options, settings, *paths);
  if (!source) {
    return FailWithText(source.error());
  }
  const opening::Plan plan = opening::MakePlan(source->documents, *choices);
  fmt::print("source {}, {} documents\n{}", source->name, source->documents.rows.size(),
             opening::Describe(plan));
  if (!plan.refused.empty()) {
    fmt::print("nothing was imported\n");
    return kExitNo;
  }
  if (options.is_dry_run) {
    fmt::print("dry run: nothing was imported\n");
    return kExitDone;
  }
  const auto receipt = Write(plan, *source, settings, *paths);
  if (!receipt) {
    return FailWithText(receipt.error());
  }
  base::LogInfo("books_imported")
      .With("source", source->name)
      .With("digest", receipt->digest)
      .With("cash", plan.cash.ToString())
      .With("positions", plan.positions.size())
      .With("open_orders", plan.open_orders.size());
  fmt::print("imported at {}\nreceipt {}\n", base::FormatIso(receipt->at, base::IsoSuffix::kZulu),
             receipt->digest);
  return kExitDone;
}

}  // namespace

void AddImportCommand(CLI::App& root, AppContext& context) {
  CLI::App& command = context.AddCommand(
      root, {Purpose::kInspect, "import", "Take over the books of another installation, once"});
  const auto options = std::make_shared<ImportOptions>();
  CLI::Option* file =
      command.add_option("--file", options->file, "A dump: one key and document a line");
  command.add_option("--redis", options->redis, "URL of the other installation's Redis")
      ->excludes(file);
  command.add_option("--cash", options->cash, "Cash the venue shows, instead of the document's");
  command.add_option("--price", options->prices, "SYMBOL=PRICE: average entry of a position");
  command.add_option("--leave-out", options->left_out, "Key of an order that is not to be read");
  command.add_flag("--dry-run", options->is_dry_run, "Only say what would be imported");
  context.SetAction(command, [options](const config::Settings& settings) {
    return RunImport(settings, *options);
  });
}

}  // namespace bulwark::app
