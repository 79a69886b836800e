// Runs the real binary in a folder of its own; for tests beside this file.
//
// Threads: one thread.

#pragma once

#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/wait.h>

namespace bulwark::app {

struct BinaryOutcome {
  int exit_code = -1;
  std::string text;  // Standard output and error together.
};

class BinaryTest : public testing::Test {
 protected:
  BinaryTest() { std::filesystem::create_directory(folder_); }
  ~BinaryTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  // Runs `bulwark ARGUMENTS` with the folder as working folder; its data folder is ./data there.
  // Of the environment it gets PATH and `variables` ("A=1 B=2").
  [[nodiscard]] BinaryOutcome Run(const std::string& arguments,
                                  const std::string& variables = "") const {
    return Shell("cd '" + folder_.string() + "' && env -i PATH=\"$PATH\" " + variables + " '" +
                 BULWARK_BINARY + "' " + arguments + " 2>&1");
  }

  // What a line of the shell prints, and its exit code.
  [[nodiscard]] static BinaryOutcome Shell(const std::string& line) {
    BinaryOutcome outcome;
    std::FILE* const pipe = popen(line.c_str(), "r");
    if (pipe == nullptr) {
      return outcome;
    }
    std::array<char, 4096> buffer{};
    while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) {
      outcome.text.append(buffer.data(), count);
    }
    const int status = pclose(pipe);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return outcome;
  }

  // A file in the folder.
  void Write(const std::string& name, std::string_view text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  [[nodiscard]] std::filesystem::path Data() const { return folder_ / "data"; }

  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("bulwark_run_" + std::to_string(std::random_device{}()));
};

}  // namespace bulwark::app
