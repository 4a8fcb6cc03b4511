// One clusterer, transformer or map on a CSV file: what it finds and how long it takes.
// bench/peers/unsupervised.py drives it beside the same methods of scikit-learn.
//
//   build/release/bench/bench_unsupervised --method '{learner: k_means, clusters: 3}' --data x.csv
//
// A CSV file has one row per line, numbers separated by commas. `t_sne` is a method too, with its
// own settings. Standard output gets one line of JSON: seconds to fit, and figures of the method.
// --out gets what was found, one line per row: labels, or numbers.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <limits>
#include <sstream>
#include <string>

#include "learners/cluster/k_means.h"
#include "learners/cluster/register.h"
#include "learners/cluster/scores.h"
#include "learners/decompose/latent_dirichlet.h"
#include "learners/decompose/projection.h"
#include "learners/decompose/register.h"
#include "learners/decompose/tsne.h"
#include "sim/config/reader.h"

using namespace sandlot;

namespace {

bool processor_time = false;

double now() {
  if (processor_time) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Options {
  std::string method, data, out;
  Seed seed = 1;
};

Matrix read_rows(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  std::vector<float> values;
  Eigen::Index rows = 0;
  std::string line, cell;
  for (; std::getline(in, line); ++rows) {
    std::stringstream cells(line);
    while (std::getline(cells, cell, ',')) values.push_back(std::stof(cell));
  }
  if (rows == 0 || static_cast<Eigen::Index>(values.size()) % rows != 0)
    throw std::runtime_error(path + ": expected as many numbers in each line");
  return MatrixMap(values.data(), rows, static_cast<Eigen::Index>(values.size()) / rows);
}

template <class Factory>
Slot<Factory> read_method(const Registry& registry, const Tree& tree, const Space& input) {
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

TsneSettings read_tsne(const Registry& registry, const Tree& tree) {
  std::vector<Problem> problems;
  TsneSettings settings;
  std::string name;
  SettingsReader reader(registry, tree, "", problems);
  reader.text("learner", name, "");
  settings.fields(reader);
  reader.finish();
  if (!problems.empty()) throw ConfigError(std::move(problems));
  return settings;
}

void write_rows(const std::string& path, const Matrix& rows) {
  if (path.empty()) return;
  std::ofstream out(path);
  out.precision(9);
  const Eigen::IOFormat csv(Eigen::StreamPrecision, Eigen::DontAlignCols, ",", "\n");
  out << rows.format(csv) << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

void cluster(const Options& o, const Slot<ClustererFactory>& factory, const Matrix& x,
             const Space& input) {
  const auto model = factory->make(input, o.seed);
  const double begin = now();
  model->fit(x);
  const double fitted = now();
  const auto labels = model->predict(x);
  const double predicted = now();
  std::printf("{\"fit_s\": %.6f, \"predict_s\": %.6f, \"clusters\": %d, \"inertia\": %.9g}\n",
              fitted - begin, predicted - fitted, model->clusters(),
              inertia(x, labels, model->centres()));
  Matrix table(x.rows(), 1);
  for (std::size_t i = 0; i < labels.size(); ++i)
    table(static_cast<Eigen::Index>(i), 0) = static_cast<float>(labels[i]);
  write_rows(o.out, table);
}

// What is written are the components of a projection, and the rows as they come out of others.
void transform(const Options& o, const Slot<TransformerFactory>& factory, const Matrix& x,
               const Space& input) {
  const auto model = factory->make(input, o.seed);
  const double begin = now();
  model->fit(x);
  const double fitted = now();
  const Matrix z = model->transform(x);
  const double predicted = now();
  const auto* projection = dynamic_cast<const Projection*>(model.get());
  const auto* topics = dynamic_cast<const LatentDirichlet*>(model.get());
  std::printf("{\"fit_s\": %.6f, \"predict_s\": %.6f, \"perplexity\": %.6f}\n", fitted - begin,
              predicted - fitted, topics ? topics->perplexity(x) : 0.0);
  write_rows(o.out, projection ? Matrix(projection->components().cast<float>()) : z);
}

void run(const Options& o) {
  Registry registry;
  register_clusterers(registry);
  register_decompositions(registry);
  const Matrix x = read_rows(o.data);
  const float inf = std::numeric_limits<float>::infinity();
  const Space input = Space::box({static_cast<int>(x.cols())}, -inf, inf);
  const Tree tree = parse_yaml(o.method, "--method");
  if (o.method.find("t_sne") != std::string::npos) {
    const TsneSettings settings = read_tsne(registry, tree);
    const double begin = now();
    const TsneMap map = tsne(x, settings, o.seed);
    std::printf("{\"fit_s\": %.6f, \"divergence\": %.6f}\n", now() - begin, map.divergence);
    return write_rows(o.out, map.points);
  }
  for (const auto& entry : registry.list(ClustererFactory::kind))
    if (o.method.find("learner: " + entry.name) != std::string::npos)
      return cluster(o, read_method<ClustererFactory>(registry, tree, input), x, input);
  transform(o, read_method<TransformerFactory>(registry, tree, input), x, input);
}

}  // namespace

int main(int count, char** arguments) {
  Options o;
  CLI::App app{"What a clusterer or a transformer finds in a CSV file, and how long it takes"};
  app.add_option("--method", o.method, "'{learner: k_means, clusters: 3}'")->required();
  app.add_option("--data", o.data, "CSV")->required();
  app.add_option("--out", o.out, "file for what was found");
  app.add_option("--seed", o.seed, "of the method");
  app.add_flag("--processor-time", processor_time, "times are the processor's");
  CLI11_PARSE(app, count, arguments);
  try {
    run(o);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 2;
  }
  return 0;
}
