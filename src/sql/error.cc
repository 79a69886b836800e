#include "sql/error.h"

#include <array>
#include <exception>
#include <string>
#include <string_view>

#include <libpq-fe.h>
#include <postgres_ext.h>
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
      return {ErrorCode::kCorrupt, "a constraint of the tables forbids the row"};
    default:
      return {ErrorCode::kInvalidArgument, "the database refuses"};
  }
}

// By the class of the SQLSTATE, its first two letters.
Meaning MeaningOfState(std::string_view state) {
  struct Row {
    std::string_view start;
    Meaning meaning;
  };
  static constexpr std::array kRows{
      Row{"53100", {ErrorCode::kUnavailable, "the disk is full"}},
      Row{"55P03", {ErrorCode::kUnavailable, "another process holds the lock"}},
      Row{"40P01", {ErrorCode::kUnavailable, "another process holds the lock"}},
      Row{"40001", {ErrorCode::kUnavailable, "another transaction was faster"}},
      Row{"57014", {ErrorCode::kUnavailable, "it took too long"}},
      Row{"25006", {ErrorCode::kUnavailable, "the database is read-only"}},
      Row{"42501", {ErrorCode::kUnavailable, "no permission"}},
      Row{"08", {ErrorCode::kUnavailable, "the connection failed"}},
      Row{"25", {ErrorCode::kUnavailable, "the transaction was given up"}},
      Row{"28", {ErrorCode::kUnavailable, "no permission"}},
      Row{"53", {ErrorCode::kUnavailable, "the server lacks resources"}},
      Row{"57", {ErrorCode::kUnavailable, "the server ends the connection"}},
      Row{"58", {ErrorCode::kUnavailable, "reading or writing a file failed"}},
      Row{"23", {ErrorCode::kCorrupt, "a constraint of the tables forbids the row"}},
      Row{"XX", {ErrorCode::kCorrupt, "the database is damaged"}},
  };
  for (const Row& row : kRows) {
    if (state.starts_with(row.start)) {
      return row.meaning;
    }
  }
  return state.empty() ? Meaning{ErrorCode::kUnavailable, "the server is gone"}
                       : Meaning{ErrorCode::kInvalidArgument, "the database refuses"};
}

}  // namespace

base::Error ErrorFromPostgres(const PGresult& result, const std::string& place) {
  const auto field = [&](int which) {
    const char* text = PQresultErrorField(&result, which);
    return std::string(text != nullptr ? text : "");
  };
  const std::string state = field(PG_DIAG_SQLSTATE);
  const Meaning meaning = MeaningOfState(state);
  return {meaning.code, place + ": " + meaning.text + " (" + field(PG_DIAG_MESSAGE_PRIMARY) +
                            ", state " + state + ")"};
}

base::Error ErrorFrom(const std::exception& thrown, const std::string& place) {
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&thrown)) {
    const Meaning meaning = MeaningOf(sqlite->result());
    return {meaning.code, place + ": " + meaning.text + " (" + thrown.what() + ", sqlite code " +
                              std::to_string(sqlite->result()) + ")"};
  }
  return {ErrorCode::kUnavailable, place + ": " + thrown.what()};
}

}  // namespace bulwark::sql
