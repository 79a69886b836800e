// What the journal keeps of a run's start, so that the same engine can be made again.
//
// Shape:   the settings as text, name and value; the instruments with their steps; what
//          MakeEngine() was given. Secrets are never in it.
// Errors:  DecodeRunRecord() is kCorrupt for bytes that are no record; RecordedSettings that this
//          version refuses are kInvalidArgument.
// Threads: any.
// Source:  docs/explain.md#the-journal

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "engine/engine.h"
#include "model/instrument.h"
#include "trader/assembly.h"

namespace bulwark::trader {

using RecordedSettings = std::vector<std::pair<std::string, std::string>>;

struct RunRecord {
  std::string version;
  RecordedSettings settings;
  std::vector<model::Instrument> instruments;
  EngineStart start;
};

// All settings that have a text and are no secret.
RecordedSettings SettingsToRecord(const config::Loaded& loaded);
// The other way round; secrets are left at their defaults.
base::Result<config::Settings> SettingsOf(const RecordedSettings& recorded);

// Changes with the layout of any event and of the record.
std::string RecordLayout();
std::string EncodeRunRecord(const RunRecord& record);
base::Result<RunRecord> DecodeRunRecord(std::string_view bytes);

base::Result<model::InstrumentTable> InstrumentsOf(const RunRecord& record);

}  // namespace bulwark::trader
