#include "ledger/spill_merge.h"

#include <cstdint>
#include <variant>
#include <vector>

#include "base/result.h"
#include "ledger/spill_store.h"
#include "model/action.h"
#include "sql/connection.h"
#include "sql/statement.h"

namespace bulwark::ledger {

base::Result<bool> MarkSpill(sql::Connection& connection, const SpillContent& spill) {
  auto insert =
      connection.Prepare({.sql = "INSERT INTO merged_spills(id, epoch, actions) VALUES(:i, :e, :a) "
                                 "ON CONFLICT(id) DO NOTHING",
                          .params = "tii"});
  if (!insert) {
    return tl::unexpected<base::Error>(insert.error());
  }
  insert->Set(0, spill.id).Set(1, static_cast<std::int64_t>(spill.epoch));
  const auto inserted = insert->Set(2, static_cast<std::int64_t>(spill.actions.size())).Execute();
  if (!inserted) {
    return tl::unexpected<base::Error>(inserted.error());
  }
  return *inserted == 1;
}

base::Result<std::vector<model::Action>> WithoutOutdated(sql::Connection& connection,
                                                         const SpillContent& spill) {
  auto query = connection.Prepare(
      {.sql = "SELECT e.epoch FROM order_heads h JOIN order_events e ON e.sequence = h.event "
              "WHERE h.order_id = :i",
       .params = "t",
       .columns = "i"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  const auto is_newer_stored = [&](const model::OrderChanged& changed) -> base::Result<bool> {
    bool is_newer = false;
    const auto read =
        query->Set(0, changed.order.id.ToString()).ForEachRow([&](const sql::Statement& row) {
          is_newer = static_cast<std::uint64_t>(row.Int(0)) > spill.epoch;
        });
    if (!read) {
      return tl::unexpected<base::Error>(read.error());
    }
    return is_newer;
  };
  std::vector<model::Action> current;
  for (const model::Action& action : spill.actions) {
    const auto* changed = std::get_if<model::OrderChanged>(&action);
    const auto is_outdated =
        changed == nullptr ? base::Result<bool>(false) : is_newer_stored(*changed);
    if (!is_outdated) {
      return tl::unexpected<base::Error>(is_outdated.error());
    }
    if (!*is_outdated) {
      current.push_back(action);
    }
  }
  return current;
}

}  // namespace bulwark::ledger
