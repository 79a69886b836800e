// Bars from Alpha Vantage and from Alpaca.
//
// Shape:   Alpha Vantage answers the last 100 days or, when the account may, all; a window that
//          begins before what it answered is refused, as it would not be whole. Alpaca answers in
//          pages, which are put together.
// Errors:  as bar_source.h. The key is in no message.
// Threads: one thread.
// Owner:   the fetcher must outlive the source.
// Source:  docs/data.md#alpha-vantage, docs/data.md#alpaca

#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret.h"
#include "sources/bar_source.h"
#include "sources/fetcher.h"

namespace bulwark::sources {

class AlphaVantageBars final : public BarSource {
 public:
  struct Options {
    std::string base_url = "https://www.alphavantage.co";
    base::Secret key;
    bool is_full = false;  // The account may ask for all days.
  };

  AlphaVantageBars(Fetcher& fetcher, Options options);
  [[nodiscard]] std::string_view name() const override { return "alpha_vantage"; }
  base::Result<BarAnswer> Fetch(const BarRequest& request) override;

 private:
  Fetcher& fetcher_;
  Options options_;
};

class AlpacaBars final : public BarSource {
 public:
  struct Options {
    std::string base_url = "https://data.alpaca.markets";
    base::Secret key_id;
    base::Secret secret;
    std::string feed = "iex";
  };
  static constexpr int kPagesMax = 500;  // Of 10,000 bars each.

  AlpacaBars(Fetcher& fetcher, Options options);
  [[nodiscard]] std::string_view name() const override { return "alpaca"; }
  base::Result<BarAnswer> Fetch(const BarRequest& request) override;

 private:
  [[nodiscard]] std::string Url(const BarRequest& request, const std::string& page_token) const;

  Fetcher& fetcher_;
  Options options_;
};

}  // namespace bulwark::sources
