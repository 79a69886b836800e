// The configuration of a simulated system: small limits and quick strategies, so that much happens
// in little time.
//
// Threads: any; pure.

#pragma once

#include "config/settings.h"
#include "model/instrument.h"

namespace bulwark::sim {

config::Settings SimSettings();
// What SimSettings() names, as the trader makes it.
model::InstrumentTable SimInstruments();

}  // namespace bulwark::sim
