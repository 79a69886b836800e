// Makes sure that one process at a time owns a thing: a folder, a role.
//
// Shape:   an flock() on a file that also holds the owner's process id as text. The lock ends with
//          the process, however it ends; the file stays and means nothing without the lock.
// Errors:  kConflict names the owner's process id; kUnavailable when the file cannot be made.
// Threads: any; the object is for one thread.
// Owner:   holds the file descriptor; not inherited by child processes.

#pragma once

#include <string>

#include "base/result.h"

namespace bulwark::process {

class LockFile {
 public:
  // Never waits.
  static base::Result<LockFile> Acquire(const std::string& path);

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

 private:
  explicit LockFile(int fd) : fd_(fd) {}

  int fd_;
};

}  // namespace bulwark::process
