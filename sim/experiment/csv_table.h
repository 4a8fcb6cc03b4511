// CsvTable: a CSV file (RFC 4180) as cells that remember where they were written.
//
// Comma, semicolon or tab; quotes with "" inside and line breaks inside; LF, CRLF or CR; a byte
// order mark. The first record is a header where none of its fields is a number; columns without a
// name are called by their number, from 1. Blanks around unquoted fields do not count, blank lines
// are skipped. A cell that is empty, NA, NaN or ? is missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/config/tree.h"

namespace sandlot {

class CsvTable {
 public:
  // Throws ConfigError with the place: text that is not UTF-8, records of different lengths, quotes
  // that do not fit, two columns of one name, no rows.
  static CsvTable parse(std::string_view text, const std::string& source);
  static CsvTable read(const std::filesystem::path& path);

  const std::string& source() const { return source_; }
  std::size_t rows() const { return cells_.size() / names_.size(); }
  std::size_t columns() const { return names_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  char delimiter() const { return delimiter_; }
  bool has_header() const { return header_; }
  // By name or, where there is no such name, by number from 1.
  std::optional<std::size_t> find(const std::string& column) const;

  std::string_view cell(std::size_t row, std::size_t column) const;
  bool missing(std::size_t row, std::size_t column) const;
  // The value of a cell that is a finite number.
  std::optional<double> number(std::size_t row, std::size_t column) const;
  Place place(std::size_t row, std::size_t column) const;
  // At least half of the cells that are not missing are numbers: another one is a mistake.
  bool holds_numbers(std::size_t column) const;

  struct Cell {
    std::size_t begin = 0, size = 0;     // in content_
    std::uint32_t line = 0, column = 0;  // from 1; the column counts characters
  };

 private:
  const Cell& at(std::size_t row, std::size_t column) const {
    return cells_[row * names_.size() + column];
  }

  std::string source_, content_;
  char delimiter_ = ',';
  bool header_ = false;
  std::vector<std::string> names_;
  std::vector<Cell> cells_;  // [rows, columns]
};

// A finite number, written with a decimal point; nothing else in the text.
std::optional<double> parse_number(std::string_view text);
// A field as CSV: in quotes where it must be.
std::string csv_field(std::string_view text);

}  // namespace sandlot
