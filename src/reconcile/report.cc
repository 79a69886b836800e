#include "reconcile/report.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "reconcile/difference.h"

namespace bulwark::reconcile {
namespace {

constexpr std::array<std::string_view, 2> kTriggers{"START", "WATCH"};
constexpr std::array<std::string_view, 3> kProposals{"NONE", "ADJUST", "GIVE_UP"};
constexpr std::array<std::string_view, 2> kVerbs{"ACCEPT", "ADOPT"};
constexpr std::size_t kRowsShown = 50;

template <class Enum, std::size_t N>
std::optional<Enum> Find(const std::array<std::string_view, N>& words, std::string_view word) {
  for (std::size_t at = 0; at < N; ++at) {
    if (words.at(at) == word) {
      return static_cast<Enum>(at);
    }
  }
  return std::nullopt;
}

std::string Signed(base::Decimal amount) {
  return (amount.is_negative() ? "" : "+") + amount.ToString();
}

std::string Row(const model::Fill& fill, const model::InstrumentTable& instruments) {
  return "  fill " + std::string(fill.trade_id.view()) + ": " +
         std::string(model::Name(fill.side)) + " " + fill.quantity.ToString() + " " +
         std::string(instruments[fill.instrument].symbol.view()) + " at " + fill.price.ToString() +
         ", fee " + fill.fee.ToString() + "\n";
}

// "3 fills", "1 fill".
std::string Counted(std::size_t count, std::string_view one) {
  return std::to_string(count) + " " + std::string(one) + (count == 1 ? "" : "s");
}

std::string More(std::size_t count) {
  return count > kRowsShown ? "  and " + std::to_string(count - kRowsShown) + " more\n" : "";
}

std::string Row(const Item& item) {
  std::string text = "  " + (item.id == 0 ? std::string("-") : "#" + std::to_string(item.id)) +
                     " " + Describe(item.difference);
  if (!item.why.empty()) {
    text += "; " + item.why;
  }
  const std::string proposal = Describe(item.proposal, item.difference);
  return text + (proposal.empty() ? "" : "\n     proposed: " + proposal) + "\n";
}

}  // namespace

Proposal ProposalFor(const Difference& difference) {
  switch (difference.kind) {
    case Kind::kPositionDrift:
      if (!difference.instrument) {
        return {};  // Nothing of ours could hold it; its instrument must be configured first.
      }
      return {
          .kind = ProposalKind::kAdjust, .quantity = difference.delta(), .price = difference.price};
    case Kind::kCashDrift:
      return {.kind = ProposalKind::kAdjust, .cash = difference.delta()};
    case Kind::kOrderNotWorking:
      return {.kind = ProposalKind::kGiveUp};
    default:
      return {};
  }
}

std::string Describe(const Proposal& proposal, const Difference& difference) {
  switch (proposal.kind) {
    case ProposalKind::kNone:
      break;
    case ProposalKind::kGiveUp:
      return "end order " + difference.order_id.ToString() + " in our books";
    case ProposalKind::kAdjust:
      if (difference.kind == Kind::kCashDrift) {
        return "book cash " + Signed(proposal.cash);
      }
      return "book position " + std::string(difference.symbol.view()) + " " +
             Signed(proposal.quantity) +
             (proposal.price ? " at " + proposal.price->ToString() : " at no cost");
  }
  return "";
}

std::string Describe(const Report& report, const model::InstrumentTable& instruments) {
  std::string text = report.trigger == Trigger::kStart ? "While you were away" : "Account";
  text += ", " + base::FormatIso(report.at, base::IsoSuffix::kZulu) + ", run " +
          std::to_string(report.epoch) + "\n";
  if (report.trigger == Trigger::kStart) {
    text += Counted(report.fills.size(), "fill") + " booked, " +
            Counted(report.ended.size(), "order") + " ended\n";
  }
  for (std::size_t at = 0; at < report.fills.size() && at < kRowsShown; ++at) {
    text += Row(report.fills[at], instruments);
  }
  text += More(report.fills.size());
  for (std::size_t at = 0; at < report.ended.size() && at < kRowsShown; ++at) {
    text += "  order " + report.ended[at].order_id.ToString() + ": " + report.ended[at].what + "\n";
  }
  text += More(report.ended.size());
  text += report.items.empty() ? "nothing differs from the venue\n"
                               : Counted(report.items.size(), "difference") + " to look at\n";
  for (const Item& item : report.items) {
    text += Row(item);
  }
  return text;
}

std::string_view Name(Trigger trigger) {
  return kTriggers.at(static_cast<std::size_t>(trigger));
}
std::string_view Name(ProposalKind kind) {
  return kProposals.at(static_cast<std::size_t>(kind));
}
std::string_view Name(Verb verb) {
  return kVerbs.at(static_cast<std::size_t>(verb));
}
std::optional<Trigger> TriggerFromName(std::string_view name) {
  return Find<Trigger>(kTriggers, name);
}
std::optional<ProposalKind> ProposalKindFromName(std::string_view name) {
  return Find<ProposalKind>(kProposals, name);
}
std::optional<Verb> VerbFromName(std::string_view name) {
  return Find<Verb>(kVerbs, name);
}

}  // namespace bulwark::reconcile
