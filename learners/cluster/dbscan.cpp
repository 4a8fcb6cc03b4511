#include "learners/cluster/dbscan.h"

#include <algorithm>
#include <atomic>

#include "sim/core/thread_pool.h"

namespace sandlot {

void DbscanSettings::fields(Fields& f) {
  f.number("radius", radius, "how far a neighbour may be", Range::above(0));
  f.integer("min_rows", min_rows, "weight within the radius, its own included, of a core row",
            Range::at_least(1));
  f.integer("threads", threads, "the result is the same for any number", Range::between(1, 1024));
}

Dbscan::Dbscan(const Settings& settings, const Space& input, Seed)
    : Clusterer(input),
      settings_(settings),
      reach_(static_cast<float>(settings.radius * settings.radius)),
      core_(NeighbourMethod::automatic, input.size()) {}

namespace {

// Who is near whom, as far as there is memory for it; rows beyond that are looked for again.
class Surroundings {
 public:
  Surroundings(const MatrixView& x, std::span<const float> weights, float reach)
      : x_(x),
        reach_(reach),
        index_(NeighbourMethod::automatic, static_cast<std::size_t>(x.cols())),
        kept_(weights.size()) {
    index_.add(x, weights);
  }

  // The weight within reach. Different rows may be asked for by several threads at once.
  double weigh(std::uint32_t row, std::vector<Neighbour>& scratch) {
    index_.within(x_.row(row).data(), reach_, scratch);
    double weight = 0;
    for (const Neighbour& n : scratch) weight += static_cast<double>(n.weight);
    if (total_.fetch_add(scratch.size()) < kMostKept) {
      kept_[row].reserve(scratch.size());
      for (const Neighbour& n : scratch) kept_[row].push_back(n.row);
    }
    return weight;
  }
  // Valid until the next call.
  std::span<const std::uint32_t> of(std::uint32_t row) {
    if (!kept_[row].empty()) return kept_[row];
    index_.within(x_.row(row).data(), reach_, found_);
    again_.clear();
    for (const Neighbour& n : found_) again_.push_back(n.row);
    return again_;
  }

 private:
  static constexpr std::size_t kMostKept = std::size_t{1} << 25;  // 128 MiB

  const MatrixView& x_;
  float reach_;
  NeighbourIndex index_;
  std::atomic<std::size_t> total_ = 0;
  std::vector<std::vector<std::uint32_t>> kept_;
  std::vector<Neighbour> found_;
  std::vector<std::uint32_t> again_;
};

}  // namespace

void Dbscan::do_fit(const MatrixView& x, std::span<const float> weights) {
  const auto rows = static_cast<std::size_t>(x.rows());
  Surroundings surroundings(x, weights, reach_);
  std::vector<std::uint8_t> core(rows);
  ThreadPool pool(settings_.threads);
  pool.run(static_cast<int>(rows), [&](int begin, int end) {
    std::vector<Neighbour> scratch;
    for (int row = begin; row < end; ++row)
      core[static_cast<std::size_t>(row)] =
          surroundings.weigh(static_cast<std::uint32_t>(row), scratch) >= settings_.min_rows;
  });
  // Clusters grow one after the other, so that a row between two belongs to the first.
  std::vector<std::int32_t> labels(rows, kNoCluster);
  std::vector<std::uint32_t> open;
  clusters_ = 0;
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (!core[row] || labels[row] != kNoCluster) continue;
    labels[row] = clusters_;
    open.push_back(row);
    while (!open.empty()) {
      const std::uint32_t here = open.back();
      open.pop_back();
      for (const std::uint32_t near : surroundings.of(here)) {
        if (labels[near] != kNoCluster) continue;
        labels[near] = clusters_;
        if (core[near]) open.push_back(near);
      }
    }
    ++clusters_;
  }
  keep_core_rows(x, core, labels);
  fitted_labels_ = std::move(labels);
}

void Dbscan::keep_core_rows(const MatrixView& x, std::span<const std::uint8_t> core,
                            std::span<const std::int32_t> labels) {
  std::vector<Eigen::Index> kept;
  labels_.clear();
  for (std::size_t row = 0; row < core.size(); ++row) {
    if (!core[row]) continue;
    kept.push_back(static_cast<Eigen::Index>(row));
    labels_.push_back(labels[row]);
  }
  core_.clear();
  if (!kept.empty()) core_.add(Matrix(x(kept, Eigen::all)), std::vector<float>(kept.size(), 1.0f));
}

Matrix Dbscan::centres() const {
  const auto width = static_cast<Eigen::Index>(columns());
  Eigen::MatrixXd sums = Eigen::MatrixXd::Zero(clusters_, width);
  std::vector<double> counts(static_cast<std::size_t>(clusters_));
  const MatrixMap rows(core_.values().data(), static_cast<Eigen::Index>(labels_.size()), width);
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    sums.row(labels_[i]) += rows.row(static_cast<Eigen::Index>(i)).cast<double>();
    ++counts[static_cast<std::size_t>(labels_[i])];
  }
  for (Eigen::Index c = 0; c < clusters_; ++c) sums.row(c) /= counts[static_cast<std::size_t>(c)];
  return sums.cast<float>();
}

std::vector<std::int32_t> Dbscan::do_predict(const MatrixView& x) const {
  std::vector<std::int32_t> found(static_cast<std::size_t>(x.rows()));
  ThreadPool pool(settings_.threads);
  pool.run(static_cast<int>(x.rows()), [&](int begin, int end) {
    for (int row = begin; row < end; ++row)
      found[static_cast<std::size_t>(row)] = do_predict_row(x.row(row).data());
  });
  return found;
}

// A core row's own cluster has it within the radius, and no other's core rows are.
std::int32_t Dbscan::do_predict_row(const float* x) const {
  thread_local std::vector<Neighbour> near;
  core_.within(x, reach_, near);
  std::int32_t first = kNoCluster;
  for (const Neighbour& n : near)
    if (first == kNoCluster || labels_[n.row] < first) first = labels_[n.row];
  return first;
}

void Dbscan::do_save(Writer& out) const {
  out.tag("dbscan");
  out.write(clusters_);
  save_rows(core_.values(), out);
  out.write(labels_);
}

void Dbscan::do_load(Reader& in) {
  in.expect_tag("dbscan");
  in.read(clusters_);
  const auto values = load_rows(in, columns());
  in.read(labels_);
  if (values.size() != labels_.size() * columns()) in.fail("there are other rows than labels");
  if (clusters_ < 0) in.fail("there are fewer than no clusters");
  std::vector<bool> met(static_cast<std::size_t>(
      std::min<std::size_t>(static_cast<std::size_t>(clusters_), labels_.size())));
  if (met.size() != static_cast<std::size_t>(clusters_)) in.fail("a cluster has no rows");
  for (const auto label : labels_) {
    if (label < 0 || label >= clusters_) in.fail("a label is out of range");
    met[static_cast<std::size_t>(label)] = true;
  }
  if (std::find(met.begin(), met.end(), false) != met.end()) in.fail("a cluster has no rows");
  fitted_labels_.clear();
  core_.clear();
  if (!labels_.empty())
    core_.add(MatrixMap(values.data(), static_cast<Eigen::Index>(labels_.size()),
                        static_cast<Eigen::Index>(columns())),
              std::vector<float>(labels_.size(), 1.0f));
}

}  // namespace sandlot
