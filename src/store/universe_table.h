// Which symbols belonged to a universe ("sp500") and when, so that a test of the past does not pick
// the survivors.
//
// Shape:   a list of members is the truth of its day: who is new on it begins, who is missing ended
//          the day before the list. Lists are put in order of their days.
// Errors:  sql/error.h; kInvalidArgument for a symbol that is none, an empty list and a list older
//          than the newest one.
// Threads: one at a time, as the connection. PutMembers() requires an open transaction.
// Source:  docs/store.md#universe

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "sql/connection.h"
#include "store/rows.h"

namespace bulwark::store {

struct MemberChanges {
  std::int64_t joined = 0;
  std::int64_t left = 0;
};

base::Result<MemberChanges> PutMembers(sql::Connection& connection, const std::string& universe,
                                       std::chrono::sys_days day, std::span<const Member> members);
// By symbol.
base::Result<std::vector<Member>> MembersOn(sql::Connection& connection,
                                            const std::string& universe, std::chrono::sys_days day);

}  // namespace bulwark::store
