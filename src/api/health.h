// Says whether the system lives: Redis answers and the trader's heart beats.
//
// Shape:   {"status","service","redis","heartbeat_age_seconds","halted","reasons"}; status is "ok"
//          (200) or "down" (503, with reasons). A halted system that beats is healthy: it does what
//          it was told.
// Threads: a pure function.
// Source:  contract section 6.8

#pragma once

#include "api/state_document.h"
#include "net/message.h"

namespace bulwark::api {

// `document` is that of /api/state.
net::Response MakeHealth(const Json& document);

}  // namespace bulwark::api
