#include "risk/lattice_markdown.h"

#include <string>
#include <string_view>

#include "model/stop_mode.h"
#include "risk/halt_lattice.h"

namespace bulwark::risk {
namespace {

std::string_view Word(Leave leave) {
  switch (leave) {
    case Leave::kNever:
      return "no";
    case Leave::kYes:
      return "yes";
    case Leave::kIfAllowed:
      return "only with `kill.allow_strategy_exits`";
  }
  return "";
}

}  // namespace

std::string LatticeMarkdown() {
  std::string text = "| state | set by |";
  std::string rule = "| --- | --- |";
  for (int at = 0; at < kWishes; ++at) {
    text += " " + std::string(Name(static_cast<Wish>(at))) + " |";
    rule += " --- |";
  }
  text += "\n" + rule + "\n";
  for (const LatticeRow& row : HaltLattice()) {
    text += "| `" + std::string(model::Name(row.mode)) + "` | " + std::string(row.set_by) + " |";
    for (const Leave leave : row.leave) {
      text += " " + std::string(Word(leave)) + " |";
    }
    text += "\n";
  }
  return text;
}

}  // namespace bulwark::risk
