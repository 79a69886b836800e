// The stream of a rediss:// URL. Internal to src/redis; callers use OpenStream().
//
// Shape:   TLS 1.2 or later; the certificate must be valid for the URL's host and be signed by its
//          `ca` file or by a CA of the system.
// Errors:  as redis/stream.h; a refused certificate is kUnavailable and says why.
// Threads: one thread at a time.

#pragma once

#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "redis/stream.h"
#include "redis/url.h"

namespace bulwark::redis {

base::Result<std::unique_ptr<Stream>> OpenTlsStream(const Url& url, base::Nanos deadline);

}  // namespace bulwark::redis
