#include "redis/script.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <openssl/evp.h>

#include "base/ensure.h"
#include "base/result.h"
#include "redis/command.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::redis {
namespace {

std::string Sha1Hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned int size = 0;
  ENSURE(EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha1(), nullptr) == 1);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += kHex[bytes[i] >> 4U];
    hex += kHex[bytes[i] & 15U];
  }
  return hex;
}

}  // namespace

Script::Script(std::string source) : source_(std::move(source)), digest_(Sha1Hex(source_)) {}

base::Result<Reply> Script::Run(Connection& connection, Args keys, Args args) const {
  const std::string key_count = std::to_string(keys.size());
  std::vector<std::string_view> call{"EVALSHA", digest_, key_count};
  call.insert(call.end(), keys.begin(), keys.end());
  call.insert(call.end(), args.begin(), args.end());
  auto reply = connection.Call(Args{call});
  if (reply || reply.error().code != base::ErrorCode::kNotFound) {
    return reply;
  }
  call[0] = "EVAL";
  call[1] = source_;
  return connection.Call(Args{call});
}

}  // namespace bulwark::redis
