// How the kernel's scheduler treats the calling thread beside the others of this machine.
//
// Errors:  none: an older kernel that knows no such wish ignores it, and all works, only later.
// Threads: any, each for itself; both may be called between fork() and exec().

#pragma once

namespace bulwark::base {

// Takes what others leave: for work that would keep a core busy as long as it gets one.
void GiveWay();

// Prefers to be woken at once and to run for a short while, to a longer turn later: for a thread
// that stops others. A thread's children inherit it, also through exec().
void PreferShortTurns();

}  // namespace bulwark::base
