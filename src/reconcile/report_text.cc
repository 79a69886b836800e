// The words of a report, for a person who was away.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/iso_time.h"
#include "base/time.h"
#include "model/fill.h"
#include "model/instrument.h"
#include "model/names.h"
#include "reconcile/difference.h"
#include "reconcile/report.h"

namespace bulwark::reconcile {
namespace {

using std::chrono::duration_cast;

constexpr std::size_t kRowsShown = 50;

// To the second: nobody reads more.
std::string Clock(base::UnixNanos at) {
  return base::FormatIso(std::chrono::floor<std::chrono::seconds>(at), base::IsoSuffix::kZulu);
}

// "2 d 3 h", "9 h 41 min", "3 min", "12 s".
std::string Span(base::Nanos span) {
  const auto seconds = duration_cast<std::chrono::seconds>(span).count();
  const auto minutes = seconds / 60;
  const auto hours = minutes / 60;
  if (hours >= 24) {
    return std::to_string(hours / 24) + " d " + std::to_string(hours % 24) + " h";
  }
  if (hours > 0) {
    return std::to_string(hours) + " h " + std::to_string(minutes % 60) + " min";
  }
  return minutes > 0 ? std::to_string(minutes) + " min" : std::to_string(seconds) + " s";
}

// "3 fills", "1 fill", "no fill".
std::string Counted(std::size_t count, std::string_view one) {
  return (count == 0 ? "no" : std::to_string(count)) + " " + std::string(one) +
         (count > 1 ? "s" : "");
}

std::string More(std::size_t count) {
  return count > kRowsShown ? "  and " + std::to_string(count - kRowsShown) + " more\n" : "";
}

std::string Row(const model::Fill& fill, const model::InstrumentTable& instruments) {
  return "  " + std::string(model::Name(fill.side)) + " " + fill.quantity.ToString() + " " +
         std::string(instruments[fill.instrument].symbol.view()) + " at " + fill.price.ToString() +
         ", fee " + fill.fee.ToString() + ", " + Clock(fill.at) + " (trade " +
         std::string(fill.trade_id.view()) + ")\n";
}

std::string NumberOf(const Item& item) {
  return item.id == 0 ? std::string("-") : "#" + std::to_string(item.id);
}

std::string Row(const ItemLine& line) {
  const Item& item = line.item;
  std::string text = "  " + NumberOf(item) + " " + Describe(item.difference) + "\n";
  if (!item.why.empty()) {
    text += "     " + item.why + "\n";
  }
  const std::string proposal = Describe(item.proposal, item.difference);
  if (!proposal.empty()) {
    text += "     proposed: " + proposal + "\n";
  } else if (item.difference.kind == Kind::kForeignOrder) {
    text += "     not counted as ours, left alone; to make it ours: bulwark reconcile adopt " +
            item.difference.order_id.ToString() + "\n";
  } else {
    text += "     nothing can be booked for it; it has to be put right at the venue\n";
  }
  return text + (line.state.empty() ? "" : "     " + line.state + "\n");
}

}  // namespace

std::string DescribeNews(const Report& report, const model::InstrumentTable& instruments) {
  const bool is_start = report.trigger == Trigger::kStart;
  std::string text = is_start ? "While you were away: run " : "The account in run ";
  text += std::to_string(report.epoch) + ", " + Clock(report.at) + "\n";
  if (report.away_since) {
    text += "Nobody kept the books for " + Span(report.at - *report.away_since) + ", since " +
            Clock(*report.away_since) + "\n";
  }
  if (is_start) {
    text += "At the venue meanwhile: " + Counted(report.fills.size(), "fill") + ", " +
            Counted(report.ended.size(), "order") + " ended\n";
  }
  for (std::size_t at = 0; at < report.fills.size() && at < kRowsShown; ++at) {
    text += Row(report.fills[at], instruments);
  }
  text += More(report.fills.size());
  for (std::size_t at = 0; at < report.ended.size() && at < kRowsShown; ++at) {
    text += "  order " + report.ended[at].order_id.ToString() + ": " + report.ended[at].what + "\n";
  }
  return text + More(report.ended.size());
}

std::string DescribeItems(const std::vector<ItemLine>& lines) {
  if (lines.empty()) {
    return "Nothing differs from the venue\n";
  }
  const auto blocking =
      static_cast<std::size_t>(std::count_if(lines.begin(), lines.end(), [](const ItemLine& line) {
        return IsBlocking(line.item.difference.kind);
      }));
  std::string text = Counted(lines.size(), "difference") + " to the venue, ";
  text += blocking == 0
              ? "none stops entries\n"
              : std::to_string(blocking) + " of them " + (blocking == 1 ? "stops" : "stop") +
                    " entries until settled; exits and cancels go on\n";
  for (const ItemLine& line : lines) {
    text += Row(line);
  }
  return text;
}

std::string Describe(const Report& report, const model::InstrumentTable& instruments) {
  std::vector<ItemLine> lines;
  lines.reserve(report.items.size());
  for (const Item& item : report.items) {
    lines.push_back({.item = item, .state = ""});
  }
  return DescribeNews(report, instruments) + DescribeItems(lines);
}

}  // namespace bulwark::reconcile
