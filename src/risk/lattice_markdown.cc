#include "risk/lattice_markdown.h"

#include <string>
#include <string_view>

#include "model/stop_mode.h"
#include "risk/halt_lattice.h"

namespace bulwark::risk {
namespace {

std::string_view Word(Permission permission) {
  switch (permission) {
    case Permission::kNever:
      return "no";
    case Permission::kYes:
      return "yes";
    case Permission::kIfAllowed:
      return "only with `kill.allow_strategy_exits`";
  }
  return "";
}

}  // namespace

std::string LatticeMarkdown() {
  std::string text = "| state | set by |";
  std::string rule = "| --- | --- |";
  for (int at = 0; at < kRequests; ++at) {
    text += " " + std::string(Name(static_cast<Request>(at))) + " |";
    rule += " --- |";
  }
  text += "\n" + rule + "\n";
  for (const LatticeRow& row : HaltLattice()) {
    text += "| `" + std::string(model::Name(row.mode)) + "` | " + std::string(row.set_by) + " |";
    for (const Permission permission : row.permissions) {
      text += " " + std::string(Word(permission)) + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace bulwark::risk
