#include "config/yaml_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <fstream>
#include <ios>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/decimal.h"
#include "base/result.h"
#include "config/nearest.h"
#include "config/setting_table.h"
#include "config/setting_text.h"
#include "config/setting_value.h"
#include "config/settings.h"

namespace bulwark::config {
namespace {

struct Position {
  int line = 1;
  int column = 1;
};

Position At(const YAML::Mark& mark) {
  return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
}

// The parser's own words do not tell the most common cause.
std::string TabHint(const std::string& text, int line) {
  std::size_t start = 0;
  for (int skipped = 1; skipped < line && start < text.size(); ++skipped) {
    start = std::min(text.find('\n', start), text.size() - 1) + 1;
  }
  const std::size_t first = text.find_first_not_of(' ', start);
  const bool has_tab = first != std::string::npos && text[first] == '\t';
  return has_tab ? " (indent with blanks, not with a tab)" : "";
}

// Remembers where documents begin and forgets all else.
class DocumentStarts : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override { last_ = mark; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnAlias(const YAML::Mark& /*mark*/, YAML::anchor_t /*anchor*/) override {}
  void OnScalar(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                const std::string& /*value*/) override {}
  void OnSequenceStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/,
                       YAML::anchor_t /*anchor*/, YAML::EmitterStyle::value /*style*/) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark& /*mark*/, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  YAML::EmitterStyle::value /*style*/) override {}
  void OnMapEnd() override {}

  [[nodiscard]] const YAML::Mark& last() const { return last_; }

 private:
  YAML::Mark last_;
};

// Where something follows the first document, be it another one or a stray bracket. YAML::Load()
// drops it without a word, and YAML::LoadAll() of yaml-cpp 0.7 never ends on some of it (",Si").
std::optional<Position> PlaceOfSurplus(const std::string& text) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  DocumentStarts starts;
  if (parser.HandleNextDocument(starts) && parser.HandleNextDocument(starts)) {
    return At(starts.last());
  }
  return std::nullopt;
}

class Reader {
 public:
  Reader(const ConfigText& source, std::vector<Problem>& problems)
      : source_(source), problems_(problems) {}

  void ReadRoot(const YAML::Node& root) {
    if (!root.IsMap()) {
      Report(At(root.Mark()), "the file must be a map of settings, such as 'api: {port: 8080}'");
      return;
    }
    // Breadth first, and only below known names: the depth is bounded by the table, whatever
    // anchors and aliases the file holds.
    sections_.push_back({root, ""});
    while (!sections_.empty() && problems_.size() < kProblemsMax) {
      const Section section = sections_.front();
      sections_.pop_front();
      ReadSection(section);
    }
  }

  void Report(Position at, std::string message) {
    if (problems_.size() < kProblemsMax) {
      problems_.push_back({Place(at), std::move(message), at.line, at.column});
    }
  }

  std::vector<Assignment> TakeAssignments() { return std::move(assignments_); }

 private:
  struct Section {
    YAML::Node node;
    std::string prefix;
  };

  void ReadSection(const Section& section) {
    for (const auto& entry : section.node) {
      if (problems_.size() == kProblemsMax) {
        return;
      }
      ReadEntry(section.prefix, entry.first, entry.second);
    }
  }

  void ReadEntry(const std::string& prefix, const YAML::Node& key, const YAML::Node& value) {
    const Position at = At(key.Mark());
    if (!key.IsScalar() || key.Scalar().empty()) {
      Report(at, "a name must be a plain word");
      return;
    }
    const std::string name = prefix + key.Scalar();
    const auto [earlier, is_new] = seen_.emplace(name, at.line);
    if (!is_new) {
      Report(at, fmt::format("{} is given twice, first in line {}", Quoted(name), earlier->second));
      return;
    }
    if (const SettingSpec* const spec = FindSetting(name)) {
      ReadSetting(*spec, at, value);
    } else if (!IsSettingPrefix(name)) {
      Report(at, UnknownSetting(name));
    } else if (value.IsMap()) {
      sections_.push_back({value, name + "."});
    } else if (!value.IsNull()) {
      Report(At(value.Mark()), fmt::format("{}: must be a section with settings below it", name));
    }
  }

  void ReadSetting(const SettingSpec& spec, Position key_at, const YAML::Node& value) {
    if (value.IsNull()) {
      Report(key_at,
             fmt::format("{}: has no value; remove the line to keep the default", spec.name));
      return;
    }
    Assignment assignment{.spec = &spec, .text = {}, .instruments = {}, .origin = {}};
    const Position at = At(value.Mark());
    assignment.origin = {Place(at), fmt::format("{}:{}", source_.name, at.line), at.line,
                         at.column};
    const bool is_list = spec.type == SettingType::kSymbols || spec.type == SettingType::kChoices;
    if (value.IsScalar()) {
      assignment.text = value.Scalar();
    } else if (value.IsSequence() && spec.type == SettingType::kInstruments) {
      assignment.instruments = ReadInstruments(value);
    } else if (value.IsSequence() && is_list) {
      assignment.text = JoinWords(spec, value);
    } else {
      Report(at, fmt::format("{}: is a {}; allowed: {}", spec.name, value.IsMap() ? "map" : "list",
                             DescribeAllowed(spec)));
      return;
    }
    assignments_.push_back(std::move(assignment));
  }

  std::string JoinWords(const SettingSpec& spec, const YAML::Node& list) {
    std::string words;
    for (const YAML::Node& item : list) {
      // A word with a comma would become two.
      if (!item.IsScalar() || item.Scalar().find(',') != std::string::npos) {
        Report(At(item.Mark()), fmt::format("{}: an item of the list is not a single word; "
                                            "allowed: {}",
                                            spec.name, DescribeAllowed(spec)));
        continue;
      }
      words += (words.empty() ? "" : ",") + item.Scalar();
      if (words.size() > kValueMax) {
        break;  // ParseValue() refuses it for its length.
      }
    }
    return words;
  }

  std::vector<InstrumentSettings> ReadInstruments(const YAML::Node& list) {
    constexpr std::size_t kInstrumentsMax = 64;
    std::vector<InstrumentSettings> instruments;
    for (const YAML::Node& item : list) {
      const Position at = At(item.Mark());
      if (instruments.size() == kInstrumentsMax) {
        Report(at, fmt::format("instruments: more than {} entries", kInstrumentsMax));
        break;
      }
      if (!item.IsMap()) {
        Report(at, "instruments: each entry must be a map such as {symbol: BTC/USDT, tick: 0.01}");
        continue;
      }
      InstrumentSettings instrument;
      std::vector<std::string> fields;
      for (const auto& field : item) {
        ReadField(field.first, field.second, fields, instrument);
      }
      const bool is_twice = std::ranges::any_of(
          instruments, [&](const auto& other) { return other.symbol == instrument.symbol; });
      if (instrument.symbol.empty() && std::ranges::find(fields, "symbol") == fields.end()) {
        Report(at, "instruments: an entry has no symbol");
      } else if (is_twice && !instrument.symbol.empty()) {
        Report(at, fmt::format("instruments: {} is listed twice", instrument.symbol));
      }
      instruments.push_back(std::move(instrument));
    }
    return instruments;
  }

  void ReadField(const YAML::Node& key, const YAML::Node& value, std::vector<std::string>& fields,
                 InstrumentSettings& instrument) {
    const std::string name = key.IsScalar() ? key.Scalar() : "";
    if (std::ranges::find(fields, name) != fields.end()) {
      Report(At(key.Mark()), fmt::format("instruments: {} is given twice", Quoted(name)));
      return;
    }
    fields.push_back(name);
    if (!value.IsScalar()) {
      Report(At(value.IsNull() ? key.Mark() : value.Mark()),
             fmt::format("instruments: {} must have one value", Quoted(name)));
      return;
    }
    const auto wrong = StoreField(name, value.Scalar(), instrument);
    if (wrong) {
      Report(At(wrong->is_name ? key.Mark() : value.Mark()), "instruments: " + wrong->message);
    }
  }

  struct Wrong {
    std::string message;
    bool is_name;
  };

  static std::optional<Wrong> StoreSymbol(const std::string& name, const std::string& text,
                                          InstrumentSettings& instrument) {
    // Only the venue's own spelling may have lower case.
    std::string upper = text;
    if (name == "venue_symbol") {
      std::ranges::replace_if(upper, [](char c) { return c >= 'a' && c <= 'z'; }, 'X');
    }
    if (!IsSymbol(upper)) {
      return Wrong{name + ": " + Quoted(text) + " is not a symbol such as BTC/USDT or MSFT", false};
    }
    (name == "symbol" ? instrument.symbol : instrument.venue_symbol.emplace()) = text;
    return std::nullopt;
  }

  static std::optional<Wrong> StoreSector(const std::string& text, InstrumentSettings& instrument) {
    constexpr std::size_t kLengthMax = 32;
    const bool is_clean = std::ranges::all_of(text, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == ' ';
    });
    if (text.empty() || text.size() > kLengthMax || !is_clean) {
      return Wrong{fmt::format("sector: {} is not a name of at most {} small letters, digits, "
                               "spaces and underscores",
                               Quoted(text), kLengthMax),
                   false};
    }
    instrument.sector = text;
    return std::nullopt;
  }

  static std::optional<Wrong> StoreField(const std::string& name, const std::string& text,
                                         InstrumentSettings& instrument) {
    if (name == "symbol" || name == "venue_symbol") {
      return StoreSymbol(name, text, instrument);
    }
    if (name == "sector") {
      return StoreSector(text, instrument);
    }
    const std::array<std::pair<std::string_view, std::optional<base::Decimal>*>, 3> numbers{
        {{"tick", &instrument.tick},
         {"lot", &instrument.lot},
         {"min_notional", &instrument.min_notional}}};
    for (const auto& [known, target] : numbers) {
      if (known != name) {
        continue;
      }
      const auto number = base::Decimal::Parse(text);
      const bool may_be_zero = name == "min_notional";
      if (!number || number->is_negative() || (number->is_zero() && !may_be_zero)) {
        return Wrong{fmt::format("{}: {} is not a number {}", name, Quoted(text),
                                 may_be_zero ? "from 0 up" : "above 0"),
                     false};
      }
      *target = *number;
      return std::nullopt;
    }
    return Wrong{"unknown field " + Quoted(name) +
                     "; allowed: symbol, venue_symbol, tick, lot, min_notional, sector",
                 true};
  }

  [[nodiscard]] std::string Place(Position at) const {
    return fmt::format("{}:{}:{}", source_.name, at.line, at.column);
  }

  const ConfigText& source_;
  std::deque<Section> sections_;     // Still to be read.
  std::map<std::string, int> seen_;  // Name -> line.
  std::vector<Assignment> assignments_;
  std::vector<Problem>& problems_;
};

void ReadDocument(const std::string& text, Reader& reader) {
  try {
    const YAML::Node document = YAML::Load(text);
    if (const auto surplus = PlaceOfSurplus(text)) {
      reader.Report(
          *surplus,
          "a stray bracket or a second document begins here; nothing after it would be read");
    } else if (!document.IsNull()) {
      reader.ReadRoot(document);
    }
  } catch (const YAML::Exception& broken) {
    const Position at = At(broken.mark);
    reader.Report(at, "is not valid YAML: " + broken.msg + TabHint(text, at.line));
  }
}

}  // namespace

base::Result<ConfigText> ReadConfigFile(const std::filesystem::path& path) {
  std::error_code error;
  const auto kind = std::filesystem::status(path, error).type();
  if (kind == std::filesystem::file_type::not_found) {
    return base::Fail(base::ErrorCode::kNotFound, path.string() + ": there is no such file");
  }
  if (kind == std::filesystem::file_type::directory) {
    return base::Fail(base::ErrorCode::kInvalidArgument, path.string() + ": is a folder");
  }
  std::ifstream in(path, std::ios::binary);
  std::string text(kConfigFileMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      fmt::format("{}: cannot be read: {}", path.string(),
                                  std::generic_category().message(errno)));
  }
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kConfigFileMax) {
    return base::Fail(base::ErrorCode::kInvalidArgument,
                      fmt::format("{}: is larger than {} bytes", path.string(), kConfigFileMax));
  }
  return ConfigText{path.string(), std::move(text)};
}

std::vector<Assignment> ReadYaml(const ConfigText& source, std::vector<Problem>& problems) {
  Reader reader(source, problems);
  if (source.text.size() > kConfigFileMax) {
    reader.Report({}, fmt::format("is larger than {} bytes", kConfigFileMax));
  } else if (source.text.find('\0') != std::string::npos) {
    reader.Report({}, "is not a text file in UTF-8");
  } else {
    ReadDocument(source.text, reader);
  }
  return reader.TakeAssignments();
}

void SortProblems(std::vector<Problem>& problems) {
  std::ranges::sort(problems, {}, [](const Problem& problem) {
    return std::tie(problem.line, problem.column, problem.message);
  });
}

std::string UnknownSetting(std::string_view name) {
  std::vector<std::string> candidates;
  for (const SettingSpec& spec : AllSettings()) {
    candidates.emplace_back(spec.name);
    for (std::size_t dot = spec.name.find('.'); dot != std::string_view::npos;
         dot = spec.name.find('.', dot + 1)) {
      candidates.emplace_back(spec.name.substr(0, dot));
    }
  }
  const std::optional<std::string> nearest = Nearest(name, candidates);
  return "unknown setting " + Quoted(name) +
         (nearest ? ", did you mean '" + *nearest + "'?" : "; see `bulwark config docs`");
}

}  // namespace bulwark::config
