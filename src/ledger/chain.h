// Links the append-only tables: each row carries a hash of itself and of the row before it.
//
// Shape:   hash = SHA-256 in lower-case hex of the previous row's hash (empty for the first), the
//          table's name, and "name=<bytes>:<value>" of each column in the table's order, one a
//          line. Columns that are NULL, 0 or empty are left out, so that a column added later, with
//          such a default, leaves the hashes of older rows as they are. order_events, fills,
//          adjustments and round_trips have a chain each.
// Errors:  database errors; a row that does not fit is an answer, not an error.
// Threads: one at a time per ChainHasher. A link allocates its text only.
// Source:  docs/ledger.md#the-chain

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"

struct evp_md_ctx_st;
struct evp_md_st;

namespace bulwark::ledger {

// Hashes texts; keeps what the library needs for the next one.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  Sha256(Sha256&&) = delete;
  Sha256& operator=(Sha256&&) = delete;

  // 64 hexadecimal characters.
  std::string HexOf(std::string_view bytes);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// A chained table: `columns` and `kinds` are those of the row but for `sequence`, which comes
// first, and `hash`, which comes last.
struct ChainedTable {
  const char* name;
  std::string columns;
  std::string kinds;
  std::vector<std::string> names;  // sequence, then the columns one by one.
};
const ChainedTable& OrderEvents();
const ChainedTable& Fills();
const ChainedTable& Adjustments();
const ChainedTable& RoundTrips();
// All of them.
const std::array<const ChainedTable*, 4>& ChainedTables();

struct ChainTail {
  std::int64_t sequence = 0;  // 0: the table is empty.
  std::string hash;

  bool operator==(const ChainTail&) const = default;
};

class Chain {
 public:
  explicit Chain(const ChainedTable& table);

  [[nodiscard]] const ChainedTable& table() const { return table_; }

  // The hash of the row whose cells, sequence first, are the parameters that are set.
  std::string LinkOfParams(std::string_view previous, const sql::Statement& bound);
  // The same for the row just read, sequence first.
  std::string LinkOfRow(std::string_view previous, const sql::Statement& row);

 private:
  void Add(std::string_view name, std::int64_t value);
  void Add(std::string_view name, std::string_view value);
  void Begin(std::string_view previous);

  const ChainedTable& table_;
  Sha256 sha_;
  std::string text_;
};

base::Result<ChainTail> ReadTail(sql::Connection& connection, const ChainedTable& table);

struct ChainBreak {
  std::string table;
  std::int64_t sequence = 0;
  std::string what;  // For people.
};
// The first row from `from` on that does not fit its hash; with from > 1 the row before it is taken
// at its word.
base::Result<std::optional<ChainBreak>> FindBreak(sql::Connection& connection,
                                                  const ChainedTable& table, std::int64_t from);

// For the migration: gives each row that has none its hash.
base::Result<void> ChainAllRows(sql::Connection& connection);

}  // namespace bulwark::ledger
