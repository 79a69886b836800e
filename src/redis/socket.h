// Connects the socket below a stream, within a deadline. Internal to src/redis.
//
// Units:   deadlines are points of base::MonotonicNow().
// Errors:  as redis/stream.h.
// Threads: one thread at a time; blocks up to the deadline.

#pragma once

#include <string>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include "base/result.h"
#include "base/time.h"
#include "redis/url.h"

namespace bulwark::redis {

using Socket = boost::asio::generic::stream_protocol::socket;

base::Result<Socket> ConnectSocket(boost::asio::io_context& io, const Url& url,
                                   base::Nanos deadline);

// Runs the operations that were started on `io`; false when the deadline came before their end.
bool RunUntil(boost::asio::io_context& io, base::Nanos deadline);

// The error of a lost connection, in words.
tl::unexpected<base::Error> LostConnection(const std::string& doing,
                                           const boost::system::error_code& error);
tl::unexpected<base::Error> TimedOut(const std::string& doing);

}  // namespace bulwark::redis
