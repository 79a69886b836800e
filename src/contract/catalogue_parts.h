// The parts of the catalogue, one file each; read them through catalogue.h.
//
// Shape:   each part holds consecutive EntryIds in order.
// Threads: constant data.

#pragma once

#include <span>

#include "contract/catalogue.h"

namespace bulwark::contract {

std::span<const Entry> TelemetryEntries();  // System, alerts, metrics.
std::span<const Entry> TradingEntries();    // Market, views, OMS.
std::span<const Entry> RiskEntries();
std::span<const Entry> PlatformEntries();  // Jobs, limits and cache.
std::span<const Entry> ChannelEntries();

}  // namespace bulwark::contract
