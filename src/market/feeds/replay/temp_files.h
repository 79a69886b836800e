// Recordings made by tests in a directory of their own, which goes away with the object.
//
// Errors:  a file that cannot be written fails the test.
// Threads: one thread.

#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>
#include <zstd.h>

namespace bulwark::market {

class TempFiles {
 public:
  TempFiles() {
    std::string name = (std::filesystem::temp_directory_path() / "bulwark_replay_XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~TempFiles() { std::filesystem::remove_all(directory_); }
  TempFiles(const TempFiles&) = delete;
  TempFiles& operator=(const TempFiles&) = delete;
  TempFiles(TempFiles&&) = delete;
  TempFiles& operator=(TempFiles&&) = delete;

  [[nodiscard]] std::string Path(const std::string& name) const {
    return (directory_ / name).string();
  }
  // Writes the text as it is and answers the path.
  [[nodiscard]] std::string Write(const std::string& name, std::string_view text) const {
    std::ofstream out(Path(name), std::ios::binary);
    out << text;
    EXPECT_TRUE(out.good());
    return Path(name);
  }
  // Compresses the text and writes this share of the result.
  [[nodiscard]] std::string WriteZstd(const std::string& name, std::string_view text,
                                      double share = 1.0) const {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
    const double kept = static_cast<double>(packed.size()) * share;
    return Write(name, std::string_view(packed).substr(0, static_cast<std::size_t>(kept)));
  }

 private:
  std::filesystem::path directory_;
};

}  // namespace bulwark::market
