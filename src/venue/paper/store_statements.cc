#include "venue/paper/store_statements.h"

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "venue/paper/store.h"

namespace bulwark::venue::paper {

using sql::Statement;

base::Result<void> Store::Prepare() {
  const std::array<sql::StatementText, 9> texts = {{
      {.sql = "INSERT INTO orders VALUES (:a,:b,:c,:d,:e,:f,:g,:h,:i,:j,:k,:l,:m,:n,:o,:p)",
       .params = "ittttt"
                 "iiiiiiii"
                 "tt",
       .columns = ""},
      {.sql = "UPDATE orders SET filled = :a, blocked = :b, status = :c, reason = :d"
              " WHERE number = :e",
       .params = "iitti",
       .columns = ""},
      {.sql = "INSERT INTO fills VALUES (:a, :b, :c, :d, :e, :f, :g)",
       .params = "itiiiii",
       .columns = ""},
      {.sql =
           "INSERT INTO instruments VALUES (:a, :b, :c, :d, :e, 0) ON CONFLICT (number) DO UPDATE"
           " SET tick_size = excluded.tick_size, lot_size = excluded.lot_size,"
           " min_notional = excluded.min_notional",
       .params = "itiii",
       .columns = ""},
      {.sql = "UPDATE instruments SET quantity = :a WHERE number = :b",
       .params = "ii",
       .columns = ""},
      {.sql = "UPDATE account SET cash = :a, orders_seen = :b, duplicates = :c,"
              " last_sequence = :d, clock = :e",
       .params = "iiiii",
       .columns = ""},
      {.sql = "UPDATE account SET fence_epoch = :a, fence_session = :b",
       .params = "ii",
       .columns = ""},
      {.sql = "SELECT number, status, filled, reason FROM orders WHERE id = :a",
       .params = "t",
       .columns = "itit"},
      {.sql = "SELECT f.sequence, f.trade_id, f.price, f.quantity, f.fee, f.at, o.number, o.id,"
              " o.symbol, o.side FROM fills f JOIN orders o ON o.number = f.order_number"
              " WHERE f.sequence > :a ORDER BY f.sequence LIMIT :b",
       .params = "ii",
       .columns = "itiiiiittt"},
  }};
  std::vector<Statement> made;
  for (const sql::StatementText& text : texts) {
    auto statement = connection_->Prepare(text);
    if (!statement) {
      return tl::unexpected(statement.error());
    }
    made.push_back(std::move(*statement));
  }
  statements_ = std::make_unique<Statements>(
      Statements{std::move(made[0]), std::move(made[1]), std::move(made[2]), std::move(made[3]),
                 std::move(made[4]), std::move(made[5]), std::move(made[6]), std::move(made[7]),
                 std::move(made[8])});
  return {};
}

}  // namespace bulwark::venue::paper
