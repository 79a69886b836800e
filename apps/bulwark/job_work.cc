#include "job_work.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "base/clock.h"
#include "base/result.h"
#include "base/time.h"
#include "cache/cache.h"
#include "collect/altdata.h"
#include "collect/backfill_job.h"
#include "collect/cached_overviews.h"
#include "collect/daily_bars.h"
#include "collect/weekly_fundamentals.h"
#include "config/settings.h"
#include "jobs/job.h"
#include "jobs/work_marks.h"
#include "redis/connection.h"
#include "redis/dialer.h"
#include "redis/url.h"
#include "redis_access.h"
#include "sources/company_sources.h"
#include "sources/fetcher.h"
#include "sources/publishers.h"
#include "sql/connection.h"
#include "store/store.h"
#include "store_access.h"
#include "vendor_access.h"
#include "vendor_door.h"

namespace bulwark::app {
namespace {

// The trader must know within a moment that Redis is slow; a job would only fail for nothing.
constexpr base::Nanos kRedisPatience = std::chrono::seconds{5};

redis::ConnectionOptions PatientOptions(const config::Settings& settings) {
  redis::ConnectionOptions options = RedisOptionsOf(settings, "bulwark-jobs");
  options.connect_timeout = std::max(options.connect_timeout, kRedisPatience);
  options.call_timeout = std::max(options.call_timeout, kRedisPatience);
  return options;
}

// Of every run: the store, and Redis for marks and limits.
struct Opened {
  redis::Url url;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<redis::Connection> redis;
  std::unique_ptr<redis::UrlDialer> dialer = {};  // The cache's.
  std::unique_ptr<cache::Cache> cache = {};
};

base::Result<Opened> OpenFor(const JobPlace& place) {
  auto store = OpenStore(place.settings, place.paths, sql::Access::kReadWrite);
  const auto url = RedisUrlOf(place.settings, place.paths);
  if (!store || !url) {
    return tl::unexpected<base::Error>(store ? url.error() : store.error());
  }
  auto redis = redis::Connection::Connect(*url, PatientOptions(place.settings));
  if (!redis) {
    return tl::unexpected<base::Error>(redis.error());
  }
  Opened opened{.url = *url, .store = *std::move(store), .redis = *std::move(redis)};
  opened.dialer = std::make_unique<redis::UrlDialer>(*url);
  opened.cache = std::make_unique<cache::Cache>(cache::CacheOptions{.call_timeout = kRedisPatience},
                                                *opened.dialer);
  return opened;
}

base::Result<std::unique_ptr<VendorAccess>> BarsFor(const JobPlace& place, const Opened& opened,
                                                    jobs::JobContext& context) {
  const config::JobsSettings& jobs = place.settings.jobs;
  return VendorAccess::Create({.source = jobs.source,
                               .base_url = jobs.source_url,
                               .limits = jobs.source_limits,
                               .redis = opened.url,
                               .is_stopped = [&context] { return context.ShouldStop(); }},
                              place.paths);
}

base::Result<std::unique_ptr<VendorDoor>> DoorFor(const Opened& opened, jobs::JobContext& context,
                                                  DoorOptions options) {
  options.redis = opened.url;
  // Asked many times a second while a call waits or runs: the moment to hold the cache's lock.
  options.is_stopped = [&context, cache = opened.cache.get()] {
    cache->KeepLock();
    return context.ShouldStop();
  };
  return VendorDoor::Open(options);
}

std::unique_ptr<sources::ShortInterestSource> ShortsFor(const config::JobsSettings& jobs,
                                                        sources::Fetcher& fetcher) {
  if (jobs.finra_api_url.empty()) {
    return std::make_unique<sources::FinraFiles>(fetcher, jobs.finra_url);
  }
  return std::make_unique<sources::FinraApi>(fetcher, jobs.finra_api_url);
}

}  // namespace

base::Result<void> DoDailyBars(const JobPlace& place, jobs::JobContext& context) {
  const auto opened = OpenFor(place);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  const auto vendor = BarsFor(place, *opened, context);
  if (!vendor) {
    return tl::unexpected<base::Error>(vendor.error());
  }
  jobs::WorkMarks marks(*opened->redis);
  collect::DailyBarsJob job({.store = *opened->store,
                             .source = (*vendor)->source(),
                             .marks = marks,
                             .calendar = place.calendar,
                             .clock = base::SystemClock(),
                             .cache = opened->cache.get()},
                            place.settings.jobs.universe);
  return job.Run(context);
}

base::Result<void> DoBackfill(const JobPlace& place, jobs::JobContext& context) {
  const auto opened = OpenFor(place);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  const auto vendor = BarsFor(place, *opened, context);
  if (!vendor) {
    return tl::unexpected<base::Error>(vendor.error());
  }
  jobs::WorkMarks marks(*opened->redis);
  return collect::RunBackfill({.store = *opened->store,
                               .source = (*vendor)->source(),
                               .marks = marks,
                               .calendar = place.calendar,
                               .clock = base::SystemClock()},
                              place.settings.jobs.universe, context);
}

base::Result<void> DoWeeklyFundamentals(const JobPlace& place, jobs::JobContext& context) {
  const auto opened = OpenFor(place);
  const auto key = VendorKey(place.paths, "ALPHAVANTAGE_API_KEY");
  if (!opened || !key) {
    return tl::unexpected<base::Error>(opened ? key.error() : opened.error());
  }
  const auto door = DoorFor(
      *opened, context, {.name = "alpha_vantage", .limits = place.settings.jobs.overview_limits});
  if (!door) {
    return tl::unexpected<base::Error>(door.error());
  }
  sources::AlphaVantageOverviews vendor(
      (*door)->fetcher(), {.base_url = place.settings.jobs.overview_url, .key = *key});
  collect::CachedOverviews overviews(*opened->cache, vendor);
  jobs::WorkMarks marks(*opened->redis);
  collect::WeeklyFundamentals job({.store = *opened->store,
                                   .source = overviews,
                                   .marks = marks,
                                   .clock = base::SystemClock(),
                                   .cache = opened->cache.get()},
                                  place.settings.jobs.universe);
  return job.Run(context);
}

base::Result<void> DoAltdata(const JobPlace& place, jobs::JobContext& context) {
  const config::JobsSettings& jobs = place.settings.jobs;
  if (jobs.contact.find('@') == std::string::npos) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      "jobs.contact is not set: the SEC answers only who says his name and e-mail");
  }
  const auto opened = OpenFor(place);
  if (!opened) {
    return tl::unexpected<base::Error>(opened.error());
  }
  const auto finra = DoorFor(*opened, context, {.name = "finra", .limits = "10/min"});
  // Half of the ten that the SEC allows to all machines together.
  const auto edgar =
      DoorFor(*opened, context, {.name = "edgar", .limits = "5/s", .user_agent = jobs.contact});
  if (!finra || !edgar) {
    return tl::unexpected<base::Error>(finra ? edgar.error() : finra.error());
  }
  const auto shorts = ShortsFor(jobs, (*finra)->fetcher());
  sources::Edgar filings((*edgar)->fetcher(), jobs.edgar_url);
  jobs::WorkMarks marks(*opened->redis);
  collect::Altdata job({.store = *opened->store,
                        .shorts = *shorts,
                        .filings = filings,
                        .marks = marks,
                        .calendar = place.calendar},
                       jobs.universe);
  return job.Run(context);
}

}  // namespace bulwark::app
