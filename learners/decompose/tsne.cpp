#include "learners/decompose/tsne.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "learners/checks.h"
#include "learners/decompose/projection.h"
#include "learners/decompose/quadtree.h"
#include "learners/neighbours.h"
#include "sim/core/thread_pool.h"

namespace sandlot {
namespace {

constexpr Eigen::Index kExactRows = 250;  // up to which all pairs are quicker

struct Attraction {
  std::uint32_t to = 0;
  double p = 0;
};
using Attractions = std::vector<std::vector<Attraction>>;  // of each row, by `to`

// Chances of neighbours at those squared distances, so wide that their entropy is log(perplexity).
void chances(std::span<const double> distances, double perplexity, std::span<double> p) {
  const double wanted = std::log(perplexity);
  const double nearest = *std::min_element(distances.begin(), distances.end());
  double precision = 1, low = 0, high = std::numeric_limits<double>::infinity();
  double mean = 0;
  for (const double d : distances) mean += (d - nearest) / static_cast<double>(distances.size());
  if (mean > 0) precision = 1 / mean;
  for (int i = 0; i < 100; ++i) {
    double sum = 0, weighted = 0;
    for (std::size_t k = 0; k < distances.size(); ++k) {
      p[k] = std::exp(-(distances[k] - nearest) * precision);
      sum += p[k];
      weighted += p[k] * (distances[k] - nearest);
    }
    const double entropy = std::log(sum) + precision * weighted / sum;
    for (double& chance : p) chance /= sum;
    if (std::abs(entropy - wanted) < 1e-6) break;
    if (entropy > wanted) {
      low = precision;
      precision = std::isinf(high) ? 2 * precision : (precision + high) / 2;
    } else {
      high = precision;
      precision = (precision + low) / 2;
    }
  }
}

// p(i, j) = (p(j | i) + p(i | j)) / 2n.
Attractions symmetric(const Attractions& from) {
  Attractions both(from.size());
  const double share = 0.5 / static_cast<double>(from.size());
  for (std::uint32_t i = 0; i < from.size(); ++i)
    for (const Attraction& a : from[i]) {
      both[i].push_back({a.to, a.p * share});
      both[a.to].push_back({i, a.p * share});
    }
  for (auto& row : both) {
    std::stable_sort(row.begin(), row.end(),
                     [](const Attraction& a, const Attraction& b) { return a.to < b.to; });
    std::size_t kept = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (kept > 0 && row[kept - 1].to == row[k].to)
        row[kept - 1].p += row[k].p;
      else
        row[kept++] = row[k];
    }
    row.resize(kept);
  }
  return both;
}

void set_chances(std::vector<Attraction>& row, std::span<const double> distances,
                 double perplexity) {
  std::vector<double> p(distances.size());
  chances(distances, perplexity, p);
  for (std::size_t k = 0; k < p.size(); ++k) row[k].p = p[k];
}

// To the nearest rows, or to all.
Attractions attractions(const MatrixView& x, const TsneSettings& settings, bool all) {
  const auto rows = static_cast<std::size_t>(x.rows());
  Attractions found(rows);
  if (all) {
    std::vector<double> distances(rows - 1);
    for (std::uint32_t i = 0; i < rows; ++i) {
      for (std::uint32_t j = 0; j < rows; ++j) {
        if (j == i) continue;
        distances[found[i].size()] = static_cast<double>((x.row(i) - x.row(j)).squaredNorm());
        found[i].push_back({j, 0});
      }
      set_chances(found[i], distances, settings.perplexity);
    }
    return symmetric(found);
  }
  const std::size_t near =
      std::min(rows - 1, static_cast<std::size_t>(std::ceil(3 * settings.perplexity)));
  NeighbourIndex index(NeighbourMethod::automatic, static_cast<std::size_t>(x.cols()));
  index.add(x, std::vector<float>(rows, 1.0f));
  index.search(x, static_cast<double>(near + 1), settings.threads,
               [&](Eigen::Index row, std::span<const Neighbour> neighbours) {
                 auto& here = found[static_cast<std::size_t>(row)];
                 std::vector<double> distances;
                 for (const Neighbour& n : neighbours) {
                   if (n.row == static_cast<std::uint32_t>(row) || here.size() == near) continue;
                   here.push_back({n.row, 0});
                   distances.push_back(static_cast<double>(n.distance));
                 }
                 set_chances(here, distances, settings.perplexity);
               });
  return symmetric(found);
}

class Layout {
 public:
  Layout(const Attractions& attractions, const TsneSettings& settings, bool all,
         std::vector<PlanePoint> points)
      : attractions_(attractions),
        settings_(settings),
        all_(all),
        pool_(settings.threads),
        points_(std::move(points)),
        gradient_(points_.size()),
        speed_(points_.size()),
        gain_(points_.size(), {1, 1}),
        sums_(points_.size()) {}

  const std::vector<PlanePoint>& points() const { return points_; }

  void run() {
    const auto rows = static_cast<double>(points_.size());
    const double rate = settings_.learning_rate > 0
                            ? settings_.learning_rate
                            : std::max(rows / settings_.exaggeration / 4, 50.0);
    for (int i = 0; i < settings_.iterations; ++i) {
      const bool early = i < settings_.exaggerated_iterations;
      if (i == settings_.exaggerated_iterations) start_anew();
      compute(early ? settings_.exaggeration : 1);
      move(rate, early ? 0.5 : 0.8);
    }
    compute(1);
  }

  // Of the last compute().
  double divergence() const {
    double sum = 0;
    for (std::size_t i = 0; i < points_.size(); ++i)
      for (const Attraction& a : attractions_[i]) {
        if (a.p == 0) continue;
        const double q = nearness(points_[i], points_[a.to]) / total_;
        sum += a.p * std::log(a.p / std::max(q, 1e-300));
      }
    return sum;
  }

 private:
  static double nearness(const PlanePoint& a, const PlanePoint& b) {
    const double dx = a.x - b.x, dy = a.y - b.y;
    return 1 / (1 + dx * dx + dy * dy);
  }

  Quadtree::Repulsion repulsion(std::size_t i) const {
    if (!all_) return tree_.repulsion(i, settings_.angle);
    Quadtree::Repulsion r;
    for (std::size_t j = 0; j < points_.size(); ++j) {
      if (j == i) continue;
      const double q = nearness(points_[i], points_[j]);
      r.sum += q;
      r.x += q * q * (points_[i].x - points_[j].x);
      r.y += q * q * (points_[i].y - points_[j].y);
    }
    return r;
  }

  void compute(double exaggeration) {
    if (!all_) tree_.build(points_);
    pool_.run(static_cast<int>(points_.size()), [&](int begin, int end) {
      for (int row = begin; row < end; ++row) {
        const auto i = static_cast<std::size_t>(row);
        PlanePoint& g = gradient_[i];
        g = {};
        for (const Attraction& a : attractions_[i]) {
          const double pull = exaggeration * a.p * nearness(points_[i], points_[a.to]);
          g.x += pull * (points_[i].x - points_[a.to].x);
          g.y += pull * (points_[i].y - points_[a.to].y);
        }
        sums_[i] = repulsion(i);
      }
    });
    total_ = 0;
    for (const auto& r : sums_) total_ += r.sum;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      gradient_[i].x = 4 * (gradient_[i].x - sums_[i].x / total_);
      gradient_[i].y = 4 * (gradient_[i].y - sums_[i].y / total_);
    }
  }

  // What was learnt about the exaggerated slopes says little about the true ones.
  void start_anew() {
    std::fill(speed_.begin(), speed_.end(), PlanePoint{});
    std::fill(gain_.begin(), gain_.end(), PlanePoint{1, 1});
  }

  // Gradient descent with momentum and a gain per number (Jacobs 1988).
  void move(double rate, double momentum) {
    const auto along = [&](double gradient, double& gain, double& speed, double& at) {
      gain = std::max(gradient * speed < 0 ? gain + 0.2 : gain * 0.8, 0.01);
      speed = momentum * speed - rate * gain * gradient;
      at += speed;
    };
    for (std::size_t i = 0; i < points_.size(); ++i) {
      along(gradient_[i].x, gain_[i].x, speed_[i].x, points_[i].x);
      along(gradient_[i].y, gain_[i].y, speed_[i].y, points_[i].y);
    }
  }

  const Attractions& attractions_;
  const TsneSettings& settings_;
  bool all_;
  ThreadPool pool_;
  std::vector<PlanePoint> points_, gradient_, speed_, gain_;
  std::vector<Quadtree::Repulsion> sums_;
  double total_ = 1;
  Quadtree tree_;
};

// The two principal components, the first with a deviation of 1e-4, plus a little noise for rows
// that are equal.
std::vector<PlanePoint> first_places(const MatrixView& x, Seed seed) {
  RowMatrixXd about = x.cast<double>();
  about.rowwise() -= about.colwise().mean().eval();
  const int components = static_cast<int>(std::min<Eigen::Index>({2, x.cols(), x.rows()}));
  const Spectrum spectrum = exact_spectrum(about, components);
  RowMatrixXd places = RowMatrixXd::Zero(x.rows(), 2);
  places.leftCols(components) = about * spectrum.vectors.transpose();
  const double deviation = spectrum.values(0) / std::sqrt(static_cast<double>(x.rows()));
  if (deviation > 0) places *= 1e-4 / deviation;
  Random random(derive(seed, "places"));
  std::vector<PlanePoint> points(static_cast<std::size_t>(x.rows()));
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    points[static_cast<std::size_t>(row)] = {places(row, 0) + 1e-7 * random.normal(),
                                             places(row, 1) + 1e-7 * random.normal()};
  return points;
}

// Ranks of all rows by their distance from one: 0 is itself, 1 the nearest other.
std::vector<int> ranks(const MatrixView& x, Eigen::Index from) {
  std::vector<std::pair<float, int>> order(static_cast<std::size_t>(x.rows()));
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    order[static_cast<std::size_t>(row)] = {
        row == from ? -1 : (x.row(row) - x.row(from)).squaredNorm(), static_cast<int>(row)};
  std::sort(order.begin(), order.end());
  std::vector<int> rank(order.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    rank[static_cast<std::size_t>(order[i].second)] = static_cast<int>(i);
  return rank;
}

}  // namespace

void TsneSettings::fields(Fields& f) {
  f.choice("method", method,
           {{"auto", TsneMethod::automatic},
            {"exact", TsneMethod::exact},
            {"barnes_hut", TsneMethod::barnes_hut}},
           "auto: exact up to 250 rows");
  f.number("perplexity", perplexity, "neighbours that each row has, so to speak",
           Range::at_least(1));
  f.integer("iterations", iterations, "of gradient descent", Range::between(1, 1000000));
  f.number("exaggeration", exaggeration, "of the attraction, at first", Range::at_least(1));
  f.integer("exaggerated_iterations", exaggerated_iterations, "for how long", Range::at_least(0));
  f.number("learning_rate", learning_rate,
           "0: rows / exaggeration / 4, at least 50 (Belkina et al. 2019)", Range::at_least(0));
  f.number("angle", angle, "of barnes_hut: how wide a group may seem; 0 is exact",
           Range::between(0, 1));
  f.integer("threads", threads, "the result is the same for any number", Range::between(1, 1024));
}

TsneMap tsne(const MatrixView& x, const TsneSettings& settings, Seed seed) {
  check_values("x", x, static_cast<std::size_t>(x.cols()));
  if (!(settings.perplexity < static_cast<double>(x.rows()) / 3))
    throw std::invalid_argument("x has " + std::to_string(x.rows()) + " rows; a perplexity of " +
                                std::to_string(settings.perplexity) +
                                " needs more than three times as many");
  const bool all = settings.method == TsneMethod::exact ||
                   (settings.method == TsneMethod::automatic && x.rows() <= kExactRows);
  const Attractions pull = attractions(x, settings, all);
  const auto layout = std::make_unique<Layout>(pull, settings, all, first_places(x, seed));
  layout->run();
  TsneMap map{Matrix(x.rows(), 2), layout->divergence()};
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const PlanePoint& p = layout->points()[static_cast<std::size_t>(row)];
    map.points.row(row) << static_cast<float>(p.x), static_cast<float>(p.y);
  }
  return map;
}

double trustworthiness(const MatrixView& x, const MatrixView& map, int neighbours) {
  check_rows("map", static_cast<std::size_t>(map.rows()), static_cast<std::size_t>(x.rows()));
  double penalty = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto in_x = ranks(x, row), in_map = ranks(map, row);
    for (std::size_t other = 0; other < in_x.size(); ++other)
      if (in_map[other] >= 1 && in_map[other] <= neighbours)
        penalty += std::max(0, in_x[other] - neighbours);
  }
  const auto n = static_cast<double>(x.rows()), k = static_cast<double>(neighbours);
  return 1 - penalty * 2 / (n * k * (2 * n - 3 * k - 1));
}

}  // namespace sandlot
