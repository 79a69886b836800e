// Goal: what is sent whole is whole or says so, and what the peer has not read is known.
// Method: a pair of sockets whose other end reads when the test says so.

#include "venue/paper/line_socket.h"

#include <array>
#include <cstddef>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bulwark::venue::paper {
namespace {

class LineSocketTest : public ::testing::Test {
 protected:
  LineSocketTest() {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends_.data()),
              0);
  }
  void TearDown() override { CloseReader(); }

  // Takes the descriptor of the end under test.
  [[nodiscard]] int writer() const { return ends_[0]; }
  std::string ReadAll() {
    std::string all;
    std::array<char, 4096> bytes{};
    for (auto count = ::read(ends_[1], bytes.data(), bytes.size()); count > 0;
         count = ::read(ends_[1], bytes.data(), bytes.size())) {
      all.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return all;
  }
  void CloseReader() {
    if (ends_[1] >= 0) {
      ::close(ends_[1]);
      ends_[1] = -1;
    }
  }

  std::array<int, 2> ends_{-1, -1};
};

TEST_F(LineSocketTest, SendsALineWholeAndKeepsNothingWhenThereIsNoRoom) {
  LineSocket socket(writer());
  std::string expected;
  WholeOutcome outcome = WholeOutcome::kLeft;
  for (int number = 0; number < 100'000 && outcome == WholeOutcome::kLeft; ++number) {
    const std::string line = "NEW " + std::to_string(number) + "\n";
    outcome = socket.SendWhole(line);
    expected += outcome == WholeOutcome::kLeft ? line : std::string();
  }

  EXPECT_EQ(outcome, WholeOutcome::kNoRoom);
  EXPECT_EQ(socket.unsent(), 0U);
  EXPECT_EQ(ReadAll(), expected);
  EXPECT_TRUE(socket.Flush());
  EXPECT_EQ(ReadAll(), "") << "nothing was kept";
  EXPECT_EQ(socket.SendWhole("NEW\n"), WholeOutcome::kLeft);
}

TEST_F(LineSocketTest, SaysWhenOnlyTheBeginningLeft) {
  LineSocket socket(writer());
  const std::string line(4 * socket.unread_max(), 'x');

  EXPECT_EQ(socket.SendWhole(line), WholeOutcome::kTorn);
}

TEST_F(LineSocketTest, SaysWhenThePeerIsGone) {
  LineSocket socket(writer());
  CloseReader();

  EXPECT_EQ(socket.SendWhole("NEW\n"), WholeOutcome::kLost);
}

TEST_F(LineSocketTest, KnowsWhatThePeerHasNotRead) {
  LineSocket socket(writer());
  EXPECT_EQ(socket.unread(), 0U);
  EXPECT_GT(socket.unread_max(), 0U);

  socket.out() = std::string(10'000, 'x');
  EXPECT_TRUE(socket.Flush());
  EXPECT_GE(socket.unread(), 10'000U);
  EXPECT_LE(socket.unread(), socket.unread_max());

  EXPECT_EQ(ReadAll().size(), 10'000U);
  EXPECT_EQ(socket.unread(), 0U);
}

}  // namespace
}  // namespace bulwark::venue::paper
