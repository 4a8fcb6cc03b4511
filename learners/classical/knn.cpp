#include "learners/classical/knn.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace sandlot {
namespace {

const Space& box(const Space& input) {
  if (input.is_discrete()) throw std::invalid_argument("knn: expected a box, not a discrete input");
  return input;
}

// Calls add(row, share) for each neighbour; the shares sum up to 1. By distance, rows that are
// equal to the one looked for leave nothing to others.
template <class Add>
void shares(std::span<const Neighbour> neighbours, NeighbourWeights weights, Add add) {
  const bool by_distance = weights == NeighbourWeights::distance;
  const bool equal = by_distance && !neighbours.empty() && neighbours[0].distance == 0;
  const auto part = [&](const Neighbour& n) {
    const auto weight = static_cast<double>(n.weight);
    if (!by_distance) return weight;
    if (equal) return n.distance == 0 ? weight : 0;
    return weight / std::sqrt(static_cast<double>(n.distance));
  };
  double sum = 0;
  for (const Neighbour& n : neighbours) sum += part(n);
  for (const Neighbour& n : neighbours) add(n.row, part(n) / sum);
}

void save_rows(const NeighbourIndex& index, Writer& out) {
  out.write(std::vector<float>(index.values().begin(), index.values().end()));
  out.write(std::vector<float>(index.weights().begin(), index.weights().end()));
}

void load_rows(Reader& in, std::size_t columns, NeighbourIndex& index) {
  std::vector<float> values, weights;
  in.read(values);
  in.read(weights);
  if (values.size() != weights.size() * columns) in.fail("the rows have other columns");
  for (const float value : values)
    if (!std::isfinite(value)) in.fail("a value is not finite");
  for (const float weight : weights)
    if (!(weight > 0) || !std::isfinite(weight)) in.fail("a weight is not above 0");
  index.clear();
  if (!weights.empty())
    index.add(MatrixMap(values.data(), static_cast<Eigen::Index>(weights.size()),
                        static_cast<Eigen::Index>(columns)),
              weights);
}

}  // namespace

void KnnSettings::fields(Fields& f) {
  f.integer("k", k, "neighbours that count", Range::between(1, 1000000));
  f.choice("weights", weights,
           {{"uniform", NeighbourWeights::uniform}, {"distance", NeighbourWeights::distance}},
           "uniform: all count alike; distance: by the inverse of their distance");
  f.choice(
      "method", method,
      {{"auto", NeighbourMethod::automatic},
       {"kd_tree", NeighbourMethod::kd_tree},
       {"brute", NeighbourMethod::brute}},
      "how they are found, with the same result; auto: a tree up to 16 columns, from 1000 rows on");
  f.integer("threads", threads,
            "that look for neighbours of many rows; the result is the same for any number",
            Range::between(1, 1024));
}

void KnnSettings::check(const Space& input, Issues& issues) const {
  if (input.is_discrete())
    issues.add("", "a discrete input's numbers have no distances; expected a box");
}

KnnRegressor::KnnRegressor(const Settings& settings, const Space& input, int outputs, Seed)
    : Regressor(box(input), outputs), settings_(settings), index_(settings.method, input.size()) {}

void KnnRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                          std::span<const float> weights) {
  index_.clear();
  targets_.clear();
  do_partial_fit(x, y, weights);
}

void KnnRegressor::do_partial_fit(const MatrixView& x, const MatrixView& y,
                                  std::span<const float> weights) {
  for (Eigen::Index row = 0; row < y.rows(); ++row) {
    const float* targets = y.row(row).data();
    targets_.insert(targets_.end(), targets, targets + y.cols());
  }
  index_.add(x, weights);
}

void KnnRegressor::average(std::span<const Neighbour> neighbours, float* out) const {
  const auto width = static_cast<std::size_t>(outputs());
  for (std::size_t k = 0; k < width; ++k) {
    double sum = 0;
    shares(neighbours, settings_.weights, [&](std::uint32_t row, double share) {
      sum += share * static_cast<double>(targets_[row * width + k]);
    });
    out[k] = static_cast<float>(sum);
  }
}

Matrix KnnRegressor::do_predict(const MatrixView& x) const {
  Matrix y(x.rows(), outputs());
  index_.search(x, settings_.k, settings_.threads,
                [&](Eigen::Index row, std::span<const Neighbour> neighbours) {
                  average(neighbours, y.row(row).data());
                });
  return y;
}

void KnnRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  thread_local Nearest nearest;
  index_.search(x.data(), settings_.k, nearest);
  average(nearest.finish(), out.data());
}

void KnnRegressor::do_save(Writer& out) const {
  save_rows(index_, out);
  out.write(targets_);
}

void KnnRegressor::do_load(Reader& in) {
  load_rows(in, input().size(), index_);
  in.read(targets_);
  if (targets_.size() != index_.rows() * static_cast<std::size_t>(outputs()))
    in.fail("there are targets of another number of rows");
  for (const float target : targets_)
    if (!std::isfinite(target)) in.fail("a target is not finite");
}

KnnClassifier::KnnClassifier(const Settings& settings, const Space& input, int classes, Seed)
    : Classifier(box(input), classes), settings_(settings), index_(settings.method, input.size()) {}

void KnnClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                           std::span<const float> weights) {
  index_.clear();
  labels_.clear();
  do_partial_fit(x, labels, weights);
}

void KnnClassifier::do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                   std::span<const float> weights) {
  labels_.insert(labels_.end(), labels.begin(), labels.end());
  index_.add(x, weights);
}

void KnnClassifier::vote(std::span<const Neighbour> neighbours, float* out) const {
  thread_local std::vector<double> votes;
  votes.assign(static_cast<std::size_t>(classes()), 0.0);
  shares(neighbours, settings_.weights, [&](std::uint32_t row, double share) {
    votes[static_cast<std::size_t>(labels_[row])] += share;
  });
  for (std::size_t k = 0; k < votes.size(); ++k) out[k] = static_cast<float>(votes[k]);
}

Matrix KnnClassifier::do_probabilities(const MatrixView& x) const {
  Matrix p(x.rows(), classes());
  index_.search(x, settings_.k, settings_.threads,
                [&](Eigen::Index row, std::span<const Neighbour> neighbours) {
                  vote(neighbours, p.row(row).data());
                });
  return p;
}

void KnnClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  thread_local Nearest nearest;
  index_.search(x.data(), settings_.k, nearest);
  vote(nearest.finish(), out.data());
}

void KnnClassifier::do_save(Writer& out) const {
  save_rows(index_, out);
  out.write(labels_);
}

void KnnClassifier::do_load(Reader& in) {
  load_rows(in, input().size(), index_);
  in.read(labels_);
  if (labels_.size() != index_.rows()) in.fail("there are labels of another number of rows");
  for (const std::int32_t label : labels_)
    if (label < 0 || label >= classes()) in.fail("a label is no class");
}

}  // namespace sandlot
