#include "typed_word.h"

#include <cstdio>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace bulwark::app {

bool IsTyped(const TypedWord& wanted, const std::string& given) {
  if (wanted.word.empty() || given == wanted.word) {
    return true;
  }
  if (given.empty() && ::isatty(STDIN_FILENO) == 1) {
    fmt::print("{} Type {} to {}: ", wanted.about, wanted.word, wanted.action);
    std::fflush(stdout);
    std::string line;
    std::getline(std::cin, line);
    if (line == wanted.word) {
      return true;
    }
  }
  fmt::print(stderr, "error: nothing changed; `{}` must be confirmed with --confirm {}\n",
             wanted.action, wanted.word);
  return false;
}

}  // namespace bulwark::app
