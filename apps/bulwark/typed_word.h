// Asks for a typed word before something that should not happen by a slip of the hand.
//
// Errors:  answers false, and says so, when the word is missing or another one.
// Threads: the main thread; may wait for the terminal.

#pragma once

#include <string>

namespace bulwark::app {

struct TypedWord {
  std::string action;  // "release", "breakers reset"
  std::string word;    // What must be typed; empty: nothing.
  std::string about = "Trading may go on after this.";
};

// `given` is what --confirm said.
bool IsTyped(const TypedWord& wanted, const std::string& given);

}  // namespace bulwark::app
