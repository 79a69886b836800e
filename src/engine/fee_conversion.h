// Turns a fee that the venue took in some currency into the account's.
//
// Shape:   a fee in the quote currency is itself; one in the base currency leaves the position and
//          is worth its quantity at the price of the fill; one in a third currency is worth its
//          mark.
// Units:   Fill::fee_charged in Fill::fee_currency in, Fill::fee in the account currency out.
// Errors:  empty when the currency has no mark: then the fee is not known.
// Threads: any; pure.
// Source:  docs/orders.md#fees

#pragma once

#include <array>
#include <optional>

#include "model/fill.h"
#include "model/instrument.h"
#include "risk/guard_input.h"

namespace bulwark::engine {

// The fill with its fee converted; a fill without a fee currency is answered as it is.
std::optional<model::Fill> WithFeeInAccountCurrency(
    const model::Fill& fill, const model::InstrumentTable& instruments,
    const std::array<risk::Mark, model::kInstrumentsMax>& marks);

}  // namespace bulwark::engine
