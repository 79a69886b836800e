#include "explain/replay.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

#include "base/ensure.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "explain/replayer.h"
#include "journal/codec.h"
#include "ledger/run_history.h"
#include "model/action.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/names.h"
#include "model/order.h"

namespace bulwark::explain {
namespace {

// SHA-256 of everything that was put in.
class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
    ENSURE(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }
  void Bytes(const void* from, std::size_t count) {
    ENSURE(EVP_DigestUpdate(context_.get(), from, count) == 1);
  }
  std::string Finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    ENSURE(EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1);
    std::string text;
    for (unsigned int at = 0; at < size; ++at) {
      text += fmt::format("{:02x}", bytes.at(at));
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

template <class T>
std::string BytesOf(const T& value) {
  std::string bytes;
  journal::StringSink sink(bytes);
  journal::Put(sink, value);
  return bytes;
}

std::string Text(const model::Order& order) {
  return fmt::format(
      "order {} {} {} {} of {} filled, fees {}, reserved {} / {}, cancel {}, '{}', {}",
      order.id.ToString(), model::Name(order.side), model::Name(order.status),
      order.filled_quantity.ToString(), order.quantity.ToString(), order.fees_paid.ToString(),
      order.reserved_cash_remaining.ToString(), order.reserved_quantity_remaining.ToString(),
      order.is_cancel_requested, order.reason.view(),
      base::FormatIso(order.updated_at, base::IsoSuffix::kZulu));
}

std::string Text(const model::Fill& fill, base::Decimal realised_pnl) {
  return fmt::format("fill {} of order {} {} {} at {}, fee {}, P&L {}, {}", fill.trade_id.view(),
                     fill.order_id.ToString(), model::Name(fill.side), fill.quantity.ToString(),
                     fill.price.ToString(), fill.fee.ToString(), realised_pnl.ToString(),
                     base::FormatIso(fill.booked_at, base::IsoSuffix::kZulu));
}

// Takes the actions one by one and finds each in the ledger.
class Comparison {
 public:
  Comparison(const ledger::History& history, ReplayReport& report)
      : history_(history), report_(report) {}

  void Take(std::uint64_t event, const model::Action& action) {
    ++report_.actions;
    if (const auto* changed = std::get_if<model::OrderChanged>(&action)) {
      TakeOrder(event, changed->order);
    } else if (const auto* booked = std::get_if<model::FillBooked>(&action)) {
      TakeFill(event, *booked);
    }
  }

  void CountRest() {
    report_.only_in_ledger =
        history_.orders.size() - report_.orders + history_.fills.size() - report_.fills;
  }

 private:
  void TakeOrder(std::uint64_t event, const model::Order& order) {
    if (report_.orders == history_.orders.size()) {
      ++report_.only_replayed;
      return;
    }
    const model::Order& stored = history_.orders[report_.orders++].order;
    if (!report_.difference && BytesOf(stored) != BytesOf(order)) {
      report_.difference = {.event = event, .replayed = Text(order), .in_ledger = Text(stored)};
    }
  }
  void TakeFill(std::uint64_t event, const model::FillBooked& booked) {
    if (report_.fills == history_.fills.size()) {
      ++report_.only_replayed;
      return;
    }
    const ledger::HistoricFill& stored = history_.fills[report_.fills++];
    const model::FillBooked in_ledger{.fill = stored.fill, .realised_pnl = stored.realised_pnl};
    if (!report_.difference && BytesOf(in_ledger) != BytesOf(booked)) {
      report_.difference = {.event = event,
                            .replayed = Text(booked.fill, booked.realised_pnl),
                            .in_ledger = Text(stored.fill, stored.realised_pnl)};
    }
  }

  const ledger::History& history_;
  ReplayReport& report_;
};

bool Makes(const model::ActionBuffer& actions, const model::OrderId& id) {
  return std::any_of(actions.begin(), actions.end(), [&](const model::Action& action) {
    const auto* changed = std::get_if<model::OrderChanged>(&action);
    return changed != nullptr && changed->order.id == id;
  });
}

void JudgeTheRest(const ReplayLimit& limit, ReplayReport& report) {
  const std::size_t rest = report.only_replayed + report.only_in_ledger;
  if (!report.is_whole || limit.event || limit.decided || report.difference || rest == 0) {
    return;
  }
  report.difference = {.event = report.events,
                       .replayed = fmt::format("{} more rows", report.only_replayed),
                       .in_ledger = fmt::format("{} more rows", report.only_in_ledger)};
}

}  // namespace

base::Result<ReplayReport> Replay(const std::filesystem::path& journal, std::uint64_t epoch,
                                  const ReplayLimit& limit, const ledger::History& history) {
  auto replayer = Replayer::Open(journal, epoch);
  if (!replayer) {
    return tl::unexpected<base::Error>(replayer.error());
  }
  ReplayReport report{.epoch = epoch, .recorded_by = (*replayer)->record().version};
  report.is_reached = !limit.event && !limit.decided;
  Comparison comparison(history, report);
  Digest digest;
  while (!limit.event || report.events < *limit.event) {
    const auto stepped = (*replayer)->Step();
    if (!stepped) {
      return tl::unexpected<base::Error>(stepped.error());
    }
    if (!*stepped) {
      break;
    }
    report.events = (*replayer)->event().sequence;
    for (const model::Action& action : (*replayer)->actions()) {
      journal::Put(digest, action);
      comparison.Take(report.events, action);
    }
    if (limit.decided && Makes((*replayer)->actions(), *limit.decided)) {
      report.is_reached = true;
      break;
    }
  }
  report.is_reached = report.is_reached || (limit.event && report.events == *limit.event);
  comparison.CountRest();
  report.hash = digest.Finish();
  report.gap = (*replayer)->gap();
  report.is_whole = (*replayer)->is_whole();
  JudgeTheRest(limit, report);
  return report;
}

std::string DescribeReplay(const ReplayReport& report) {
  std::string text;
  if (report.difference) {
    text = fmt::format("DIFFERENT at event {} of run {}\n  replayed   {}\n  in ledger  {}\n",
                       report.difference->event, report.epoch, report.difference->replayed,
                       report.difference->in_ledger);
  } else if (!report.is_reached) {
    text = fmt::format("the journal of run {} ends before what --until names\n", report.epoch);
  }
  text += fmt::format(
      "{}run {}: {} events, {} actions, {} order changes and {} fills compared with "
      "the ledger\n",
      report.is_identical() ? "identical, " : "", report.epoch, report.events, report.actions,
      report.orders, report.fills);
  text += fmt::format("hash {}\n", report.hash);
  if (report.gap) {
    text +=
        fmt::format("the journal has a gap: event {} and maybe more are missing\n", *report.gap);
  } else if (report.is_whole) {
    text += "the run ended in good order and this is all of it\n";
  }
  if (report.only_replayed > 0 && !report.difference) {
    text += fmt::format("{} rows were not yet committed when the ledger was read or the run died\n",
                        report.only_replayed);
  }
  if (report.only_in_ledger > 0 && !report.difference) {
    text +=
        fmt::format("{} rows of the ledger come after what was replayed\n", report.only_in_ledger);
  }
  return text;
}

std::string ReplayAsJson(const ReplayReport& report) {
  nlohmann::ordered_json json{{"identical", report.is_identical()},
                              {"epoch", report.epoch},
                              {"recorded_by", report.recorded_by},
                              {"events", report.events},
                              {"actions", report.actions},
                              {"orders_compared", report.orders},
                              {"fills_compared", report.fills},
                              {"hash", report.hash},
                              {"whole_run", report.is_whole},
                              {"until_reached", report.is_reached},
                              {"only_replayed", report.only_replayed},
                              {"only_in_ledger", report.only_in_ledger}};
  if (report.gap) {
    json["gap_at"] = *report.gap;
  }
  if (report.difference) {
    json["difference"] = {{"event", report.difference->event},
                          {"replayed", report.difference->replayed},
                          {"in_ledger", report.difference->in_ledger}};
  }
  return json.dump(2) + "\n";
}

}  // namespace bulwark::explain
