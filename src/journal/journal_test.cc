// Goal: the events of a run come back with their numbers, whatever happens to the disk and to the
//       process; what is lost is a visible gap; the files stay within their bound.
// Method: a tap and a recorder on a folder, worked by hand; files cut at every byte and damaged.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"
#include "journal/recorder.h"
#include "journal/run_reader.h"
#include "journal/runs.h"
#include "journal/segment.h"
#include "journal/tap.h"
#include "journal/testing.h"
#include "model/event.h"
#include "model/instrument.h"

namespace bulwark::journal {
namespace {

namespace fs = std::filesystem;
using std::string_literals::operator""s;

model::Event TimerAt(std::int64_t number) {
  return model::Timer{.at = base::UnixNanos{base::Nanos{number}}};
}

struct Seen {
  std::vector<std::uint64_t> sequences;
  std::vector<std::string> events;
  Ending ending = Ending::kCut;
  std::uint64_t last = 0;
};

class JournalTest : public testing::Test {
 protected:
  RecorderOptions Options(std::uint64_t epoch) {
    return {.root = folder_.path() / "journal",
            .epoch = epoch,
            .layout = "layout",
            .start = "start of " + std::to_string(epoch)};
  }
  base::Result<RunReader> Open(std::uint64_t epoch) {
    auto reader = RunReader::Open(folder_.path() / "journal", epoch, "layout");
    if (reader) {
      reader->SetInstruments(model::kInstrumentsMax);
    }
    return reader;
  }
  Seen ReadAll(std::uint64_t epoch) {
    Seen seen;
    auto reader = Open(epoch);
    EXPECT_TRUE(reader) << (reader ? "" : reader.error().message);
    while (reader) {
      const auto event = reader->Next();
      EXPECT_TRUE(event) << (event ? "" : event.error().message);
      if (!event || !*event) {
        break;
      }
      seen.sequences.push_back((*event)->sequence);
      seen.events.push_back(BytesOf((*event)->event));
    }
    seen.ending = reader->ending();
    seen.last = reader->last_sequence();
    return seen;
  }
  fs::path File(std::uint64_t epoch, std::uint64_t first) {
    return folder_.path() / "journal" / std::to_string(epoch) / SegmentName(first);
  }

  TempFolder folder_;
};

TEST_F(JournalTest, GivesBackTheEventsOfARunAndItsStart) {
  RandomValues random(11);
  Tap tap;
  Recorder recorder(Options(3), tap);
  std::vector<std::string> written;
  for (int round = 0; round < 100; ++round) {
    for (std::uint64_t count = random.Below(50); count > 0; --count) {
      const model::Event event = random.Event();
      tap.Note(event);
      written.push_back(BytesOf(event));
    }
    recorder.DoWork();
  }
  recorder.Finish();

  const Seen seen = ReadAll(3);

  EXPECT_EQ(seen.events, written);
  EXPECT_EQ(seen.sequences.front(), 1U);
  EXPECT_EQ(seen.sequences.back(), written.size());
  EXPECT_EQ(seen.ending, Ending::kClosed);
  EXPECT_EQ(seen.last, written.size());
  EXPECT_EQ(Open(3)->info().start, "start of 3");
}

TEST_F(JournalTest, MarksWhatAFullRingLost) {
  Tap tap(256);
  Recorder recorder(Options(1), tap);
  for (int at = 1; at <= 40; ++at) {
    tap.Note(TimerAt(at));
  }
  recorder.DoWork();
  for (int at = 41; at <= 45; ++at) {
    tap.Note(TimerAt(at));
  }
  recorder.Finish();

  const Seen seen = ReadAll(1);

  EXPECT_GT(tap.lost(), 0U);
  EXPECT_EQ(seen.events.size() + tap.lost(), 45U);
  EXPECT_EQ(seen.last, 45U);
  for (std::size_t at = 0; at < seen.events.size(); ++at) {
    EXPECT_EQ(seen.events[at], BytesOf(TimerAt(static_cast<std::int64_t>(seen.sequences[at]))));
  }
}

TEST_F(JournalTest, TellsThatTheEndIsLost) {
  Tap tap(64);
  Recorder recorder(Options(1), tap);
  for (int at = 1; at <= 20; ++at) {
    tap.Note(TimerAt(at));
  }
  recorder.Finish();

  const Seen seen = ReadAll(1);

  EXPECT_LT(seen.sequences.back(), 20U);
  EXPECT_EQ(seen.last, 20U);
}

TEST_F(JournalTest, ReadsAFileThatIsCutAnywhereUpToItsLastWholeBlock) {
  Tap tap;
  Recorder recorder(Options(1), tap);
  std::vector<std::uintmax_t> ends;
  for (int at = 1; at <= 5; ++at) {
    tap.Note(TimerAt(at));
    recorder.DoWork();
    ends.push_back(fs::file_size(File(1, 1)));
  }
  std::string whole;
  {
    std::ifstream in(File(1, 1), std::ios::binary);
    whole.assign(std::istreambuf_iterator<char>(in), {});
  }
  const std::size_t header = ends[0] - (ends[1] - ends[0]);
  for (std::size_t size = header; size <= whole.size(); ++size) {
    std::ofstream(File(1, 1), std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    std::size_t expected = 0;
    while (expected < ends.size() && ends[expected] <= size) {
      ++expected;
    }

    const Seen seen = ReadAll(1);

    ASSERT_EQ(seen.events.size(), expected) << "cut at " << size;
    ASSERT_EQ(seen.ending, Ending::kCut);
  }
}

TEST_F(JournalTest, NeverGivesOutADamagedBlock) {
  Tap tap;
  Recorder recorder(Options(1), tap);
  for (int at = 1; at <= 3; ++at) {
    tap.Note(TimerAt(at));
    recorder.DoWork();
  }
  const std::size_t size = fs::file_size(File(1, 1));
  for (std::size_t at = size - 40; at < size; ++at) {
    std::fstream file(File(1, 1), std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(static_cast<std::streamoff>(at));
    const char good = static_cast<char>(file.get());
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(good ^ 0x10));
    file.flush();

    const Seen seen = ReadAll(1);

    for (std::size_t i = 0; i < seen.events.size(); ++i) {
      ASSERT_EQ(seen.events[i], BytesOf(TimerAt(static_cast<std::int64_t>(i) + 1)));
    }
    ASSERT_LT(seen.events.size(), 3U) << "byte " << at;
    file.seekp(static_cast<std::streamoff>(at));
    file.put(good);
  }
}

TEST_F(JournalTest, KeepsTheNewestFilesWithinTheBound) {
  constexpr std::uint64_t kBound = 64 << 10U;
  for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
    Tap tap;
    RecorderOptions options = Options(epoch);
    options.bytes_max = kBound;
    Recorder recorder(options, tap);
    for (int at = 1; at <= 6'000; ++at) {
      tap.Note(TimerAt(at));
      recorder.DoWork();
    }
    recorder.Finish();
  }
  const auto files = *ListSegments(folder_.path() / "journal");
  std::uint64_t total = 0;
  for (const SegmentFile& file : files) {
    total += file.bytes;
  }

  EXPECT_LE(total, kBound + kBound / 8);
  EXPECT_GE(total, kBound / 2);
  EXPECT_EQ(files.front().epoch, 3U);
  EXPECT_FALSE(fs::exists(folder_.path() / "journal" / "1"));
  EXPECT_EQ(ReadAll(3).last, 6'000U);
  EXPECT_GT(Open(3)->info().first_sequence, 1U);
}

TEST_F(JournalTest, GoesOnWithAGapAfterTheDiskWasAway) {
  const fs::path root = folder_.path() / "journal";
  std::ofstream(root) << "a file where the folder should be";
  Tap tap;
  RecorderOptions options = Options(1);
  options.retry_after = base::Nanos{0};
  Recorder recorder(options, tap);
  tap.Note(TimerAt(1));
  recorder.DoWork();
  EXPECT_TRUE(tap.is_failing());
  fs::remove(root);
  tap.Note(TimerAt(2));
  recorder.DoWork();
  EXPECT_FALSE(tap.is_failing());
  tap.Note(TimerAt(3));
  recorder.Finish();

  const Seen seen = ReadAll(1);

  EXPECT_EQ(seen.sequences, (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(seen.events.back(), BytesOf(TimerAt(3)));
  EXPECT_EQ(seen.ending, Ending::kClosed);
}

TEST_F(JournalTest, SaysWhatIsMissingOrFromAnotherVersion) {
  Tap tap;
  Recorder recorder(Options(1), tap);
  recorder.Finish();

  EXPECT_EQ(Open(2).error().code, base::ErrorCode::kNotFound);
  const auto other = RunReader::Open(folder_.path() / "journal", 1, "another");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, base::ErrorCode::kCorrupt);
  EXPECT_NE(other.error().message.find("another version"), std::string::npos);
}

TEST(SegmentTest, RefusesWhatIsNoJournal) {
  for (const std::string& bytes :
       {""s, "BULWARKJ"s, "BULWARKX\1\0\0\0\0\0\0\0\0\0\0\0"s, "BULWARKJ\2\0\0\0\0\0\0\0\0\0\0\0"s,
        "BULWARKJ\1\0\0\0\377\377\377\377\0\0\0\0"s}) {
    const auto segment = SegmentReader::FromBytes(bytes, "here");

    ASSERT_FALSE(segment);
    EXPECT_EQ(segment.error().code, base::ErrorCode::kCorrupt);
    EXPECT_TRUE(segment.error().message.starts_with("here: "));
  }
}

TEST(SegmentTest, ReadsTheNumberOutOfAFileName) {
  EXPECT_EQ(SequenceOfName(SegmentName(1'234'567)), 1'234'567U);
  EXPECT_EQ(SequenceOfName("1.journal"), std::nullopt);
  EXPECT_EQ(SequenceOfName("0000000000000000000x.journal"), std::nullopt);
  EXPECT_EQ(SequenceOfName("00000000000000000001.tmp.abc"), std::nullopt);
}

}  // namespace
}  // namespace bulwark::journal
