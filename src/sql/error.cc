#include "sql/error.h"

#include <exception>
#include <string>

#include <soci/error.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include "base/result.h"

namespace bulwark::sql {
namespace {

using base::ErrorCode;

// The low byte of an extended result code is the plain one.
constexpr unsigned kPlainCodeMask = 0xff;

struct Meaning {
  ErrorCode code;
  const char* text;
};

Meaning MeaningOf(int result) {
  switch (static_cast<unsigned>(result) & kPlainCodeMask) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kUnavailable, "another process holds the lock"};
    case SQLITE_FULL:
      return {ErrorCode::kUnavailable, "the disk is full"};
    case SQLITE_READONLY:
      return {ErrorCode::kUnavailable, "the file is read-only"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::kUnavailable, "the file cannot be opened"};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::kUnavailable, "no permission"};
    case SQLITE_IOERR:
      return {ErrorCode::kUnavailable, "reading or writing the file failed"};
    case SQLITE_CORRUPT:
      return {ErrorCode::kCorrupt, "the file is damaged"};
    case SQLITE_NOTADB:
      return {ErrorCode::kCorrupt, "the file is not a database"};
    case SQLITE_CONSTRAINT:
      return {ErrorCode::kConflict, "a constraint forbids it"};
    default:
      return {ErrorCode::kInvalidArgument, "the database refuses"};
  }
}

}  // namespace

base::Error ErrorFrom(const std::exception& thrown, const std::string& place) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown)) {
    const Meaning meaning = MeaningOf(sqlite->result());
    return {meaning.code, place + ": " + meaning.text + " (" + thrown.what() + ", sqlite code " +
                              std::to_string(sqlite->result()) + ")"};
  }
  return {ErrorCode::kUnavailable, place + ": " + thrown.what()};
}

}  // namespace bulwark::sql
