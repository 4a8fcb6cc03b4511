#include "sim/experiment/csv_table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <tuple>

#include "sim/core/archive.h"

namespace sandlot {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

// Reads records of cells; the text of the cells, without quotes, is appended to `content`.
class Scanner {
 public:
  Scanner(std::string_view text, const std::string& source, char delimiter, std::string& content)
      : text_(text), source_(source), delimiter_(delimiter), content_(content) {}

  // False at the end. Blank lines are passed over.
  bool next(std::vector<CsvTable::Cell>& record) {
    record.clear();
    while (at_ < text_.size() && blank_line()) {
    }
    if (at_ >= text_.size()) return false;
    do record.push_back(field());
    while (at_ < text_.size() && text_[at_] == delimiter_ && step());
    end_line();
    return true;
  }
  // Whether a quote stood within a field that is in none.
  bool stray_quote() const { return stray_quote_; }

 private:
  bool step() {
    const char c = text_[at_++];
    const bool break_in_two = c == '\r' && at_ < text_.size() && text_[at_] == '\n';
    if ((c == '\n' || c == '\r') && !break_in_two)
      ++line_, column_ = 1;
    else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80)
      ++column_;
    return true;
  }
  bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }
  void end_line() {
    if (at_ >= text_.size()) return;
    const bool carriage_return = text_[at_] == '\r';
    step();
    if (carriage_return && at_ < text_.size() && text_[at_] == '\n') step();
  }
  bool blank_line() {
    std::size_t end = at_;
    while (end < text_.size() && text_[end] == ' ') ++end;
    if (end < text_.size() && text_[end] != '\n' && text_[end] != '\r') return false;
    while (at_ < end) step();
    end_line();
    return true;
  }
  [[noreturn]] void fail(std::uint32_t line, std::uint32_t column, const std::string& what) const {
    throw ConfigError({{{source_, static_cast<int>(line), static_cast<int>(column)}, "", what}});
  }

  CsvTable::Cell field() {
    while (at_ < text_.size() && text_[at_] != delimiter_ && is_blank(text_[at_])) step();
    CsvTable::Cell cell{content_.size(), 0, line_, column_};
    if (at_ < text_.size() && text_[at_] == '"') {
      quoted(cell);
    } else {
      while (at_ < text_.size() && text_[at_] != delimiter_ && !at_line_end()) {
        stray_quote_ = stray_quote_ || text_[at_] == '"';
        content_ += text_[at_];
        step();
      }
      while (content_.size() > cell.begin && is_blank(content_.back())) content_.pop_back();
    }
    cell.size = content_.size() - cell.begin;
    return cell;
  }

  void quoted(const CsvTable::Cell& cell) {
    step();
    for (;; step()) {
      if (at_ >= text_.size())
        fail(cell.line, cell.column, "the quote that opens here is not closed");
      if (text_[at_] != '"') {
        content_ += text_[at_];
        continue;
      }
      step();
      if (at_ >= text_.size() || text_[at_] != '"') break;
      content_ += '"';
    }
    while (at_ < text_.size() && text_[at_] != delimiter_ && is_blank(text_[at_])) step();
    if (at_ < text_.size() && text_[at_] != delimiter_ && !at_line_end())
      fail(line_, column_, "expected the end of the field after its closing quote");
  }

  std::string_view text_;
  const std::string& source_;
  char delimiter_;
  std::string& content_;
  std::size_t at_ = 0;
  std::uint32_t line_ = 1, column_ = 1;
  bool stray_quote_ = false;
};

// The length of the character that begins at `at`, or 0 where it is not UTF-8 (RFC 3629).
std::size_t character(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const unsigned first = byte(at);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(at + i) & 0xc0) != 0x80) return 0;
  const unsigned second = byte(at + 1);
  if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
      (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
    return 0;
  return length;
}

void check_text(std::string_view text, const std::string& source) {
  int line = 1, column = 1;
  for (std::size_t at = 0; at < text.size(); ++column) {
    const std::size_t length = character(text, at);
    if (length == 0 || text[at] == '\0')
      throw ConfigError({{{source, line, column},
                          "",
                          length == 0 ? "expected text in UTF-8; this byte is not"
                                      : "expected text; there is a NUL byte"}});
    if (text[at] == '\n' || (text[at] == '\r' && (at + 1 == text.size() || text[at + 1] != '\n')))
      ++line, column = 0;
    at += length;
  }
}

// The delimiter that leaves quotes around whole fields and cuts the first records into equally
// many, the most; where none does, the one that comes nearest. A wrong one may see quotes within
// fields, or take several lines for one field.
char detect_delimiter(std::string_view text, const std::string& source) {
  char best = ',';
  std::tuple<bool, bool, std::size_t> best_score{false, false, 1};
  for (const char delimiter : {',', ';', '\t'}) {
    std::string content;
    Scanner scanner(text, source, delimiter, content);
    std::vector<CsvTable::Cell> record;
    std::size_t fields = 0;
    bool equal = true;
    try {
      for (int i = 0; i < 50 && scanner.next(record); ++i) {
        if (i == 0) fields = record.size();
        equal = equal && record.size() == fields;
      }
    } catch (const ConfigError&) {
      equal = false;
    }
    const std::tuple score{!scanner.stray_quote(), equal, fields};
    if (fields > 1 && score > best_score) best = delimiter, best_score = score;
  }
  return best;
}

bool is_missing(std::string_view text) {
  if (text.empty() || text == "?") return true;
  if (text.size() > 3) return false;
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower == "na" || lower == "nan";
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size() ||
      !(std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max())))
    return std::nullopt;
  return value;
}

std::string csv_field(std::string_view text) {
  const bool plain = text.find_first_of(",;\t\"\r\n") == std::string_view::npos &&
                     (text.empty() || (!is_blank(text.front()) && !is_blank(text.back())));
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

CsvTable CsvTable::parse(std::string_view text, const std::string& source) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  check_text(text, source);
  CsvTable table;
  table.source_ = source;
  table.delimiter_ = detect_delimiter(text, source);
  Scanner scanner(text, source, table.delimiter_, table.content_);
  std::vector<Cell> record;
  if (!scanner.next(record))
    throw ConfigError({{{source, 0, 0}, "", "expected a table; the file is empty"}});
  const auto text_of = [&](const Cell& cell) {
    return std::string_view(table.content_).substr(cell.begin, cell.size);
  };
  table.header_ =
      std::none_of(record.begin(), record.end(),
                   [&](const Cell& c) { return parse_number(text_of(c)).has_value(); }) &&
      std::any_of(record.begin(), record.end(),
                  [&](const Cell& c) { return !is_missing(text_of(c)); });
  for (std::size_t i = 0; i < record.size(); ++i) {
    std::string name = table.header_ ? std::string(text_of(record[i])) : "";
    if (name.empty()) name = std::to_string(i + 1);
    if (std::find(table.names_.begin(), table.names_.end(), name) != table.names_.end())
      throw ConfigError(
          {{{source, static_cast<int>(record[i].line), static_cast<int>(record[i].column)},
            "",
            "there are two columns '" + name + "'"}});
    table.names_.push_back(name);
  }
  if (!table.header_) table.cells_ = record;
  std::vector<Problem> problems;
  while (problems.size() < 20 && scanner.next(record)) {
    if (record.size() == table.names_.size()) {
      table.cells_.insert(table.cells_.end(), record.begin(), record.end());
      continue;
    }
    problems.push_back({{source, static_cast<int>(record[0].line), 1},
                        "",
                        "expected " + std::to_string(table.names_.size()) +
                            " fields as in the first line, not " + std::to_string(record.size())});
  }
  if (!problems.empty()) throw ConfigError(std::move(problems));
  if (table.cells_.empty())
    throw ConfigError({{{source, 0, 0}, "", "there are no rows below the header"}});
  return table;
}

CsvTable CsvTable::read(const std::filesystem::path& path) {
  const auto wrong = [&](const std::string& what) {
    return ConfigError({{{path.string(), 0, 0}, "", what}});
  };
  if (!std::filesystem::exists(path)) throw wrong("there is no such file");
  if (std::filesystem::is_directory(path)) throw wrong("expected a CSV file, not a folder");
  const auto bytes = read_file(path);
  return parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path.string());
}

std::optional<std::size_t> CsvTable::find(const std::string& column) const {
  const auto at = std::find(names_.begin(), names_.end(), column);
  if (at != names_.end()) return static_cast<std::size_t>(at - names_.begin());
  std::size_t number = 0;
  const auto result = std::from_chars(column.data(), column.data() + column.size(), number);
  if (result.ec != std::errc() || result.ptr != column.data() + column.size() || number < 1 ||
      number > names_.size())
    return std::nullopt;
  return number - 1;
}

std::string_view CsvTable::cell(std::size_t row, std::size_t column) const {
  const Cell& c = at(row, column);
  return std::string_view(content_).substr(c.begin, c.size);
}

bool CsvTable::missing(std::size_t row, std::size_t column) const {
  return is_missing(cell(row, column));
}

std::optional<double> CsvTable::number(std::size_t row, std::size_t column) const {
  return parse_number(cell(row, column));
}

Place CsvTable::place(std::size_t row, std::size_t column) const {
  const Cell& c = at(row, column);
  return {source_, static_cast<int>(c.line), static_cast<int>(c.column)};
}

bool CsvTable::holds_numbers(std::size_t column) const {
  std::size_t known = 0, numbers = 0;
  for (std::size_t row = 0; row < rows(); ++row) {
    if (missing(row, column)) continue;
    ++known;
    if (number(row, column)) ++numbers;
  }
  return 2 * numbers >= known;
}

}  // namespace sandlot
