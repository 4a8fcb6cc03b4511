#include "learners/cluster/mean_shift.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>

#include "sim/core/random.h"
#include "sim/core/thread_pool.h"

namespace sandlot {
namespace {

constexpr double kCut = 4;       // bandwidths up to which the Gaussian kernel reaches
constexpr double kStill = 1e-3;  // of a bandwidth: a shorter move is none

float squared_distance(const float* a, const float* b, std::size_t columns) {
  float sum = 0;
  for (std::size_t c = 0; c < columns; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

}  // namespace

void MeanShiftSettings::fields(Fields& f) {
  f.choice("kernel", kernel,
           {{"flat", MeanShiftKernel::flat}, {"gaussian", MeanShiftKernel::gaussian}},
           "how rows near a point count");
  f.number("bandwidth", bandwidth, "how far is near; 0: estimated from the rows",
           Range::at_least(0));
  f.number("quantile", quantile, "of the distances to other rows, for the estimate",
           Range::between(0, 1));
  f.integer("sample", sample, "rows that the estimate is made from, at most",
            Range::between(2, 100000));
  f.boolean("bin_seeding", bin_seeding,
            "begin at the corners of a grid of bandwidths, not at every row");
  f.integer("min_bin_rows", min_bin_rows, "rows that a corner of the grid must have",
            Range::at_least(1));
  f.boolean(
      "keep_outliers", keep_outliers,
      "rows farther than the bandwidth from every mode belong to the nearest; otherwise to none");
  f.integer("iterations", iterations, "moves of a seed, at most", Range::at_least(1));
  f.integer("threads", threads, "the result is the same for any number", Range::between(1, 1024));
}

MeanShift::MeanShift(const Settings& settings, const Space& input, Seed seed)
    : Clusterer(input),
      settings_(settings),
      seed_(seed),
      bandwidth_(settings.bandwidth),
      centres_(0, static_cast<Eigen::Index>(input.size())) {}

double MeanShift::estimate_bandwidth(const MatrixView& x) const {
  std::vector<Eigen::Index> rows(static_cast<std::size_t>(x.rows()));
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<Eigen::Index>(i);
  if (rows.size() > static_cast<std::size_t>(settings_.sample)) {
    Random random(derive(seed_, "bandwidth"));
    random.shuffle(rows);
    rows.resize(static_cast<std::size_t>(settings_.sample));
  }
  const Matrix some = x(rows, Eigen::all);
  const auto count = static_cast<std::size_t>(some.rows());
  const auto k = std::max<std::size_t>(
      1, static_cast<std::size_t>(settings_.quantile * static_cast<double>(count)));
  std::vector<float> away(count);
  double sum = 0;
  for (Eigen::Index row = 0; row < some.rows(); ++row) {
    for (Eigen::Index other = 0; other < some.rows(); ++other)
      away[static_cast<std::size_t>(other)] =
          squared_distance(some.row(row).data(), some.row(other).data(), columns());
    const auto at = away.begin() + static_cast<std::ptrdiff_t>(k - 1);
    std::nth_element(away.begin(), at, away.end());
    sum += std::sqrt(static_cast<double>(*at));
  }
  return sum / static_cast<double>(count);
}

Matrix MeanShift::seeds(const MatrixView& x) const {
  if (!settings_.bin_seeding) return x;
  std::map<std::vector<std::int64_t>, int> bins;
  std::vector<std::int64_t> bin(columns());
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    for (std::size_t c = 0; c < columns(); ++c)
      bin[c] = std::llround(static_cast<double>(x(row, static_cast<Eigen::Index>(c))) / bandwidth_);
    ++bins[bin];
  }
  std::vector<float> values;
  for (const auto& [corner, rows] : bins) {
    if (rows < settings_.min_bin_rows) continue;
    for (const auto at : corner)
      values.push_back(static_cast<float>(static_cast<double>(at) * bandwidth_));
  }
  const auto width = static_cast<Eigen::Index>(columns());
  return MatrixMap(values.data(), static_cast<Eigen::Index>(values.size()) / width, width);
}

// Weight 0 where nothing is near.
MeanShift::Mode MeanShift::climb(const NeighbourIndex& index, const float* from,
                                 std::vector<Neighbour>& near) const {
  const bool flat = settings_.kernel == MeanShiftKernel::flat;
  const double reach = flat ? bandwidth_ : kCut * bandwidth_;
  const auto values = index.values();
  Mode mode{{from, from + columns()}, 0};
  std::vector<double> mean(columns());
  for (int i = 0; i < settings_.iterations; ++i) {
    index.within(mode.at.data(), static_cast<float>(reach * reach), near);
    std::fill(mean.begin(), mean.end(), 0.0);
    double total = 0;
    for (const Neighbour& n : near) {
      const double share =
          static_cast<double>(n.weight) *
          (flat ? 1 : std::exp(-static_cast<double>(n.distance) / (2 * bandwidth_ * bandwidth_)));
      const float* row = &values[n.row * columns()];
      for (std::size_t c = 0; c < columns(); ++c) mean[c] += share * static_cast<double>(row[c]);
      total += share;
    }
    if (total == 0) break;
    double moved = 0;
    for (std::size_t c = 0; c < columns(); ++c) {
      const double to = mean[c] / total, by = to - static_cast<double>(mode.at[c]);
      moved += by * by;
      mode.at[c] = static_cast<float>(to);
    }
    if (std::sqrt(moved) <= kStill * bandwidth_) break;
  }
  index.within(mode.at.data(), static_cast<float>(bandwidth_ * bandwidth_), near);
  for (const Neighbour& n : near) mode.weight += static_cast<double>(n.weight);
  return mode;
}

void MeanShift::merge(std::vector<Mode> modes) {
  std::sort(modes.begin(), modes.end(), [](const Mode& a, const Mode& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.at > b.at;
  });
  std::vector<float> kept;
  for (const Mode& mode : modes) {
    if (mode.weight == 0) continue;
    bool far = true;
    for (std::size_t at = 0; at < kept.size() && far; at += columns())
      far = static_cast<double>(squared_distance(&kept[at], mode.at.data(), columns())) >
            bandwidth_ * bandwidth_;
    if (far) kept.insert(kept.end(), mode.at.begin(), mode.at.end());
  }
  const auto width = static_cast<Eigen::Index>(columns());
  centres_ = MatrixMap(kept.data(), static_cast<Eigen::Index>(kept.size()) / width, width);
}

void MeanShift::do_fit(const MatrixView& x, std::span<const float> weights) {
  bandwidth_ = settings_.bandwidth > 0 ? settings_.bandwidth : estimate_bandwidth(x);
  if (!(bandwidth_ > 0))
    throw std::invalid_argument(
        "the rows are too much alike to estimate a bandwidth: set it, or a larger quantile");
  NeighbourIndex index(NeighbourMethod::automatic, columns());
  index.add(x, weights);
  const Matrix from = seeds(x);
  std::vector<Mode> modes(static_cast<std::size_t>(from.rows()));
  ThreadPool pool(settings_.threads);
  pool.run(static_cast<int>(from.rows()), [&](int begin, int end) {
    std::vector<Neighbour> near;
    for (int row = begin; row < end; ++row)
      modes[static_cast<std::size_t>(row)] = climb(index, from.row(row).data(), near);
  });
  merge(std::move(modes));
  if (centres_.rows() == 0)
    throw std::invalid_argument("no seed has a row within the bandwidth: expected a larger one");
}

std::int32_t MeanShift::do_predict_row(const float* x) const {
  std::int32_t nearest = kNoCluster;
  float least = settings_.keep_outliers ? std::numeric_limits<float>::infinity()
                                        : static_cast<float>(bandwidth_ * bandwidth_);
  for (Eigen::Index c = 0; c < centres_.rows(); ++c) {
    const float away = squared_distance(x, centres_.row(c).data(), columns());
    if (away > least || (away == least && nearest != kNoCluster)) continue;
    least = away;
    nearest = static_cast<std::int32_t>(c);
  }
  return nearest;
}

void MeanShift::do_save(Writer& out) const {
  out.tag("mean-shift");
  out.write(bandwidth_);
  save_rows({centres_.data(), static_cast<std::size_t>(centres_.size())}, out);
}

void MeanShift::do_load(Reader& in) {
  in.expect_tag("mean-shift");
  in.read(bandwidth_);
  if (!(bandwidth_ >= 0) || !std::isfinite(bandwidth_)) in.fail("the bandwidth is not valid");
  const auto values = load_rows(in, columns());
  const auto width = static_cast<Eigen::Index>(columns());
  centres_ = MatrixMap(values.data(), static_cast<Eigen::Index>(values.size()) / width, width);
}

}  // namespace sandlot
