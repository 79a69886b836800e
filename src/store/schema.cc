#include "store/schema.h"

#include <array>
#include <span>

#include "sql/migrations.h"

namespace bulwark::store {
namespace {

constexpr std::array kTables{
    "CREATE TABLE bars("
    "symbol TEXT NOT NULL, span TEXT NOT NULL, at BIGINT NOT NULL, open BIGINT NOT NULL, "
    "high BIGINT NOT NULL, low BIGINT NOT NULL, close BIGINT NOT NULL, volume BIGINT, "
    "adjusted_close BIGINT, source TEXT NOT NULL, PRIMARY KEY(symbol, span, at)) WITHOUT ROWID",

    // What was asked for and answered, also where there was nothing: a share that did not trade yet
    // has no bars, and is whole all the same.
    "CREATE TABLE coverage("
    "symbol TEXT NOT NULL, span TEXT NOT NULL, from_at BIGINT NOT NULL, to_at BIGINT NOT NULL, "
    "PRIMARY KEY(symbol, span, from_at)) WITHOUT ROWID",

    "CREATE TABLE corporate_actions("
    "symbol TEXT NOT NULL, through BIGINT NOT NULL, kind TEXT NOT NULL, factor BIGINT NOT NULL, "
    "source TEXT NOT NULL, PRIMARY KEY(symbol, through, kind)) WITHOUT ROWID",

    "CREATE TABLE fundamentals("
    "symbol TEXT NOT NULL, metric TEXT NOT NULL, period_end BIGINT NOT NULL, "
    "known_at BIGINT NOT NULL, source TEXT NOT NULL, value TEXT NOT NULL, "
    "PRIMARY KEY(symbol, metric, period_end, known_at, source)) WITHOUT ROWID",

    // A corrected row stands beside the first one: who looks back must see what was known then.
    "CREATE TABLE short_interest("
    "symbol TEXT NOT NULL, settled BIGINT NOT NULL, is_revised BIGINT NOT NULL, "
    "known_at BIGINT NOT NULL, shares BIGINT NOT NULL, shares_before BIGINT, "
    "average_daily_volume BIGINT, days_to_cover BIGINT, change_percent BIGINT, "
    "is_split BIGINT NOT NULL, market TEXT NOT NULL, issue_name TEXT NOT NULL, "
    "source TEXT NOT NULL, PRIMARY KEY(symbol, settled, is_revised)) WITHOUT ROWID",

    "CREATE TABLE insider_transactions("
    "accession TEXT NOT NULL, line BIGINT NOT NULL, form TEXT NOT NULL, symbol TEXT NOT NULL, "
    "issuer_cik TEXT NOT NULL, owner_cik TEXT NOT NULL, owner_name TEXT NOT NULL, "
    "officer_title TEXT NOT NULL, is_director BIGINT NOT NULL, is_officer BIGINT NOT NULL, "
    "is_ten_percent_owner BIGINT NOT NULL, is_derivative BIGINT NOT NULL, "
    "is_direct BIGINT NOT NULL, is_planned BIGINT, security TEXT NOT NULL, "
    "traded BIGINT NOT NULL, code TEXT NOT NULL, is_acquired BIGINT NOT NULL, shares BIGINT, "
    "price BIGINT, owned_after BIGINT, filed BIGINT, PRIMARY KEY(accession, line)) WITHOUT ROWID",
    "CREATE INDEX insiders_by_symbol ON insider_transactions(symbol, traded)",

    // As src/jobs/fence.h has it: the largest token of each job that wrote here.
    "CREATE TABLE job_fences (job TEXT NOT NULL PRIMARY KEY, token BIGINT NOT NULL)",

    // until_day is empty while the symbol is a member.
    "CREATE TABLE universe("
    "universe TEXT NOT NULL, symbol TEXT NOT NULL, from_day BIGINT NOT NULL, until_day BIGINT, "
    "name TEXT NOT NULL, sector TEXT NOT NULL, cik TEXT NOT NULL, "
    "PRIMARY KEY(universe, symbol, from_day)) WITHOUT ROWID",
};

constexpr std::array kFilings{
    // Also of a filing without transactions it is known that it was taken.
    "CREATE TABLE filings(accession TEXT NOT NULL PRIMARY KEY, lines BIGINT NOT NULL)",
    // On how many days an item was tried in vain, so that one that nobody can read is set aside.
    "CREATE TABLE item_failures(item TEXT NOT NULL PRIMARY KEY, days BIGINT NOT NULL, "
    "last_day BIGINT NOT NULL, message TEXT NOT NULL)",
};

const std::array kMigrations{
    sql::Migration{.name = "market data", .statements = kTables},
    sql::Migration{.name = "filings and failures", .statements = kFilings},
};

}  // namespace

std::span<const sql::Migration> Migrations() {
  return kMigrations;
}

}  // namespace bulwark::store
