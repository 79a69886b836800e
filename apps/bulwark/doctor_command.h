// `bulwark doctor [--json]`: whether this machine and its Redis are fit; exit code 1 on any red
// line.
//
// Threads: the main thread only.

#pragma once

#include <CLI/CLI.hpp>

#include "app_context.h"

namespace bulwark::app {

void AddDoctorCommand(CLI::App& root, AppContext& context);

}  // namespace bulwark::app
