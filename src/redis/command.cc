#include "redis/command.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/ensure.h"

namespace bulwark::redis {
namespace {

void AppendHeader(std::string& out, char type, std::size_t number) {
  std::array<char, 24> text{};
  text[0] = type;
  const auto [end, error] = std::to_chars(text.data() + 1, text.data() + text.size() - 2, number);
  end[0] = '\r';
  end[1] = '\n';
  out.append(text.data(), static_cast<std::size_t>(end + 2 - text.data()));
}

}  // namespace

void AppendCommand(std::string& out, Args args) {
  ENSURE(!args.empty());
  AppendHeader(out, '*', args.size());
  for (const std::string_view arg : args) {
    AppendHeader(out, '$', arg.size());
    out.append(arg);
    out.append("\r\n", 2);
  }
}

void Pipeline::Add(Args args) {
  AppendCommand(bytes_, args);
  ++size_;
}

void Pipeline::BeginTransaction() {
  ENSURE(!is_in_transaction_);
  is_in_transaction_ = true;
  bytes_.append("*1\r\n$5\r\nMULTI\r\n");
  ++size_;
}

void Pipeline::EndTransaction() {
  ENSURE(is_in_transaction_);
  is_in_transaction_ = false;
  execs_.push_back(size_);
  bytes_.append("*1\r\n$4\r\nEXEC\r\n");
  ++size_;
}

void Pipeline::Clear() {
  bytes_.clear();
  execs_.clear();
  size_ = 0;
  is_in_transaction_ = false;
}

}  // namespace bulwark::redis
