// The least that the same commands cost with plain hiredis on the same socket.
//
// Errors:  stops the process: a bench without its baseline says nothing.
// Threads: one thread.
// Owner:   holds its connection.

#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "redis/url.h"

struct redisContext;

namespace bulwark::bench {

using HiredisCommand = std::vector<std::string_view>;

// Takes a pipeline's bytes apart again. The views are into `bytes`.
std::vector<HiredisCommand> SplitCommands(std::string_view bytes);

class HiredisBaseline {
 public:
  explicit HiredisBaseline(const redis::Url& url);

  // Formats and sends all commands as one pipeline, and reads the answers.
  void Execute(const std::vector<HiredisCommand>& commands);

 private:
  struct Closer {
    void operator()(redisContext* context) const;
  };
  void ReadReply();

  std::unique_ptr<redisContext, Closer> context_;
};

}  // namespace bulwark::bench
