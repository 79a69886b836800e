#include "trader/run_record.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "config/setting_table.h"
#include "config/settings.h"
#include "config/settings_loader.h"
#include "journal/codec.h"
#include "model/event.h"
#include "model/instrument.h"

namespace bulwark::trader {

RecordedSettings SettingsToRecord(const config::Loaded& loaded) {
  RecordedSettings recorded;
  for (const config::EffectiveValue& row : loaded.effective) {
    const config::SettingSpec* const spec = config::FindSetting(row.name);
    // Instruments only have a form in the file; the record carries the table itself.
    if (spec != nullptr && !spec->is_secret() && spec->type != config::SettingType::kInstruments) {
      recorded.emplace_back(row.name, row.value);
    }
  }
  return recorded;
}

base::Result<config::Settings> SettingsOf(const RecordedSettings& recorded) {
  config::Sources sources;
  for (const auto& [name, value] : recorded) {
    sources.flags.push_back({.flag = "journal", .name = name, .value = value});
  }
  auto loaded = config::LoadSettings(sources);
  if (!loaded) {
    return base::Fail(
        base::ErrorCode::kInvalidArgument,
        "the recorded settings do not fit this version: " + loaded.error().front().ToString());
  }
  return std::move(loaded->settings);
}

std::string RecordLayout() {
  return journal::Describe<model::Event>() + journal::Describe<RunRecord>();
}

std::string EncodeRunRecord(const RunRecord& record) {
  std::string bytes;
  journal::StringSink sink(bytes);
  journal::Put(sink, record);
  return bytes;
}

base::Result<RunRecord> DecodeRunRecord(std::string_view bytes) {
  RunRecord record;
  journal::Source source(bytes);
  if (!journal::Take(source, record) || source.left() != 0) {
    return base::Fail(base::ErrorCode::kCorrupt, "the start of the run cannot be read");
  }
  return record;
}

base::Result<model::InstrumentTable> InstrumentsOf(const RunRecord& record) {
  model::InstrumentTable table;
  for (const model::Instrument& instrument : record.instruments) {
    if (const auto added = table.Add(instrument); !added) {
      return tl::unexpected<base::Error>(added.error());
    }
  }
  return table;
}

}  // namespace bulwark::trader
