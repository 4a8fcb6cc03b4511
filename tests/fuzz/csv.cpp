// Any bytes as a CSV file: either a table, which written anew reads the same and can be learnt
// from, or errors with their places.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "sim/experiment/fit_data.h"

using namespace sandlot;

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void check_written_anew(const CsvTable& table) {
  // Blank lines, and names of numbers as those of columns without one, read as something else.
  const auto& names = table.names();
  const bool numbers = std::any_of(names.begin(), names.end(),
                                   [](const auto& name) { return parse_number(name).has_value(); });
  if (table.columns() < 2 || (table.has_header() && numbers)) return;
  std::string text = "\xef\xbb\xbf";
  const auto add = [&](std::string_view cell, std::size_t column) {
    text += (column ? "," : "") + csv_field(cell) + (column + 1 == table.columns() ? "\r\n" : "");
  };
  if (table.has_header())
    for (std::size_t column = 0; column < table.columns(); ++column) add(names[column], column);
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < table.columns(); ++column)
      add(table.cell(row, column), column);
  const CsvTable again = CsvTable::parse(text, "again.csv");
  require(again.names() == names && again.rows() == table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < table.columns(); ++column)
      require(again.cell(row, column) == table.cell(row, column));
}

void check_learnable(const CsvTable& table) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < table.columns(); ++column) columns.push_back(column);
  std::vector<Problem> problems;
  const FeatureCoder coder(table, columns, {}, problems);
  const Matrix x = coder.encode(table, true, problems);
  require(problems.size() <= kMostProblems + table.columns());
  for (const Problem& problem : problems)
    require(problem.place.line > 0 && problem.place.column > 0);
  if (problems.empty())
    for (Eigen::Index i = 0; i < x.size(); ++i) require(!std::isinf(x.data()[i]));
  const std::vector<std::size_t> last{table.columns() - 1};
  read_targets(table, last, guess_task(table, last), problems);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const CsvTable table = CsvTable::parse({reinterpret_cast<const char*>(data), size}, "fuzz.csv");
    require(table.rows() > 0 && table.columns() > 0);
    check_written_anew(table);
    check_learnable(table);
  } catch (const ConfigError& e) {
    require(!e.problems.empty() && e.problems.front().place.source == "fuzz.csv");
  }
  return 0;
}
