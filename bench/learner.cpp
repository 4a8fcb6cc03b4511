// One learner on one data set: what it predicts, how well, and how long it takes. The scripts in
// bench/peers drive it beside the same methods of other libraries.
//
//   build/release/bench/bench_learner --learner '{learner: decision_tree, max_depth: 4}'
//       --train train.csv --test test.csv
//
// A CSV file has one example per line, numbers separated by commas: the inputs, then the target (a
// class from 0 on, or a number). An empty field and "nan" are values that are not known; a first
// line that does not begin with a number is taken for a header. Standard output gets one line of
// JSON: seconds to fit and to predict the test set, microseconds for one row alone (the median of
// three passes), and the score (accuracy, or R²). --predictions FILE writes them, one per line.
// With --processor-time the times are those of the processor.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "learners/classical/register.h"
#include "learners/classifier.h"
#include "learners/ensemble/register.h"
#include "learners/network/register.h"
#include "learners/regressor.h"
#include "sim/config/reader.h"

using namespace sandlot;

namespace {

struct Options {
  std::string kind = "classifier", learner, train, test, predictions;
  Seed seed = 1;
  int rows = 1000;  // predicted one at a time
};

struct Examples {
  Matrix x, y;  // y [rows, 1]
  std::vector<std::int32_t> labels;
};

float number(const std::string& text, const std::string& where) {
  if (text.empty() || text == "nan") return std::numeric_limits<float>::quiet_NaN();
  float value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size())
    throw std::runtime_error(where + ": expected a number, not '" + text + "'");
  return value;
}

bool is_header(const std::string& line) {
  return !line.empty() && std::isalpha(static_cast<unsigned char>(line[0])) != 0 &&
         !line.starts_with("nan");
}

Examples read_csv(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<float> values;
  std::size_t columns = 0, rows = 0, line_number = 0;
  for (std::string line; std::getline(in, line);) {
    ++line_number;
    if (line.empty() || (line_number == 1 && is_header(line))) continue;
    const std::string where = path + ":" + std::to_string(line_number);
    std::size_t fields = 0;
    for (std::size_t begin = 0; begin <= line.size(); ++fields) {
      const std::size_t end = std::min(line.find(',', begin), line.size());
      values.push_back(number(line.substr(begin, end - begin), where));
      begin = end + 1;
    }
    if (rows++ == 0) columns = fields;
    if (fields != columns || columns < 2)
      throw std::runtime_error(where + ": there are " + std::to_string(fields) +
                               " fields; expected " +
                               std::to_string(std::max<std::size_t>(columns, 2)));
  }
  const MatrixMap all(values.data(), static_cast<Eigen::Index>(rows),
                      static_cast<Eigen::Index>(columns));
  Examples e;
  e.x = all.leftCols(all.cols() - 1);
  e.y = all.rightCols(1);
  return e;
}

void to_labels(Examples& e, const std::string& path) {
  for (Eigen::Index row = 0; row < e.y.rows(); ++row) {
    const float value = e.y(row, 0);
    if (!(value >= 0 && value < 1e6f) || value != std::floor(value))
      throw std::runtime_error(path + ": expected whole numbers from 0 on as classes, not " +
                               std::to_string(value));
    e.labels.push_back(static_cast<std::int32_t>(value));
  }
}

// Reads {learner: NAME, …}, checks it, and gives the factory; throws ConfigError.
template <class Factory>
Slot<Factory> read_learner(const Registry& registry, const std::string& yaml, const Space& input) {
  const Tree tree = parse_yaml(yaml, "--learner");
  std::vector<Problem> problems;
  Slot<Factory> slot("");
  SettingsReader reader(registry, tree, "", problems);
  reader.chosen("learner", slot, "");
  reader.finish();
  TreeIssues issues(tree, "", problems);
  if (problems.empty()) slot->check(input, issues);
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return slot;
}

// On the clock, or of the processor, of all threads together.
bool processor_time = false;

double now() {
  if (processor_time) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double seconds(auto&& work) {
  const double begin = now();
  work();
  return now() - begin;
}

// Microseconds for one row, over the first rows of x.
double row_time(const Matrix& x, int most, auto&& predict) {
  const Eigen::Index rows = std::min<Eigen::Index>(x.rows(), most);
  std::array<double, 3> passes{};
  for (double& pass : passes)
    pass = seconds([&] {
      for (Eigen::Index row = 0; row < rows; ++row)
        predict(std::span<const float>(x.row(row).data(), static_cast<std::size_t>(x.cols())));
    });
  std::sort(passes.begin(), passes.end());
  return passes[1] / static_cast<double>(rows) * 1e6;
}

struct Result {
  double fit = 0, predict = 0, row = 0, score = 0;
  std::vector<float> predictions;
};

Result classify(const Options& o, const Registry& registry, Examples& train, Examples& test) {
  to_labels(train, o.train);
  to_labels(test, o.test);
  std::int32_t classes = 1;
  for (const Examples* e : {&train, &test})
    for (const std::int32_t label : e->labels) classes = std::max(classes, label + 1);
  const float inf = std::numeric_limits<float>::infinity();
  const Space input = Space::box({static_cast<int>(train.x.cols())}, -inf, inf);
  const auto factory = read_learner<ClassifierFactory>(registry, o.learner, input);
  const auto model = factory->make(input, classes, o.seed);
  Result r;
  r.fit = seconds([&] { model->fit(train.x, train.labels); });
  std::vector<std::int32_t> guesses;
  r.predict = seconds([&] { guesses = model->predict(test.x); });
  std::vector<float> out(static_cast<std::size_t>(classes));
  if (factory->facts().probabilities)
    r.row = row_time(test.x, o.rows, [&](auto x) { model->probabilities_row(x, out); });
  else
    r.row = row_time(test.x, o.rows, [&](auto x) {
      model->predict(MatrixMap(x.data(), 1, static_cast<Eigen::Index>(x.size())));
    });
  for (std::size_t i = 0; i < guesses.size(); ++i) r.score += guesses[i] == test.labels[i];
  r.score /= static_cast<double>(guesses.size());
  r.predictions.assign(guesses.begin(), guesses.end());
  return r;
}

Result regress(const Options& o, const Registry& registry, Examples& train, Examples& test) {
  const float inf = std::numeric_limits<float>::infinity();
  const Space input = Space::box({static_cast<int>(train.x.cols())}, -inf, inf);
  const auto factory = read_learner<RegressorFactory>(registry, o.learner, input);
  const auto model = factory->make(input, 1, o.seed);
  Result r;
  r.fit = seconds([&] { model->fit(train.x, train.y); });
  Matrix guesses;
  r.predict = seconds([&] { guesses = model->predict(test.x); });
  std::array<float, 1> out{};
  r.row = row_time(test.x, o.rows, [&](auto x) { model->predict_row(x, out); });
  const auto error = (guesses - test.y).cast<double>().squaredNorm();
  const auto y = test.y.cast<double>();
  r.score = 1 - error / (y.array() - y.mean()).square().sum();
  r.predictions.assign(guesses.data(), guesses.data() + guesses.size());
  return r;
}

void run(const Options& o) {
  Registry registry;
  register_networks(registry);
  register_classical(registry);
  register_ensemble(registry);
  Examples train = read_csv(o.train), test = read_csv(o.test);
  if (train.x.cols() != test.x.cols())
    throw std::runtime_error(o.test + " has " + std::to_string(test.x.cols() + 1) +
                             " columns; expected " + std::to_string(train.x.cols() + 1) +
                             " as in " + o.train);
  const Result r = o.kind == "classifier" ? classify(o, registry, train, test)
                                          : regress(o, registry, train, test);
  std::printf("{\"fit_s\": %.6f, \"predict_s\": %.6f, \"row_us\": %.4f, \"score\": %.6f}\n", r.fit,
              r.predict, r.row, r.score);
  if (o.predictions.empty()) return;
  std::ofstream out(o.predictions);
  out.precision(9);
  for (const float guess : r.predictions) out << guess << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + o.predictions);
}

}  // namespace

int main(int count, char** arguments) {
  Options o;
  CLI::App app{"Fits a learner to one CSV file and scores it on another"};
  app.add_option("--kind", o.kind, "classifier or regressor")
      ->check(CLI::IsMember({"classifier", "regressor"}));
  app.add_option("--learner", o.learner, "as in a config: '{learner: knn, k: 5}'")->required();
  app.add_option("--train", o.train, "CSV, the target last")->required();
  app.add_option("--test", o.test, "CSV, the target last")->required();
  app.add_option("--predictions", o.predictions, "file to write them to");
  app.add_flag("--processor-time", processor_time,
               "times are the processor's, which other programs on the machine disturb little");
  app.add_option("--seed", o.seed, "of the learner");
  app.add_option("--rows", o.rows, "how many rows are timed one at a time")
      ->check(CLI::Range(1, 1000000));
  CLI11_PARSE(app, count, arguments);
  try {
    run(o);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
