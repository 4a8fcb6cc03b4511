// From the columns of a table to what learners take: inputs, targets and weights.
//
// A column of numbers is one input. Any other becomes one input per category, in order, which is 1
// where the cell is that category and 0 elsewhere.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/experiment/csv_table.h"

namespace sandlot {

constexpr std::size_t kMostCategories = 100, kMostClasses = 1000;
// Further ones are not told.
constexpr std::size_t kMostProblems = 20;

struct Feature {
  std::string name;
  std::vector<std::string> categories;  // sorted; none: numbers
  int first = 0;                        // of its inputs
  int inputs() const { return categories.empty() ? 1 : static_cast<int>(categories.size()); }
};

// Which columns are inputs, and how; found once, used for every table with these columns.
class FeatureCoder {
 public:
  FeatureCoder() = default;
  // `as_categories`: columns that are categories though they hold numbers.
  FeatureCoder(const CsvTable& table, const std::vector<std::size_t>& columns,
               const std::vector<std::size_t>& as_categories, std::vector<Problem>& problems);

  const std::vector<Feature>& features() const { return features_; }
  int inputs() const { return inputs_; }
  // [rows, inputs()]. What is missing is NaN or, without `missing`, a problem; so are cells that
  // are no number, and categories not seen before.
  Matrix encode(const CsvTable& table, bool missing, std::vector<Problem>& problems) const;

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  void encode_column(const CsvTable& table, std::size_t column, const Feature& feature,
                     bool missing, Matrix& x, std::vector<Problem>& problems) const;

  std::vector<Feature> features_;
  int inputs_ = 0;
};

enum class FitTask : std::uint8_t { automatic, classification, regression };

struct Targets {
  std::vector<std::string> names;    // of the columns: one, or several in regression
  std::vector<std::string> classes;  // classification: in order of number or text
  std::vector<std::int32_t> labels;  // [rows], in classification
  Matrix values;                     // [rows, names.size()], in regression
  std::size_t rows() const {
    return classes.empty() ? static_cast<std::size_t>(values.rows()) : labels.size();
  }
  Targets of(const std::vector<Eigen::Index>& rows) const;
};

// Classification where the column is not of numbers, or of at most 20 different whole ones.
FitTask guess_task(const CsvTable& table, const std::vector<std::size_t>& columns);
Targets read_targets(const CsvTable& table, const std::vector<std::size_t>& columns, FitTask task,
                     std::vector<Problem>& problems);
std::vector<float> read_weights(const CsvTable& table, std::size_t column,
                                std::vector<Problem>& problems);
// The different cells of a column, numbers by value and texts by their bytes, and which of them
// each row holds (−1: missing).
struct Levels {
  std::vector<std::string> names;
  std::vector<std::int32_t> of_row;
};
Levels read_levels(const CsvTable& table, std::size_t column);

void write_texts(Writer& out, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(Reader& in);

}  // namespace sandlot
