// docs/keys.md, written from the catalogue.
//
// Threads: any. Allocates.

#pragma once

#include <string>

namespace bulwark::contract {

// The whole page. The committed file must equal it; `bulwark keys docs` prints it.
std::string GenerateKeysMarkdown();

// The catalogue as one JSON array, for programs: `bulwark keys list --json`.
std::string GenerateKeysJson();

}  // namespace bulwark::contract
