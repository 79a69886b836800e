// Commands in the form in which they travel, collected in one reusable buffer.
//
// Shape:   bytes() are RESP arrays of bulk strings, one per command. Clear() keeps the memory, so a
//          warm pipeline allocates nothing. BeginTransaction()/EndTransaction() put MULTI and EXEC
//          around what is added between; they do not nest.
// Threads: one thread at a time.

#pragma once

#include <cstddef>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace bulwark::redis {

using Args = std::span<const std::string_view>;

// Appends one command to `out`. Requires: args is not empty.
void AppendCommand(std::string& out, Args args);

class Pipeline {
 public:
  void Add(Args args);
  void Add(std::initializer_list<std::string_view> args) { Add(Args{args.begin(), args.size()}); }

  // Requires: no transaction is open.
  void BeginTransaction();
  // Requires: a transaction is open.
  void EndTransaction();

  void Clear();

  // Commands added, MULTI and EXEC included: as many replies will come.
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }
  [[nodiscard]] bool is_in_transaction() const { return is_in_transaction_; }
  // Positions of the EXECs among the commands, ascending.
  [[nodiscard]] const std::vector<std::size_t>& execs() const { return execs_; }

 private:
  std::string bytes_;
  std::size_t size_ = 0;
  std::vector<std::size_t> execs_;
  bool is_in_transaction_ = false;
};

}  // namespace bulwark::redis
