#include "ledger/chain.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>

#include "base/ensure.h"
#include "base/result.h"
#include "ledger/adjustment_row.h"
#include "ledger/fill_row.h"
#include "ledger/order_row.h"
#include "ledger/round_trip_row.h"
#include "ledger/row_text.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {
namespace {

constexpr std::int64_t kPage = 5'000;  // Rows that are read, and held in memory, at a time.

ChainedTable Table(const char* name, const std::string& columns, const std::string& kinds) {
  ChainedTable table{.name = name,
                     .columns = columns,
                     .kinds = kinds,
                     .names = SplitColumns("sequence, " + columns)};
  ENSURE(table.names.size() == kinds.size() + 1);
  return table;
}

// A page of a table in the order of its sequence, with the stored hash last.
base::Result<sql::Statement> PageOf(sql::Connection& connection, const ChainedTable& table) {
  return connection.Prepare(
      {.sql = "SELECT sequence, " + table.columns + ", hash FROM " + table.name +
              " WHERE sequence > :after ORDER BY sequence LIMIT " + std::to_string(kPage),
       .params = "i",
       .columns = "i" + table.kinds + "t"});
}

base::Result<void> WriteLinks(sql::Statement& update, const std::vector<ChainTail>& links) {
  for (const ChainTail& link : links) {
    if (const auto set = update.Set(0, link.hash).Set(1, link.sequence).Execute(); !set) {
      return tl::unexpected<base::Error>(set.error());
    }
  }
  return {};
}

base::Result<void> ChainRows(sql::Connection& connection, const ChainedTable& table) {
  auto page = PageOf(connection, table);
  auto update = connection.Prepare(
      {.sql = std::string("UPDATE ") + table.name + " SET hash = :h WHERE sequence = :s",
       .params = "ti"});
  if (!page || !update) {
    return tl::unexpected<base::Error>(page ? update.error() : page.error());
  }
  Chain chain(table);
  ChainTail tail;
  for (bool is_more = true; is_more;) {
    std::vector<ChainTail> links;
    auto read = page->Set(0, tail.sequence).ForEachRow([&](const sql::Statement& row) {
      tail = {.sequence = row.Int(0), .hash = chain.LinkOfRow(tail.hash, row)};
      links.push_back(tail);
    });
    auto written = read ? WriteLinks(*update, links) : read;
    if (!written) {
      return written;
    }
    is_more = !links.empty();
  }
  return {};
}

// Without the columns that came after the chain. They are empty in all rows from before it, so the
// hashes are the same.
ChainedTable AsFirstChained(const ChainedTable& table) {
  constexpr std::string_view kLater = ", actor";
  const bool has_later = std::string_view(table.columns).ends_with(kLater);
  return has_later
             ? Table(table.name, table.columns.substr(0, table.columns.size() - kLater.size()),
                     table.kinds.substr(0, table.kinds.size() - 1))
             : table;
}

}  // namespace

struct Sha256::Context {
  EVP_MD* algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* state = EVP_MD_CTX_new();
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  ENSURE(context_->algorithm != nullptr && context_->state != nullptr);
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(context_->state);
  EVP_MD_free(context_->algorithm);
}

std::string Sha256::HexOf(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ENSURE(EVP_DigestInit_ex2(context_->state, context_->algorithm, nullptr) == 1 &&
         EVP_DigestUpdate(context_->state, bytes.data(), bytes.size()) == 1 &&
         EVP_DigestFinal_ex(context_->state, digest.data(), &size) == 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(std::size_t{size} * 2);
  for (unsigned at = 0; at < size; ++at) {
    hex += kDigits[digest[at] >> 4U];
    hex += kDigits[digest[at] & 15U];
  }
  return hex;
}

const ChainedTable& OrderEvents() {
  static const ChainedTable table =
      Table("order_events", std::string("epoch, ") + kOrderColumns, std::string("i") + kOrderKinds);
  return table;
}

const ChainedTable& Fills() {
  static const ChainedTable table = Table("fills", kFillRowColumns, kFillRowKinds);
  return table;
}

const ChainedTable& Adjustments() {
  static const ChainedTable table = Table("adjustments", kAdjustmentColumns, kAdjustmentKinds);
  return table;
}

const ChainedTable& RoundTrips() {
  static const ChainedTable table = Table("round_trips", kRoundTripColumns, kRoundTripKinds);
  return table;
}

const std::array<const ChainedTable*, 4>& ChainedTables() {
  static const std::array<const ChainedTable*, 4> tables{&OrderEvents(), &Fills(), &Adjustments(),
                                                         &RoundTrips()};
  return tables;
}

Chain::Chain(const ChainedTable& table) : table_(table) {}

void Chain::Begin(std::string_view previous) {
  text_.assign(previous);
  text_ += '\n';
  text_ += table_.name;
  text_ += '\n';
}

void Chain::Add(std::string_view name, std::int64_t value) {
  if (value != 0) {
    std::array<char, 24> digits{};
    const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    Add(name, std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
  }
}

void Chain::Add(std::string_view name, std::string_view value) {
  if (!value.empty()) {
    text_ += name;
    text_ += '=';
    text_ += std::to_string(value.size());
    text_ += ':';
    text_ += value;
    text_ += '\n';
  }
}

std::string Chain::LinkOfParams(std::string_view previous, const sql::Statement& bound) {
  Begin(previous);
  Add(table_.names[0], bound.ParamInt(0));
  for (std::size_t at = 0; at < table_.kinds.size(); ++at) {
    if (table_.kinds[at] == 'i') {
      Add(table_.names[at + 1], bound.ParamInt(at + 1));
    } else {
      Add(table_.names[at + 1], bound.ParamText(at + 1));
    }
  }
  return sha_.HexOf(text_);
}

std::string Chain::LinkOfRow(std::string_view previous, const sql::Statement& row) {
  Begin(previous);
  Add(table_.names[0], row.Int(0));
  for (std::size_t at = 0; at < table_.kinds.size(); ++at) {
    if (table_.kinds[at] == 'i') {
      Add(table_.names[at + 1], row.Int(at + 1));
    } else {
      Add(table_.names[at + 1], row.Text(at + 1));
    }
  }
  return sha_.HexOf(text_);
}

base::Result<ChainTail> ReadTail(sql::Connection& connection, const ChainedTable& table) {
  auto query = connection.Prepare({.sql = std::string("SELECT sequence, hash FROM ") + table.name +
                                          " ORDER BY sequence DESC LIMIT 1",
                                   .columns = "it"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  ChainTail tail;
  const auto read = query->ForEachRow(
      [&](const sql::Statement& row) { tail = {.sequence = row.Int(0), .hash = row.Text(1)}; });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return tail;
}

base::Result<std::optional<ChainBreak>> FindBreak(sql::Connection& connection,
                                                  const ChainedTable& table, std::int64_t from) {
  auto page = PageOf(connection, table);
  if (!page) {
    return tl::unexpected<base::Error>(page.error());
  }
  Chain chain(table);
  std::optional<ChainBreak> found;
  ChainTail tail;
  bool is_trusted = from > 1;  // The first row that is read is only the one before.
  tail.sequence = is_trusted ? from - 2 : 0;
  std::int64_t rows = 0;
  const auto check = [&](const sql::Statement& row) {
    ++rows;
    const std::string& stored = row.Text(table.kinds.size() + 1);
    if (!found && !is_trusted && chain.LinkOfRow(tail.hash, row) != stored) {
      found = ChainBreak{.table = table.name,
                         .sequence = row.Int(0),
                         .what = "its hash fits neither its content nor the row before it (" +
                                 std::to_string(tail.sequence) + ")"};
    }
    is_trusted = false;
    tail = {.sequence = row.Int(0), .hash = stored};
  };
  do {
    rows = 0;
    if (const auto read = page->Set(0, tail.sequence).ForEachRow(check); !read) {
      return tl::unexpected<base::Error>(read.error());
    }
  } while (rows == kPage && !found);
  return found;
}

base::Result<void> ChainAllRows(sql::Connection& connection) {
  for (const ChainedTable* table : ChainedTables()) {
    if (auto chained = ChainRows(connection, AsFirstChained(*table)); !chained) {
      return chained;
    }
  }
  return {};
}

}  // namespace bulwark::ledger
