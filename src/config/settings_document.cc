#include "config/settings_document.h"

#include <string>
#include <string_view>

#include <fmt/format.h>

#include "config/setting_table.h"
#include "config/setting_text.h"

namespace bulwark::config {
namespace {

constexpr std::string_view kIntro = R"(# Configuration

<!-- Written by `bulwark config docs`; edit src/config/setting_table*.cc instead. -->

Everything has a default: `bulwark up` needs no configuration at all. What you change comes from
four places; the lower one wins:

1. the default below,
2. a YAML file: `--config bulwark.yaml`, or the variable `BULWARK_CONFIG`,
3. the environment: `BULWARK_` and the name in capitals, dots as underscores:
   `BULWARK_API_PORT=9000`,
4. flags: `--set api.port=9000` on any command, any number of times; some have shorter ones.

A typo, a wrong unit or a value out of range is refused at the start, with its place, what was given
and what is allowed; all problems are shown at once.

```sh
bulwark config check --config bulwark.yaml   # explain every mistake
bulwark config show --config bulwark.yaml    # every value, and where it comes from
```

## Example

```yaml
)";

constexpr std::string_view kExample = R"(account:
  initial_cash: 25000
  risk_fraction: 0.05

feed:
  symbols: [BTC/USDT, ETH/USDT]

instruments:
  - {symbol: BTC/USDT, tick: 0.01, lot: 0.00001, min_notional: 5}

strategy:
  enabled: [ema_cross]
  ema_cross: {fast: 9, slow: 21}

risk:
  max_order_notional: 2000
  max_position_pct: 20%

api:
  port: 9000
)";

constexpr std::string_view kValues = R"(```

## How values are written

- Durations carry a unit: `250ms`, `5s`, `30m`, `48h`, `7d` (also `us`, `ns`); `1.5s` is fine, `5`
  is not.
- Numbers are exact decimals with at most 8 places: `0.10`, `100000`. No exponents, no separators.
- Percentages may carry the sign: `25` and `25%` are the same.
- Lists are YAML lists; in the environment and in flags they are written with commas:
  `BTC/USDT,ETH/USDT`.
- Secrets are never printed: `config show` writes `***`.
)";

std::string Code(std::string_view text) {
  return text.empty() ? "empty" : fmt::format("`{}`", text);
}

std::string Allowed(const SettingSpec& spec) {
  std::string allowed = DescribeAllowed(spec);
  if (!spec.unit.empty()) {
    allowed += fmt::format(" ({})", spec.unit);
  }
  return allowed;
}

void AppendSection(const SectionSpec& section, std::string& out) {
  out += fmt::format("\n## {}\n\n{}\n\n", section.title, section.text);
  out += "| setting | default | allowed | what it does |\n| --- | --- | --- | --- |\n";
  for (const SettingSpec& spec : AllSettings()) {
    if (spec.section() == section.prefix) {
      out += fmt::format("| `{}` | {} | {} | {}{} |\n", spec.name, Code(spec.default_text),
                         Allowed(spec), spec.text, spec.is_secret() ? " Secret." : "");
    }
  }
}

}  // namespace

std::string GenerateMarkdown() {
  std::string out(kIntro);
  out += kExample;
  out += kValues;
  for (const SectionSpec& section : AllSections()) {
    AppendSection(section, out);
  }
  return out;
}

std::string_view ExampleFile() {
  return kExample;
}

}  // namespace bulwark::config
