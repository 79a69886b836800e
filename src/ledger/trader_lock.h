// The one trader per ledger: an advisory lock that dies with the process that holds it.
//
// Shape:   flock() on `<ledger>.lock`; the file holds the owner's process id for people.
// Errors:  kConflict, naming the owner's process id, while another process holds it.
// Threads: any. Owner: hold it for as long as the ledger is written to; the file stays behind on
//          purpose (removing it would let two processes lock two files of one name).

#pragma once

#include <filesystem>

#include "base/result.h"

namespace bulwark::ledger {

class TraderLock {
 public:
  static base::Result<TraderLock> Acquire(const std::filesystem::path& ledger);
  TraderLock(TraderLock&& other) noexcept;
  TraderLock& operator=(TraderLock&&) = delete;
  TraderLock(const TraderLock&) = delete;
  TraderLock& operator=(const TraderLock&) = delete;
  ~TraderLock();

 private:
  explicit TraderLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace bulwark::ledger
