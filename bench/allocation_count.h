// How often this program has asked for memory so far.
//
// Shape:   replaces operator new of the whole program that links it.
// Threads: any; the count is of all threads.

#pragma once

#include <cstdint>

namespace bulwark::bench {

std::uint64_t Allocations();

}  // namespace bulwark::bench
