#include "net/static_files.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <ios>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/result.h"
#include "net/message.h"

namespace bulwark::net {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".webmanifest", "application/manifest+json"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
}};

std::string_view TypeOf(const fs::path& file) {
  const std::string extension = file.extension().string();
  const auto* it = std::find_if(kTypes.begin(), kTypes.end(),
                                [&](const auto& type) { return type.first == extension; });
  return it == kTypes.end() ? "application/octet-stream" : it->second;
}

// Every part of the path must be a plain visible name: no "..", no ".", no ".git", no backslash.
bool IsPlainPath(std::string_view path) {
  return path.starts_with('/') && path.find("/.") == std::string_view::npos &&
         path.find("//") == std::string_view::npos && path.find('\\') == std::string_view::npos;
}

// The canonical file, if it is a regular file inside `root` after all links are followed.
std::optional<fs::path> Resolve(const fs::path& root, std::string_view path) {
  std::error_code error;
  fs::path file = fs::canonical(root / fs::path(path.substr(1)), error);
  if (error || !fs::is_regular_file(file, error) || error) {
    return std::nullopt;
  }
  const auto [root_end, rest] = std::mismatch(root.begin(), root.end(), file.begin(), file.end());
  if (root_end != root.end()) {
    return std::nullopt;
  }
  return file;
}

}  // namespace

base::Result<StaticFiles> StaticFiles::Open(const fs::path& root) {
  std::error_code error;
  const fs::path canonical = fs::canonical(root, error);
  if (error || !fs::is_regular_file(canonical / "index.html", error)) {
    return base::Fail(base::ErrorCode::kNotFound,
                      fmt::format("no index.html in {}", root.string()));
  }
  return StaticFiles(canonical);
}

Response StaticFiles::Serve(const Request& request) const {
  const std::string& asked = request.target.path;
  const std::string path = asked == "/" ? "/index.html" : asked;
  const auto file = IsPlainPath(path) ? Resolve(root_, path) : std::nullopt;
  if (!file) {
    return ErrorResponse(404, "not found");
  }
  std::error_code error;
  const std::uintmax_t size = fs::file_size(*file, error);
  const auto changed = fs::last_write_time(*file, error).time_since_epoch().count();
  if (error || size > kFileBytesMax) {
    return ErrorResponse(404, "not found");
  }
  const bool is_hashed = path.starts_with("/assets/");
  const std::string tag = fmt::format("\"{:x}-{:x}\"", size, changed);
  Response response{
      .status = 200, .content_type = std::string(TypeOf(*file)), .body = {}, .headers = {}};
  response.headers.emplace_back("ETag", tag);
  response.headers.emplace_back("Cache-Control",
                                is_hashed ? "public, max-age=31536000, immutable" : "no-cache");
  if (request.Header("if-none-match") == tag) {
    response.status = 304;
    return response;
  }
  std::ifstream in(*file, std::ios::binary);
  response.body.assign(std::istreambuf_iterator<char>(in), {});
  return in.bad() || response.body.size() != size ? ErrorResponse(404, "not found") : response;
}

}  // namespace bulwark::net
