// Numbers and times as the contract writes them, appended to a caller's buffer.
//
// Shape:   a float always has a point or an exponent: "100000.0". Plain form is for compact
//          documents ("0.00001"); Python form is what repr(float) prints ("1e-05", "1.5e-07",
//          "1e+16"). A Decimal prints its exact digits, so no cent is lost to a reader that keeps
//          decimals; below 1e15 steps (10 million units) they are also the shortest digits of the
//          nearest double.
// Units:   times are UTC, cut to microseconds; the fraction has 6 digits or is absent when it is 0.
// Errors:  a NaN or infinite double stops the process: callers never have one to show.
//          ParseFloat() refuses everything but one finite number with optional blanks around it.
// Threads: any. Allocates only when `out` has to grow.
// Source:  contract section 0.2

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/decimal.h"
#include "base/iso_time.h"
#include "base/result.h"
#include "base/time.h"

namespace bulwark::contract {

void AppendFloat(std::string& out, base::Decimal value);
// Requires: `value` is finite.
void AppendFloat(std::string& out, double value);

void AppendPythonFloat(std::string& out, base::Decimal value);
// Requires: `value` is finite.
void AppendPythonFloat(std::string& out, double value);

void AppendInteger(std::string& out, std::int64_t value);
void AppendTime(std::string& out, base::UnixNanos at, base::IsoSuffix suffix);

base::Result<double> ParseFloat(std::string_view text);
// Reads a number with or without exponent; digits below 1e-8 are rounded half even.
base::Result<base::Decimal> ParseDecimal(std::string_view text);

}  // namespace bulwark::contract
