// What an order costs the OMS, each from nothing to ended: submit, fill, cancel; and a bracket.

#include <cstdint>
#include <memory>

#include <benchmark/benchmark.h>

#include "base/decimal.h"
#include "model/action_buffer.h"
#include "model/fill.h"
#include "model/market_data.h"
#include "model/order.h"
#include "model/venue_report.h"
#include "oms/booked_trades.h"
#include "oms/oms.h"
#include "oms/oms_testing.h"
#include "risk/approved.h"

namespace bulwark::oms {
namespace {

using testing_support::Approve;
using testing_support::Buy;
using testing_support::D;
using testing_support::Id;
using testing_support::kNow;

class Rig {
 public:
  Rig() : approved_(Approve(Buy(D("1")), oms_->portfolio())) {}

  model::OrderId Submit() {
    out_.Clear();
    ++orders_;
    oms_->Submit(approved_, Id(orders_), D("110"), kNow, out_);
    return Id(orders_);
  }
  void Fill(const model::OrderId& order, model::Side side) {
    out_.Clear();
    model::Fill fill{.order_id = order, .side = side};
    fill.trade_id = InferredId(order, 0);
    fill.price = D("100");
    fill.quantity = D("1");
    oms_->On(model::OrderFilled{.fill = fill}, kNow, out_);
  }
  void Cancel(const model::OrderId& order) {
    out_.Clear();
    oms_->RequestCancel(order, kNow, out_);
    oms_->On(model::OrderEnded{.order_id = order}, kNow, out_);
  }
  // Gives back what was bought, so that neither cash nor lots run out.
  void Reset() {
    oms_ = std::make_unique<Oms>(OpeningBooks{.portfolio = {.cash = D("1000000000")}});
  }

 private:
  std::unique_ptr<Oms> oms_ =
      std::make_unique<Oms>(OpeningBooks{.portfolio = {.cash = D("1000000000")}});
  model::ActionBuffer out_;
  risk::Approved<model::NewOrder> approved_;
  std::uint64_t orders_ = 0;
};

void SubmitAndCancel(benchmark::State& state) {
  Rig rig;
  for (auto step : state) {
    static_cast<void>(step);
    rig.Cancel(rig.Submit());
  }
  state.SetItemsProcessed(state.iterations() * 3);
}
BENCHMARK(SubmitAndCancel);

void SubmitAndFill(benchmark::State& state) {
  Rig rig;
  for (auto step : state) {
    static_cast<void>(step);
    rig.Fill(rig.Submit(), model::Side::kBuy);
  }
  state.SetItemsProcessed(state.iterations() * 2);
}
BENCHMARK(SubmitAndFill)->Iterations(1'000'000);

}  // namespace
}  // namespace bulwark::oms
