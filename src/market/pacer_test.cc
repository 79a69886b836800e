// Goal: events are released at their recorded distances, whatever the recording or the caller does.
// Method: short schedules by hand; a random recording whose total time is known.

#include "market/pacer.h"

#include <chrono>
#include <limits>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "base/result.h"
#include "base/time.h"

namespace bulwark::market {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr base::UnixNanos kStart{seconds{1'700'000'000}};
constexpr base::Nanos kNow = seconds{500};

Pacer At(std::optional<double> speed) {
  Pacer pacer = *Pacer::Create({.speed = speed});
  EXPECT_EQ(pacer.Wait(kStart, kNow), seconds{0});
  return pacer;
}

TEST(PacerTest, KeepsTheRecordedDistanceAtSpeedOne) {
  Pacer pacer = At(1.0);

  EXPECT_EQ(pacer.Wait(kStart + milliseconds{300}, kNow), milliseconds{300});
  EXPECT_EQ(pacer.Wait(kStart + milliseconds{300}, kNow + milliseconds{300}), seconds{0});
  EXPECT_EQ(pacer.Wait(kStart + milliseconds{1'000}, kNow + milliseconds{350}), milliseconds{650});
}

TEST(PacerTest, DividesTheDistanceByTheSpeed) {
  Pacer pacer = At(10.0);

  EXPECT_EQ(pacer.Wait(kStart + milliseconds{300}, kNow), milliseconds{30});
}

TEST(PacerTest, NeverWaitsAtFullSpeed) {
  Pacer pacer = At(std::nullopt);

  EXPECT_EQ(pacer.Wait(kStart + hours{1}, kNow), seconds{0});
}

TEST(PacerTest, ShortensALongGap) {
  Pacer pacer = At(1.0);

  EXPECT_EQ(pacer.Wait(kStart + hours{60}, kNow), seconds{2});
  EXPECT_EQ(pacer.Wait(kStart + hours{60} + milliseconds{5}, kNow + seconds{2}), milliseconds{5});
}

TEST(PacerTest, ReleasesAtOnceWhatGoesBackALittleAndDoesNotDrift) {
  Pacer pacer = At(1.0);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(pacer.Wait(kStart - milliseconds{500}, kNow), seconds{0});
    EXPECT_EQ(pacer.Wait(kStart, kNow), seconds{0});
  }

  EXPECT_EQ(pacer.Wait(kStart + milliseconds{7}, kNow), milliseconds{7});
}

TEST(PacerTest, GoesOnFromATimeThatWentFarBack) {
  Pacer pacer = At(1.0);

  EXPECT_EQ(pacer.Wait(kStart - hours{9}, kNow), seconds{0});
  EXPECT_EQ(pacer.Wait(kStart - hours{9} + milliseconds{7}, kNow), milliseconds{7});
}

TEST(PacerTest, DoesNotMakeAStoppedCallerCatchUp) {
  Pacer pacer = At(1.0);
  const base::Nanos later = kNow + seconds{60};

  EXPECT_EQ(pacer.Wait(kStart + milliseconds{10}, later), seconds{0});
  EXPECT_EQ(pacer.Wait(kStart + milliseconds{25}, later), milliseconds{15});
}

TEST(PacerTest, AddsUpToTheRecordedTime) {
  std::mt19937_64 random{20240607};
  Pacer pacer = At(3.0);
  base::UnixNanos event_at = kStart;
  base::Nanos now = kNow;
  for (int step = 0; step < 1'000; ++step) {
    event_at += milliseconds{random() % 3'000};
    now += pacer.Wait(event_at, now);
  }

  EXPECT_NEAR(static_cast<double>((now - kNow).count()) * 3.0,
              static_cast<double>((event_at - kStart).count()), 3'000.0);
}

TEST(PacerTest, CreateRejectsASpeedThatMeansNothing) {
  for (const double speed : {0.0, -1.0, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_FALSE(Pacer::Create({.speed = speed}).has_value());
  }
  EXPECT_FALSE(Pacer::Create({.gap_max = seconds{0}}).has_value());
}

TEST(PacerTest, SurvivesATinySpeed) {
  Pacer pacer = At(1e-300);

  EXPECT_EQ(pacer.Wait(kStart + milliseconds{1}, kNow), seconds{2});
}

}  // namespace
}  // namespace bulwark::market
