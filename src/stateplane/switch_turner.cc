#include "stateplane/switch_turner.h"

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "model/switches.h"
#include "stateplane/switch_writer.h"

namespace bulwark::stateplane {
namespace {

constexpr std::string_view kNewerStop = "a stop was set while this one was released";

tl::unexpected<base::Error> NotTried() {
  return base::Fail(base::ErrorCode::kUnavailable, "not tried");
}

}  // namespace

TurnReceipt SwitchTurner::Stop(model::Switch which, std::string_view reason,
                               const TurnPeers& peers) const {
  TurnReceipt receipt{.recorded = peers.record(true, reason), .shown = NotTried()};
  const auto connection = peers.connect();
  if (!connection) {
    receipt.shown = tl::unexpected<base::Error>(connection.error());
  } else if (receipt.recorded) {
    receipt.shown = writer_.Show(**connection, *receipt.recorded);
  } else {
    receipt.shown = SwitchWriter::StopUnrecorded(**connection, {.which = which,
                                                                .is_on = true,
                                                                .reason = std::string(reason),
                                                                .actor = "human",
                                                                .at = base::WallNow()});
  }
  return receipt;
}

TurnReceipt SwitchTurner::Release(model::Switch which, std::string_view reason,
                                  const TurnPeers& peers) const {
  const auto connection = peers.connect();
  // From this look on, nobody writes the key unseen.
  const auto seen = connection
                        ? SwitchWriter::Look(**connection, which)
                        : base::Result<SeenAtKey>(tl::unexpected<base::Error>(connection.error()));
  TurnReceipt receipt{.recorded = peers.record(false, reason), .shown = NotTried()};
  if (!receipt.recorded) {
    // The ledger has the refusal too; whoever reads the log finds it there.
    if (connection && receipt.recorded.error().code == base::ErrorCode::kConflict) {
      SwitchWriter::NoteRefused(**connection, {.which = which,
                                               .is_on = false,
                                               .reason = std::string(reason),
                                               .actor = "human",
                                               .at = base::WallNow()});
    }
    return receipt;
  }
  if (!seen) {
    receipt.shown = tl::unexpected<base::Error>(seen.error());
    return receipt;
  }
  receipt.shown = writer_.ShowRelease(**connection, *receipt.recorded, *seen);
  if (receipt.shown == SwitchShown::kOvertaken) {
    receipt.newer_stop = peers.record(true, kNewerStop);
    if (*receipt.newer_stop) {
      // The key says stop already, also when this fails.
      [[maybe_unused]] const auto shown = writer_.Show(**connection, **receipt.newer_stop);
    }
  }
  return receipt;
}

}  // namespace bulwark::stateplane
