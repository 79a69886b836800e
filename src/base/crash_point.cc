#include "base/crash_point.h"

#include <atomic>
#include <charconv>
#include <cstdint>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

namespace bulwark::base {
namespace {

// Written once before the flag is set; afterwards only `left` changes.
struct Armed {
  std::string_view point;
  const char* mark = nullptr;
  std::atomic<std::int64_t> left = 1;
};
constinit Armed armed;

bool IsPoint(const DurableWrite& write, bool is_after) {
  const std::string_view name = write.name;
  const std::string_view end = is_after ? ".after" : ".before";
  return armed.point.size() == name.size() + end.size() && armed.point.starts_with(name) &&
         armed.point.ends_with(end);
}

}  // namespace

void ArmCrashPoints(const char* point, const char* mark) {
  if (point == nullptr || *point == '\0') {
    return;
  }
  std::string_view text = point;
  if (const auto colon = text.find(':'); colon != std::string_view::npos) {
    std::int64_t times = 1;
    const std::string_view digits = text.substr(colon + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), times);
    armed.left.store(times);
    text = text.substr(0, colon);
  }
  armed.point = text;
  armed.mark = mark;
  are_crash_points_armed.store(true);
}

void ReachCrashPoint(const DurableWrite& write, bool is_after) {
  if (!IsPoint(write, is_after) || armed.left.fetch_sub(1) != 1) {
    return;
  }
  if (armed.mark != nullptr) {
    const int descriptor = ::open(armed.mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
      return;  // Somebody was killed here before us.
    }
    ::close(descriptor);
  }
  ::kill(::getpid(), SIGKILL);
  for (;;) {
    ::pause();  // The signal may take a moment to find this thread.
  }
}

}  // namespace bulwark::base
