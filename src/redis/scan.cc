#include "redis/scan.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/result.h"
#include "redis/connection.h"
#include "redis/reply.h"

namespace bulwark::redis {

base::Result<std::vector<std::string>> Scanner::Next(Connection& connection) {
  ENSURE(!is_done_);
  auto reply = connection.Call({"SCAN", cursor_, "MATCH", pattern_, "COUNT", step_});
  if (!reply) {
    return tl::unexpected(reply.error());
  }
  auto& parts = reply->elements;
  if (parts.size() != 2 || parts[0].kind != Reply::Kind::kBulk ||
      parts[1].kind != Reply::Kind::kArray) {
    return base::Fail(base::ErrorCode::kCorrupt, "the answer to SCAN has not its form");
  }
  cursor_ = parts[0].text;
  is_done_ = cursor_ == "0";
  std::vector<std::string> keys;
  keys.reserve(parts[1].elements.size());
  for (Reply& element : parts[1].elements) {
    keys.push_back(std::move(element.text));
  }
  return keys;
}

base::Result<ScanResult> ScanKeys(Connection& connection, std::string_view pattern,
                                  std::size_t keys_max) {
  Scanner scanner{std::string(pattern)};
  ScanResult result{.keys = {}, .is_complete = true};
  while (!scanner.is_done() && result.keys.size() < keys_max) {
    auto batch = scanner.Next(connection);
    if (!batch) {
      return tl::unexpected(batch.error());
    }
    std::move(batch->begin(), batch->end(), std::back_inserter(result.keys));
  }
  std::sort(result.keys.begin(), result.keys.end());
  result.keys.erase(std::unique(result.keys.begin(), result.keys.end()), result.keys.end());
  result.is_complete = scanner.is_done() && result.keys.size() <= keys_max;
  result.keys.resize(std::min(result.keys.size(), keys_max));
  return result;
}

}  // namespace bulwark::redis
