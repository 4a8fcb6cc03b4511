#include "sim/experiment/fit_data.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace sandlot {
namespace {

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 40;
  return "'" + std::string(text.substr(0, kMost)) + (text.size() > kMost ? "…'" : "'");
}

// A problem with one cell: "FILE:3:7: expected a number, not 'x' (column 'age')".
void add_problem(std::vector<Problem>& problems, const CsvTable& table, std::size_t row,
                 std::size_t column, const std::string& expected) {
  if (problems.size() >= kMostProblems) return;
  const std::string found =
      table.missing(row, column) ? "it is missing" : "not " + quoted(table.cell(row, column));
  problems.push_back(
      {table.place(row, column), "",
       "expected " + expected + ", " + found + " (column '" + table.names()[column] + "')"});
}

// Values that must be there. NaN where they are not.
float number(const CsvTable& table, std::size_t row, std::size_t column, const std::string& what,
             std::vector<Problem>& problems) {
  if (const auto value = table.number(row, column)) return static_cast<float>(*value);
  add_problem(problems, table, row, column, what);
  return std::numeric_limits<float>::quiet_NaN();
}

bool all_numbers(const CsvTable& table, std::size_t column) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!table.missing(row, column) && !table.number(row, column)) return false;
  return true;
}

// Its number, −1: none. Where numbers are categories, 1.0 is 1.
int category(const Feature& feature, std::string_view cell) {
  const auto& all = feature.categories;
  auto at = std::find(all.begin(), all.end(), cell);
  if (const auto value = parse_number(cell); value && at == all.end())
    at = std::find_if(all.begin(), all.end(),
                      [&](const std::string& text) { return parse_number(text) == value; });
  return at == all.end() ? -1 : static_cast<int>(at - all.begin());
}

bool contains(const std::vector<std::size_t>& columns, std::size_t column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

}  // namespace

FeatureCoder::FeatureCoder(const CsvTable& table, const std::vector<std::size_t>& columns,
                           const std::vector<std::size_t>& as_categories,
                           std::vector<Problem>& problems) {
  for (const std::size_t column : columns) {
    Feature feature{table.names()[column], {}, inputs_};
    if (contains(as_categories, column) || !table.holds_numbers(column)) {
      feature.categories = read_levels(table, column).names;
      if (feature.categories.size() > kMostCategories) {
        problems.push_back(
            {table.place(0, column), "",
             "column '" + feature.name + "' holds " + std::to_string(feature.categories.size()) +
                 " different texts; expected numbers or at most " +
                 std::to_string(kMostCategories) + " categories: leave it out of `features`"});
        continue;
      }
      if (feature.categories.empty()) feature.categories.push_back("");
    }
    inputs_ += feature.inputs();
    features_.push_back(std::move(feature));
  }
}

void FeatureCoder::encode_column(const CsvTable& table, std::size_t column, const Feature& feature,
                                 bool missing, Matrix& x, std::vector<Problem>& problems) const {
  const auto block = x.middleCols(feature.first, feature.inputs());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    auto cells = x.row(static_cast<Eigen::Index>(row)).segment(feature.first, block.cols());
    if (table.missing(row, column)) {
      if (!missing)
        add_problem(problems, table, row, column,
                    feature.categories.empty() ? "a number: this learner takes no missing values"
                                               : "a text: this learner takes no missing values");
      cells.setConstant(std::numeric_limits<float>::quiet_NaN());
    } else if (feature.categories.empty()) {
      cells[0] = number(table, row, column, "a number", problems);
    } else {
      const int at = category(feature, table.cell(row, column));
      cells.setZero();
      if (at < 0)
        add_problem(problems, table, row, column, "a category that was there when it learnt");
      else
        cells[at] = 1;
    }
  }
}

Matrix FeatureCoder::encode(const CsvTable& table, bool missing,
                            std::vector<Problem>& problems) const {
  Matrix x(static_cast<Eigen::Index>(table.rows()), inputs_);
  for (const Feature& feature : features_) {
    const auto column = table.find(feature.name);
    if (!column) {
      const std::string near = nearest(feature.name, table.names());
      problems.push_back({{table.source(), 0, 0},
                          "",
                          "there is no column '" + feature.name + "'" +
                              (near.empty() ? "" : "; there is '" + near + "'")});
      x.middleCols(feature.first, feature.inputs()).setZero();
    } else {
      encode_column(table, *column, feature, missing, x, problems);
    }
  }
  return x;
}

void FeatureCoder::save(Writer& out) const {
  out.tag("features");
  out.write<std::uint64_t>(features_.size());
  for (const Feature& feature : features_) {
    out.write(feature.name);
    write_texts(out, feature.categories);
  }
}

void FeatureCoder::load(Reader& in) {
  in.expect_tag("features");
  features_.clear();
  inputs_ = 0;
  const std::size_t count = in.read_count(16);
  for (std::size_t i = 0; i < count; ++i) {
    Feature feature;
    in.read(feature.name);
    feature.categories = read_texts(in);
    feature.first = inputs_;
    inputs_ += feature.inputs();
    features_.push_back(std::move(feature));
  }
}

Targets Targets::of(const std::vector<Eigen::Index>& rows) const {
  Targets some{names, classes, {}, {}};
  if (classes.empty())
    some.values = values(rows, Eigen::all);
  else
    for (const Eigen::Index row : rows)
      some.labels.push_back(labels[static_cast<std::size_t>(row)]);
  return some;
}

FitTask guess_task(const CsvTable& table, const std::vector<std::size_t>& columns) {
  constexpr std::size_t kMostWholeNumbers = 20;
  if (columns.size() != 1) return FitTask::regression;
  const std::size_t column = columns.front();
  if (!table.holds_numbers(column)) return FitTask::classification;
  std::set<std::string_view> different;
  bool whole = true;
  for (std::size_t row = 0; row < table.rows() && different.size() <= kMostWholeNumbers; ++row) {
    if (table.missing(row, column)) continue;
    const auto value = table.number(row, column);
    whole = whole && (!value || *value == std::floor(*value));
    different.insert(table.cell(row, column));
  }
  return whole && different.size() <= kMostWholeNumbers ? FitTask::classification
                                                        : FitTask::regression;
}

Targets read_targets(const CsvTable& table, const std::vector<std::size_t>& columns, FitTask task,
                     std::vector<Problem>& problems) {
  Targets targets;
  for (const std::size_t column : columns) targets.names.push_back(table.names()[column]);
  if (task == FitTask::regression) {
    targets.values.resize(static_cast<Eigen::Index>(table.rows()),
                          static_cast<Eigen::Index>(columns.size()));
    for (std::size_t row = 0; row < table.rows(); ++row)
      for (std::size_t i = 0; i < columns.size(); ++i)
        targets.values(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(i)) =
            number(table, row, columns[i], "a number as the target", problems);
    return targets;
  }
  const std::size_t column = columns.front();
  Levels levels = read_levels(table, column);
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (levels.of_row[row] < 0) add_problem(problems, table, row, column, "a class as the target");
  if (levels.names.size() < 2 || levels.names.size() > kMostClasses)
    problems.push_back({table.place(0, column), "",
                        "expected between 2 and " + std::to_string(kMostClasses) +
                            " classes in column '" + table.names()[column] + "', not " +
                            std::to_string(levels.names.size())});
  targets.classes = std::move(levels.names);
  targets.labels = std::move(levels.of_row);
  return targets;
}

std::vector<float> read_weights(const CsvTable& table, std::size_t column,
                                std::vector<Problem>& problems) {
  std::vector<float> weights(table.rows());
  bool any = false;
  const std::size_t before = problems.size();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    weights[row] = number(table, row, column, "a weight of at least 0", problems);
    if (weights[row] < 0) add_problem(problems, table, row, column, "a weight of at least 0");
    any = any || weights[row] > 0;
  }
  if (!any && problems.size() == before)
    problems.push_back(
        {table.place(0, column), "", "all weights are 0 (column '" + table.names()[column] + "')"});
  return weights;
}

Levels read_levels(const CsvTable& table, std::size_t column) {
  Levels levels;
  levels.of_row.assign(table.rows(), -1);
  const bool numbers = all_numbers(table, column);
  // Numbers by value, of which "1" and "1.0" are one; named as the first row has it.
  std::map<std::pair<double, std::string_view>, std::int32_t> order;
  const auto key = [&](std::size_t row) {
    const std::string_view cell = table.cell(row, column);
    return numbers ? std::pair(*parse_number(cell), std::string_view()) : std::pair(0.0, cell);
  };
  std::map<std::pair<double, std::string_view>, std::string_view> names;
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!table.missing(row, column)) names.try_emplace(key(row), table.cell(row, column));
  for (const auto& [value, name] : names) {
    order[value] = static_cast<std::int32_t>(levels.names.size());
    levels.names.emplace_back(name);
  }
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (!table.missing(row, column)) levels.of_row[row] = order[key(row)];
  return levels;
}

void write_texts(Writer& out, const std::vector<std::string>& texts) {
  out.write<std::uint64_t>(texts.size());
  for (const auto& text : texts) out.write(text);
}

std::vector<std::string> read_texts(Reader& in) {
  std::vector<std::string> texts(in.read_count(8));
  for (auto& text : texts) in.read(text);
  return texts;
}

}  // namespace sandlot
