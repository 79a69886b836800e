#include "store/universe_table.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"
#include "sql/connection.h"
#include "sql/statement.h"
#include "store/cells.h"
#include "store/rows.h"
#include "store/upsert.h"

namespace bulwark::store {
namespace {

using std::chrono::sys_days;

Table UniverseTable() {
  return {.name = "universe",
          .columns = {"universe", "symbol", "from_day", "until_day", "name", "sector", "cik"},
          .kinds = "ttiittt",
          .keys = 3};
}

struct Open {
  sys_days from;
  Member member;
};

base::Result<std::map<std::string, Open>> OpenMembers(sql::Connection& connection,
                                                      const std::string& universe) {
  auto query =
      connection.Prepare({.sql = "SELECT symbol, from_day, name, sector, cik FROM universe "
                                 "WHERE universe = :universe AND until_day IS NULL",
                          .params = "t",
                          .columns = "tittt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::map<std::string, Open> open;
  const auto read = query->Set(0, universe).ForEachRow([&](const sql::Statement& row) {
    open[row.Text(0)] = {
        .from = DayOf(row.Int(1)),
        .member = {
            .symbol = row.Text(0), .name = row.Text(2), .sector = row.Text(3), .cik = row.Text(4)}};
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return open;
}

base::Result<std::optional<sys_days>> LastList(sql::Connection& connection,
                                               const std::string& universe) {
  auto query = connection.Prepare({.sql = "SELECT max(from_day), max(until_day) FROM universe "
                                          "WHERE universe = :universe",
                                   .params = "t",
                                   .columns = "ii"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::optional<sys_days> last;
  const auto read = query->Set(0, universe).ForEachRow([&](const sql::Statement& row) {
    if (!row.IsNull(0)) {
      last = std::max(DayOf(row.Int(0)), row.IsNull(1) ? sys_days() : DayOf(row.Int(1)));
    }
  });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return last;
}

base::Result<void> CheckList(sql::Connection& connection, const std::string& universe, sys_days day,
                             std::span<const Member> members) {
  if (members.empty()) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "an empty list of members of " + universe + " would end them all");
  }
  for (const Member& member : members) {
    if (const auto problem = SymbolProblem(member.symbol)) {
      return base::Fail(base::ErrorCode::kInvalidArgument,
                        "symbol '" + member.symbol + "': " + *problem);
    }
  }
  const auto last = LastList(connection, universe);
  if (!last) {
    return tl::unexpected<base::Error>(last.error());
  }
  const sys_days newest = last->value_or(day);
  if (day < newest) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "the list of " + universe + " of " + base::FormatDate(day) +
                          " is older than the newest one, of " + base::FormatDate(newest));
  }
  return {};
}

base::Result<void> AddRow(Upsert& upsert, const Open& row, std::optional<sys_days> until) {
  upsert.Set(1, row.member.symbol).Set(2, DaysOf(row.from));
  upsert.Set(3, until ? std::optional(DaysOf(*until)) : std::nullopt);
  return upsert.Set(4, row.member.name).Set(5, row.member.sector).Set(6, row.member.cik).Add();
}

// Those of the list, each once; who was there already keeps the first day.
base::Result<std::set<std::string>> PutList(Upsert& upsert,
                                            const std::map<std::string, Open>& before, sys_days day,
                                            std::span<const Member> members) {
  std::set<std::string> seen;
  for (const Member& member : members) {
    if (!seen.insert(member.symbol).second) {
      continue;
    }
    const auto found = before.find(member.symbol);
    const sys_days from = found == before.end() ? day : found->second.from;
    if (const auto added = AddRow(upsert, {.from = from, .member = member}, std::nullopt); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return seen;
}

}  // namespace

base::Result<MemberChanges> PutMembers(sql::Connection& connection, const std::string& universe,
                                       sys_days day, std::span<const Member> members) {
  if (const auto sound = CheckList(connection, universe, day, members); !sound) {
    return tl::unexpected<base::Error>(sound.error());
  }
  const auto before = OpenMembers(connection, universe);
  auto upsert = before ? Upsert::Open(connection, UniverseTable())
                       : base::Result<Upsert>(tl::unexpected(before.error()));
  if (!upsert) {
    return tl::unexpected<base::Error>(upsert.error());
  }
  upsert->Set(0, universe);
  const auto seen = PutList(*upsert, *before, day, members);
  if (!seen) {
    return tl::unexpected<base::Error>(seen.error());
  }
  MemberChanges changes{.joined = std::ssize(*seen), .left = 0};
  for (const auto& [symbol, open] : *before) {
    if (seen->contains(symbol)) {
      --changes.joined;
      continue;
    }
    ++changes.left;
    if (const auto added = AddRow(*upsert, open, day); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  if (const auto finished = upsert->Finish(); !finished) {
    return tl::unexpected<base::Error>(finished.error());
  }
  return changes;
}

base::Result<std::vector<Member>> MembersOn(sql::Connection& connection,
                                            const std::string& universe, sys_days day) {
  auto query = connection.Prepare(
      {.sql = "SELECT symbol, name, sector, cik FROM universe WHERE universe = :universe "
              "AND from_day <= :day AND (until_day IS NULL OR until_day > :day) ORDER BY symbol",
       .params = "ti",
       .columns = "tttt"});
  if (!query) {
    return tl::unexpected<base::Error>(query.error());
  }
  std::vector<Member> members;
  const auto read =
      query->Set(0, universe).Set(1, DaysOf(day)).ForEachRow([&](const sql::Statement& row) {
        members.push_back({.symbol = row.Text(0),
                           .name = row.Text(1),
                           .sector = row.Text(2),
                           .cik = row.Text(3)});
      });
  if (!read) {
    return tl::unexpected<base::Error>(read.error());
  }
  return members;
}

}  // namespace bulwark::store
