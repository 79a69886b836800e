// The symbols that a data job works on: the members of its universe.
//
// Errors:  kNotFound for a universe without members; those of the store.
// Threads: the store's.

#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"
#include "store/rows.h"
#include "store/store.h"

namespace bulwark::collect {

base::Result<std::vector<store::Member>> RequireMembers(store::Store& store,
                                                        const std::string& universe,
                                                        std::chrono::sys_days date);

}  // namespace bulwark::collect
