// The truth table of the stops as a table of docs/risk.md.
//
// Threads: any; allocates.

#pragma once

#include <string>

namespace bulwark::risk {

std::string LatticeMarkdown();

}  // namespace bulwark::risk
