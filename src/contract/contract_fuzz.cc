// Feeds any bytes to every reader of the contract: each must answer a value or a problem, never
// crash, hang or read past the end. What a document reader accepts must pass the same reader's
// check again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ensure.h"
#include "contract/catalogue.h"
#include "contract/json_reader.h"
#include "contract/json_writer.h"
#include "contract/key_match.h"
#include "contract/kill_switch_document.h"
#include "contract/monitor_check.h"
#include "contract/number_format.h"
#include "contract/system_documents.h"
#include "contract/validate.h"
#include "contract/view_documents.h"

namespace {

using namespace bulwark::contract;  // NOLINT(google-build-using-namespace): a program of its own.

void CheckRoundTrips(std::string_view text) {
  if (const auto rows = DecodeOrderRows(text)) {
    std::string again;
    EncodeOrderRows(again, *rows);
    ENSURE(DecodeOrderRows(again).has_value());
  }
  if (const auto state = DecodeSystemState(text)) {
    std::string again;
    EncodeSystemState(again, *state);
    ENSURE(DecodeSystemState(again).has_value());
  }
  if (const auto number = ParseDecimal(text)) {
    std::string again;
    AppendPythonFloat(again, *number);
    ENSURE(*ParseDecimal(again) == *number);
  }
  for (const Spelling spelling : {Spelling::kSpaced, Spelling::kCompact}) {
    std::string quoted;
    AppendQuoted(quoted, text, spelling);
    ENSURE(quoted.size() > kJsonTextMax || ParseJson(quoted).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  for (const Entry& entry : Catalogue()) {
    const auto problem = entry.check(text);
    ENSURE(!problem || !problem->empty());
  }
  const std::vector<std::string> one = {text};
  const auto problems = Validate(Get(EntryId::kPdtTrades),
                                 {.type = "zset", .ttl_s = -1, .values = one, .scores = one});
  ENSURE(problems.size() <= kProblemsMax);
  CheckRoundTrips(text);
  MonitorChecker checker;
  checker.Feed(text);
  checker.Feed("1.5 [0 lua] " + text);
  ENSURE(checker.Report().lines == 2);
  const auto match = MatchKey(text);
  ENSURE(!match || match->entry->kind != Kind::kChannel);
  ENSURE(DecodeHalt(text) <= HaltReading::kUnknown);
  ENSURE(DecodeKillSwitch(text) <= KillReading::kUnknown);
  return 0;
}
