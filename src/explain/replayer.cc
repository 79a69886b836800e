#include "explain/replayer.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "base/result.h"
#include "engine/engine.h"
#include "journal/run_reader.h"
#include "model/instrument.h"
#include "trader/assembly.h"
#include "trader/run_record.h"

namespace bulwark::explain {

Replayer::Replayer(trader::RunRecord record, model::InstrumentTable instruments,
                   journal::RunReader reader)
    : record_(std::move(record)),
      instruments_(std::move(instruments)),
      reader_(std::move(reader)) {}

base::Result<std::unique_ptr<Replayer>> Replayer::Open(const std::filesystem::path& journal,
                                                       std::uint64_t epoch,
                                                       engine::Observer* observer) {
  auto reader = journal::RunReader::Open(journal, epoch, trader::RecordLayout());
  if (!reader) {
    return tl::unexpected<base::Error>(reader.error());
  }
  if (reader->info().first_sequence != 1 || reader->info().start.empty()) {
    return base::Fail(
        base::ErrorCode::kNotFound,
        fmt::format("the journal of run {} begins at event {}: what was before it was "
                    "deleted to keep journal.max_bytes, or could not be written",
                    epoch, reader->info().first_sequence));
  }
  const auto fail = [&](const base::Error& error) {
    return base::FailWith(fmt::format("journal of run {}", epoch), error);
  };
  auto record = trader::DecodeRunRecord(reader->info().start);
  if (!record) {
    return fail(record.error());
  }
  auto instruments = trader::InstrumentsOf(*record);
  if (!instruments) {
    return fail(instruments.error());
  }
  const auto settings = trader::SettingsOf(record->settings);
  if (!settings) {
    return fail(settings.error());
  }
  reader->SetInstruments(instruments->size());
  std::unique_ptr<Replayer> replayer(
      new Replayer(*std::move(record), *std::move(instruments), *std::move(reader)));
  auto engine = trader::MakeEngine(*settings, replayer->instruments_, replayer->record_.start);
  if (!engine) {
    return fail(engine.error());
  }
  replayer->engine_ = *std::move(engine);
  replayer->engine_->SetObserver(observer);
  return replayer;
}

base::Result<bool> Replayer::Step() {
  auto has_next = ReadNext();
  if (has_next && *has_next) {
    actions_.Clear();
    engine_->Process(event_.event, actions_);
  }
  return has_next;
}

base::Result<bool> Replayer::ReadNext() {
  if (gap_) {
    return false;
  }
  const std::uint64_t expected = event_.sequence + 1;
  auto next = reader_.Next();
  if (!next) {
    return tl::unexpected<base::Error>(next.error());
  }
  const auto& record = *next;
  if (!record) {
    if (reader_.last_sequence() >= expected) {
      gap_ = expected;
    }
    is_whole_ = !gap_ && reader_.ending() == journal::Ending::kClosed;
    return false;
  }
  if (record->sequence != expected) {
    gap_ = expected;
    return false;
  }
  event_ = *record;
  return true;
}

}  // namespace bulwark::explain
