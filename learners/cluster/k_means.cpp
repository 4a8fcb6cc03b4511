#include "learners/cluster/k_means.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "learners/cluster/assignment.h"
#include "learners/cluster/lloyd.h"
#include "sim/core/thread_pool.h"

namespace sandlot {
namespace {

Eigen::RowVectorXd mean_of(const MatrixView& x, std::span<const float> weights) {
  Eigen::RowVectorXd mean = Eigen::RowVectorXd::Zero(x.cols());
  double total = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    mean += weight * x.row(row).cast<double>();
    total += weight;
  }
  return mean / total;
}

// The mean over columns of the variance, of rows about 0.
double mean_variance(const Matrix& x, std::span<const float> weights) {
  double sum = 0, total = 0;
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const auto weight = static_cast<double>(weights[static_cast<std::size_t>(row)]);
    sum += weight * static_cast<double>(x.row(row).squaredNorm());
    total += weight;
  }
  return sum / total / static_cast<double>(x.cols());
}

}  // namespace

void KMeansSettings::fields(Fields& f) {
  f.integer("clusters", clusters, "how many", Range::between(1, 1000000));
  f.choice("method", method,
           {{"lloyd", KMeansMethod::lloyd},
            {"bounds", KMeansMethod::bounds},
            {"mini_batch", KMeansMethod::mini_batch}},
           "bounds: the same result by fewer comparisons; mini_batch: an estimate, for many rows");
  f.integer("restarts", restarts, "of which the one with the least inertia is kept",
            Range::between(1, 1000));
  f.integer("iterations", iterations, "at most; of mini_batch: passes over the rows",
            Range::between(1, 1000000));
  f.number("tolerance", tolerance,
           "done when the squares of the centres' moves sum up to less than this share of the "
           "columns' mean variance",
           Range::at_least(0));
  f.integer("batch", batch, "rows of a batch of mini_batch", Range::between(1, 1 << 24));
  f.integer("threads", threads, "the result is the same for any number", Range::between(1, 1024));
}

KMeans::KMeans(const Settings& settings, const Space& input, Seed seed)
    : Clusterer(input), settings_(settings), seed_(seed) {
  set_centres(Matrix::Zero(settings.clusters, static_cast<Eigen::Index>(columns())));
}

void KMeans::require_rows(const MatrixView& x) const {
  if (x.rows() < settings_.clusters)
    throw std::invalid_argument("x has " + std::to_string(x.rows()) + " rows; expected at least " +
                                std::to_string(settings_.clusters) + ", one per cluster");
}

void KMeans::set_centres(const Matrix& centres) {
  centres_ = centres;
  transposed_ = centres.transpose();
}

void KMeans::do_fit(const MatrixView& x, std::span<const float> weights) {
  require_rows(x);
  const Eigen::RowVectorXd mean = mean_of(x, weights);
  const Matrix about = (x.cast<double>().rowwise() - mean).cast<float>();
  ThreadPool pool(settings_.threads);
  const KMeansProblem problem{about, weights, pool, settings_.iterations,
                              settings_.tolerance * mean_variance(about, weights)};
  Random random(derive(seed_, "k-means"));
  KMeansResult best;
  best.inertia = std::numeric_limits<double>::infinity();
  for (int i = 0; i < settings_.restarts; ++i) {
    Matrix first = settings_.method == KMeansMethod::mini_batch
                       ? centres_of_some(about, weights, random)
                       : first_centres(about, weights, settings_.clusters, random);
    KMeansResult found = settings_.method == KMeansMethod::lloyd ? lloyd(problem, std::move(first))
                         : settings_.method == KMeansMethod::bounds
                             ? lloyd_by_bounds(problem, std::move(first))
                             : mini_batches(problem, std::move(first), settings_.batch, random);
    if (i == 0 || found.inertia < best.inertia) best = std::move(found);
  }
  set_centres((best.centres.cast<double>().rowwise() + mean).cast<float>());
  counts_ = std::move(best.counts);
  inertia_ = best.inertia;
  iterations_ = best.iterations;
}

// From a few batches of rows: to look at all of them for each centre would take longer than the
// rest.
Matrix KMeans::centres_of_some(const Matrix& x, std::span<const float> weights,
                               Random& random) const {
  const auto count = std::max<std::int64_t>(3 * std::int64_t{settings_.batch},
                                            3 * std::int64_t{settings_.clusters});
  if (count >= x.rows()) return first_centres(x, weights, settings_.clusters, random);
  std::vector<Eigen::Index> rows;
  std::vector<float> some;
  for (std::int64_t i = 0; i < count; ++i) {
    rows.push_back(random.below(static_cast<std::uint32_t>(x.rows())));
    some.push_back(weights[static_cast<std::size_t>(rows.back())]);
  }
  return first_centres(Matrix(x(rows, Eigen::all)), some, settings_.clusters, random);
}

void KMeans::do_partial_fit(const MatrixView& x, std::span<const float> weights) {
  if (!fitted()) {
    require_rows(x);
    Random random(derive(seed_, "k-means"));
    set_centres(first_centres(x, weights, settings_.clusters, random));
    counts_.assign(static_cast<std::size_t>(settings_.clusters), 0);
  }
  std::vector<std::int32_t> labels(static_cast<std::size_t>(x.rows()));
  for (Eigen::Index row = 0; row < x.rows(); ++row)
    labels[static_cast<std::size_t>(row)] = do_predict_row(x.row(row).data());
  Matrix centres = centres_;
  move_centres(x, weights, labels, centres, counts_);
  set_centres(centres);
}

// All centres side by side, column by column.
std::int32_t KMeans::do_predict_row(const float* x) const {
  thread_local Eigen::ArrayXf away;
  away.setZero(transposed_.cols());
  for (Eigen::Index c = 0; c < transposed_.rows(); ++c)
    away += (transposed_.row(c).transpose().array() - x[c]).square();
  Eigen::Index nearest = 0;
  away.minCoeff(&nearest);
  return static_cast<std::int32_t>(nearest);
}

void KMeans::do_save(Writer& out) const {
  out.tag("k-means");
  save_rows({centres_.data(), static_cast<std::size_t>(centres_.size())}, out);
  out.write(counts_);
  out.write(inertia_);
  out.write(iterations_);
}

void KMeans::do_load(Reader& in) {
  in.expect_tag("k-means");
  const auto values = load_rows(in, columns());
  in.read(counts_);
  in.read(inertia_);
  in.read(iterations_);
  const auto clusters = static_cast<std::size_t>(settings_.clusters);
  if (values.size() != clusters * columns() || (!counts_.empty() && counts_.size() != clusters))
    in.fail("there are other clusters than expected");
  for (const double count : counts_)
    if (!(count >= 0) || !std::isfinite(count)) in.fail("a cluster's weight is not valid");
  set_centres(MatrixMap(values.data(), settings_.clusters, static_cast<Eigen::Index>(columns())));
}

}  // namespace sandlot
