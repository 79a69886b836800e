#include "collect/members.h"

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/rows.h"
#include "store/store.h"
#include "store/universe_table.h"

namespace bulwark::collect {

base::Result<std::vector<store::Member>> RequireMembers(store::Store& store,
                                                        const std::string& universe,
                                                        std::chrono::sys_days date) {
  auto members = store::MembersOn(store.connection(), universe, date);
  if (members && members->empty()) {
    return base::Fail(base::ErrorCode::kNotFound,
                      "universe " + universe + " has no members; import a list of them");
  }
  return members;
}

}  // namespace bulwark::collect
