#include "bench/hiredis_baseline.h"

#include <charconv>
#include <cstddef>
#include <string_view>
#include <vector>

#include <hiredis/hiredis.h>

#include "base/ensure.h"
#include "redis/url.h"

namespace bulwark::bench {
namespace {

// Reads "<type><number>\r\n" off the front.
std::size_t TakeHeader(std::string_view& bytes, char type) {
  ENSURE(!bytes.empty() && bytes.front() == type);
  std::size_t number = 0;
  const auto end = bytes.find("\r\n");
  ENSURE(end != std::string_view::npos);
  std::from_chars(bytes.data() + 1, bytes.data() + end, number);
  bytes.remove_prefix(end + 2);
  return number;
}

}  // namespace

std::vector<HiredisCommand> SplitCommands(std::string_view bytes) {
  std::vector<HiredisCommand> commands;
  while (!bytes.empty()) {
    HiredisCommand& command = commands.emplace_back(TakeHeader(bytes, '*'));
    for (std::string_view& argument : command) {
      const std::size_t size = TakeHeader(bytes, '$');
      argument = bytes.substr(0, size);
      bytes.remove_prefix(size + 2);
    }
  }
  return commands;
}

void HiredisBaseline::Closer::operator()(redisContext* context) const {
  redisFree(context);
}

HiredisBaseline::HiredisBaseline(const redis::Url& url)
    : context_(redisConnectUnix(url.socket_path.c_str())) {
  ENSURE(context_ != nullptr && context_->err == 0);
  Execute({{"AUTH", url.user, url.password.Reveal()}});
}

void HiredisBaseline::Execute(const std::vector<HiredisCommand>& commands) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  for (const HiredisCommand& command : commands) {
    arguments.clear();
    sizes.clear();
    for (const std::string_view argument : command) {
      arguments.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    redisAppendCommandArgv(context_.get(), static_cast<int>(arguments.size()), arguments.data(),
                           sizes.data());
  }
  for (std::size_t n = 0; n < commands.size(); ++n) {
    ReadReply();
  }
}

void HiredisBaseline::ReadReply() {
  void* reply = nullptr;
  ENSURE(redisGetReply(context_.get(), &reply) == REDIS_OK);
  ENSURE(static_cast<redisReply*>(reply)->type != REDIS_REPLY_ERROR);
  freeReplyObject(reply);
}

}  // namespace bulwark::bench
