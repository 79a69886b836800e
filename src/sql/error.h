// Turns what the database library throws into an Error that says what to do about it.
//
// Errors:  kUnavailable for what a retry or a person can mend (locked, disk full, read-only, I/O),
//          kCorrupt for a damaged file, one that is no database, and a row that a constraint of the
//          tables forbids; kInvalidArgument for SQL that the database refuses.
// Threads: any. Allocates the message.

#pragma once

#include <exception>
#include <string>

#include <libpq-fe.h>

#include "base/result.h"

namespace bulwark::sql {

// `place` is what the message starts with: the file and what was being done.
base::Error ErrorFrom(const std::exception& thrown, const std::string& place);
base::Error ErrorFromPostgres(const PGresult& result, const std::string& place);

}  // namespace bulwark::sql
