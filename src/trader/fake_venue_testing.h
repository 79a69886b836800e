// A venue for tests: writes down what it is told and says what the test wants.
//
// Threads: the test's.

#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/action.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "venue/venue.h"

namespace bulwark::trader::testing_support {

class FakeVenue : public venue::Venue {
 public:
  base::Result<void> Connect(std::uint64_t /*epoch*/) override { return {}; }
  venue::SendOutcome Send(const model::Order& order) override {
    if (!is_up) {
      return venue::SendOutcome::kNotSent;
    }
    sent.push_back(order.id);
    if (fills_while_sending) {
      reports.emplace_back(model::OrderFilled{.fill = {.order_id = order.id}});
    }
    return venue::SendOutcome::kMayHaveLeft;
  }
  venue::SendOutcome Cancel(const model::SendCancel& cancel) override {
    cancelled.push_back(cancel.order_id);
    return is_up ? venue::SendOutcome::kMayHaveLeft : venue::SendOutcome::kNotSent;
  }
  void PublishTick(const model::Tick& /*tick*/) override { ++ticks; }
  int Poll(const venue::ReportSink& sink) override {
    for (const model::VenueReport& report : std::exchange(reports, {})) {
      sink(report);
    }
    return 0;
  }
  base::Result<venue::AccountSnapshot> Snapshot() override { return snapshot; }
  base::Result<std::vector<model::Fill>> FillsSince(std::uint64_t sequence) override {
    asked_since.push_back(sequence);
    return fills;
  }
  base::Result<venue::VenueOrder> QueryOrder(const model::OrderId& id) override {
    queried.push_back(id);
    if (!answers_queries) {
      return base::Fail(base::ErrorCode::kUnavailable, "no answer");
    }
    const auto found = orders.find(id);
    return found == orders.end() ? venue::VenueOrder{.id = id} : found->second;
  }
  [[nodiscard]] bool is_connected() const override { return is_up; }
  [[nodiscard]] std::uint64_t dropped_ticks() const override { return 0; }

  bool is_up = true;
  int ticks = 0;
  std::vector<model::OrderId> sent;
  std::vector<model::OrderId> cancelled;
  std::vector<model::VenueReport> reports;
  venue::AccountSnapshot snapshot;
  std::vector<model::Fill> fills;
  std::map<model::OrderId, venue::VenueOrder> orders;  // What QueryOrder() knows.
  bool answers_queries = true;
  bool fills_while_sending = false;
  std::vector<model::OrderId> queried;
  std::vector<std::uint64_t> asked_since;
};

}  // namespace bulwark::trader::testing_support
