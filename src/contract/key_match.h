// Which entry of the catalogue a Redis key or channel belongs to.
//
// Shape:   placeholders and what they accept: <id> a lower-case UUID, <epoch_ms> 1 to 16 digits,
//          <S> a scoped symbol (upper case; no '/', ':' or '-'), <date> a calendar date, <week> an
//          ISO week such as 2026-W11, <name> and <domain> one word without ':', <identifier> any
//          rest.
// Threads: any. Allocates for the placeholders only.
// Source:  contract sections 1.1, 1.4

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "contract/catalogue.h"

namespace bulwark::contract {

struct Match {
  const Entry* entry;
  std::vector<std::pair<std::string_view, std::string>> placeholders;  // "id" -> its text
};

// Empty: the catalogue does not know it.
std::optional<Match> MatchKey(std::string_view key);
std::optional<Match> MatchChannel(std::string_view channel);

// The entry whose pattern this key almost matches ("SYSTEM:HALTED", "oms:order:7"), for hints.
const Entry* NearestKey(std::string_view key);

// <S> of a symbol: upper case, with '/', ':' and '-' replaced by '_'.
std::string ScopedSymbol(std::string_view symbol);

}  // namespace bulwark::contract
