#include "learners/neighbours.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/core/thread_pool.h"

namespace sandlot {
namespace {

using Eigen::internal::packet_traits;
using Eigen::internal::pload;
using Eigen::internal::pmadd;
using Eigen::internal::pmin;
using Eigen::internal::predux_min;
using Eigen::internal::pset1;
using Eigen::internal::pstore;
using Packet = packet_traits<float>::type;
constexpr std::size_t kLanes = packet_traits<float>::size;
// Queries looked at together, and packets of rows: they fill most of 32 or of 16 registers.
constexpr std::size_t kTogether = kLanes == 16 ? 6 : 2;
constexpr std::size_t kPackets = 4;

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr std::size_t kTreeColumns = 16, kTreeRows = 1000;
constexpr std::size_t kQueries = 240;           // whose blocks are read from the cache
constexpr std::size_t kCacheFloats = 1u << 15;  // of the blocks that they share
constexpr float kSlack = 1 - 1e-5f;     // rounding must not make a cell seem farther than its rows
constexpr std::size_t kLateRows = 256;  // added after the tree, before there is a new one

bool before(const Neighbour& a, const Neighbour& b) {
  return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
}

}  // namespace

void Nearest::start(double k) {
  k_ = k;
  total_ = 0;
  reach_ = kInfinity;
  found_.clear();
}

void Nearest::offer(float distance, std::uint32_t row, float weight) {
  const Neighbour offered{distance, row, weight};
  if (total_ >= k_ && !before(offered, found_.back())) return;
  found_.insert(std::upper_bound(found_.begin(), found_.end(), offered, before), offered);
  total_ += static_cast<double>(weight);
  while (total_ - static_cast<double>(found_.back().weight) >= k_) {
    total_ -= static_cast<double>(found_.back().weight);
    found_.pop_back();
  }
  if (total_ >= k_) reach_ = found_.back().distance;
}

std::span<const Neighbour> Nearest::finish() {
  double before_last = 0;
  for (std::size_t i = 0; i + 1 < found_.size(); ++i)
    before_last += static_cast<double>(found_[i].weight);
  if (!found_.empty())
    found_.back().weight =
        static_cast<float>(std::min(static_cast<double>(found_.back().weight), k_ - before_last));
  return found_;
}

// One row that is looked for, without a tree.
struct NeighbourIndex::Query {
  const float* x = nullptr;
  Nearest* nearest = nullptr;               // either the nearest are looked for,
  std::vector<Neighbour>* found = nullptr;  // or all up to `reach`
  float reach = 0;
  std::vector<float> away;  // centre − x
  double square = 0, margin = 0;
  float most = 0;  // |row|² / 2 − row · x up to which a row may be near

  // |row − x|² = 2 (|row|² / 2 − row · x) + |x|².
  void update() {
    const double limit = static_cast<double>(nearest ? nearest->reach() : reach);
    most = static_cast<float>(0.5 * (limit - square) + margin);
  }
  void offer(float distance, std::uint32_t row, float weight) {
    if (!nearest) {
      if (distance <= reach) found->push_back({distance, row, weight});
      return;
    }
    nearest->offer(distance, row, weight);
    update();
  }
};

void NeighbourIndex::clear() { *this = NeighbourIndex(method_, columns_); }

bool NeighbourIndex::use_tree() const {
  if (method_ != NeighbourMethod::automatic) return method_ == NeighbourMethod::kd_tree;
  return columns_ <= kTreeColumns && rows() >= kTreeRows;
}

void NeighbourIndex::add(const MatrixView& x, std::span<const float> weights) {
  const std::size_t first = rows();
  for (Eigen::Index row = 0; row < x.rows(); ++row) {
    const float* values = x.row(row).data();
    values_.insert(values_.end(), values, values + columns_);
  }
  weights_.insert(weights_.end(), weights.begin(), weights.end());
  const bool again =
      built_ == 0 || tree_ != use_tree() ||
      (tree_ ? rows() - built_ > std::max(kLateRows, built_ / 8) : rows() >= 2 * built_);
  if (again) return build();
  for (std::size_t row = first; row < rows(); ++row)
    add_to_blocks(static_cast<std::uint32_t>(row),
                  block_sizes_.size() == leaves_ || block_sizes_.back() == kRows);
}

void NeighbourIndex::build() {
  built_ = rows();
  tree_ = use_tree();
  nodes_.clear();
  blocks_.clear();
  halves_.clear();
  block_rows_.clear();
  block_sizes_.clear();
  leaves_ = 0;
  radius_ = 0;
  centre_.assign(columns_, 0);
  if (tree_) {
    std::vector<std::uint32_t> order(rows());
    std::iota(order.begin(), order.end(), 0u);
    build_node(order);
    leaves_ = block_sizes_.size();
    return;
  }
  for (std::size_t c = 0; c < columns_; ++c) {
    double sum = 0;
    for (std::size_t row = 0; row < rows(); ++row)
      sum += static_cast<double>(values_[row * columns_ + c]);
    centre_[c] = static_cast<float>(sum / static_cast<double>(rows()));
  }
  for (std::size_t row = 0; row < rows(); ++row)
    add_to_blocks(static_cast<std::uint32_t>(row), row % kRows == 0);
}

void NeighbourIndex::add_to_blocks(std::uint32_t row, bool new_block) {
  if (new_block) {
    blocks_.resize(blocks_.size() + columns_ * kRows, 0);
    halves_.resize(halves_.size() + kRows, kInfinity);
    block_rows_.resize(block_rows_.size() + kRows);
    block_sizes_.push_back(0);
  }
  const std::size_t block = block_sizes_.size() - 1, lane = block_sizes_[block]++;
  block_rows_[block * kRows + lane] = row;
  double squares = 0;
  for (std::size_t c = 0; c < columns_; ++c) {
    const float value = values_[row * columns_ + c] - centre_[c];
    blocks_[(block * columns_ + c) * kRows + lane] = value;
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  halves_[block * kRows + lane] = static_cast<float>(squares / 2);
  radius_ = std::max(radius_, std::sqrt(squares));
}

// Splits the widest column, so that all leaves but the last are full.
void NeighbourIndex::build_node(std::span<std::uint32_t> rows) {
  const std::size_t node = nodes_.size();
  nodes_.emplace_back();
  const auto value = [&](std::uint32_t row, std::size_t c) { return values_[row * columns_ + c]; };
  if (rows.size() <= kRows) {
    nodes_[node].other = static_cast<std::uint32_t>(block_sizes_.size());
    for (std::size_t i = 0; i < rows.size(); ++i) add_to_blocks(rows[i], i == 0);
    return;
  }
  std::size_t widest = 0;
  float width = -1;
  for (std::size_t c = 0; c < columns_; ++c) {
    float low = kInfinity, high = -kInfinity;
    for (const std::uint32_t row : rows) {
      low = std::min(low, value(row, c));
      high = std::max(high, value(row, c));
    }
    if (high - low <= width) continue;
    width = high - low;
    widest = c;
  }
  const std::size_t below = ((rows.size() + kRows - 1) / kRows) / 2 * kRows;
  const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(rows.begin(), middle, rows.end(), [&](std::uint32_t a, std::uint32_t b) {
    return value(a, widest) < value(b, widest) || (value(a, widest) == value(b, widest) && a < b);
  });
  nodes_[node].column = static_cast<std::int32_t>(widest);
  nodes_[node].split = value(*middle, widest);
  build_node(rows.first(below));
  nodes_[node].other = static_cast<std::uint32_t>(nodes_.size());
  build_node(rows.subspan(below));
}

float NeighbourIndex::distance(const float* x, std::uint32_t row) const {
  const float* to = &values_[row * columns_];
  float sum = 0;
  for (std::size_t c = 0; c < columns_; ++c) sum += (to[c] - x[c]) * (to[c] - x[c]);
  return sum;
}

// The sums of distance(), for the 16 rows of a tree's block from `values` on.
NeighbourIndex::Part NeighbourIndex::distances(const float* values, const float* x) const {
  Part sums = Part::Zero();
  for (std::size_t c = 0; c < columns_; ++c, values += kRows) {
    const Part away = Eigen::Map<const Part, Eigen::AlignedMax>(values) - x[c];
    sums += away * away;
  }
  return sums;
}

void NeighbourIndex::scan_block(std::size_t block, const float* x, Nearest& nearest) const {
  for (std::size_t first = 0; first < block_sizes_[block]; first += 16) {
    const Part sums = distances(&blocks_[block * columns_ * kRows + first], x);
    const std::size_t count = std::min<std::size_t>(16, block_sizes_[block] - first);
    for (std::size_t i = 0; i < count; ++i) {
      const float distance = sums[static_cast<Eigen::Index>(i)];
      if (!(distance <= nearest.reach())) continue;
      const std::uint32_t row = block_rows_[block * kRows + first + i];
      nearest.offer(distance, row, weights_[row]);
    }
  }
}

void NeighbourIndex::gather_block(std::size_t block, const float* x, float reach,
                                  std::vector<Neighbour>& found) const {
  for (std::size_t first = 0; first < block_sizes_[block]; first += 16) {
    const Part sums = distances(&blocks_[block * columns_ * kRows + first], x);
    if (!(sums.minCoeff() <= reach)) continue;
    const std::size_t count = std::min<std::size_t>(16, block_sizes_[block] - first);
    for (std::size_t i = 0; i < count; ++i) {
      const float distance = sums[static_cast<Eigen::Index>(i)];
      if (!(distance <= reach)) continue;
      const std::uint32_t row = block_rows_[block * kRows + first + i];
      found.push_back({distance, row, weights_[row]});
    }
  }
}

void NeighbourIndex::gather(std::size_t node, const float* x, float bound, float reach,
                            float* offsets, std::vector<Neighbour>& found) const {
  const Node& here = nodes_[node];
  if (here.column < 0) return gather_block(here.other, x, reach, found);
  const float away = x[here.column] - here.split;
  const std::size_t near = away < 0 ? node + 1 : here.other, far = away < 0 ? here.other : node + 1;
  gather(near, x, bound, reach, offsets, found);
  float& offset = offsets[here.column];
  const float old = offset, other_bound = bound - old + away * away;
  if (!(other_bound * kSlack <= reach)) return;
  offset = away * away;
  gather(far, x, other_bound, reach, offsets, found);
  offset = old;
}

// `bound`: the square of the distance to the node's cell; `offsets`: what each column adds to it.
void NeighbourIndex::descend(std::size_t node, const float* x, float bound, float* offsets,
                             Nearest& nearest) const {
  const Node& here = nodes_[node];
  if (here.column < 0) return scan_block(here.other, x, nearest);
  const float away = x[here.column] - here.split;
  const std::size_t near = away < 0 ? node + 1 : here.other, far = away < 0 ? here.other : node + 1;
  descend(near, x, bound, offsets, nearest);
  float& offset = offsets[here.column];
  const float old = offset, other_bound = bound - old + away * away;
  if (!(other_bound * kSlack <= nearest.reach())) return;
  offset = away * away;
  descend(far, x, other_bound, offsets, nearest);
  offset = old;
}

void NeighbourIndex::start(Query& query, const float* x, double k, Nearest& nearest) const {
  nearest.start(k);
  query.nearest = &nearest;
  query.found = nullptr;
  place(query, x);
}

void NeighbourIndex::place(Query& query, const float* x) const {
  query.x = x;
  query.away.resize(columns_);
  query.square = 0;
  for (std::size_t c = 0; c < columns_; ++c) {
    query.away[c] = centre_[c] - x[c];
    query.square += static_cast<double>(query.away[c]) * static_cast<double>(query.away[c]);
  }
  // A sum of n products is off by at most n · 2^−24 of the sum of their sizes (Higham 2002,
  // eq. 3.5); so are the differences from the centre, and the distance that it is compared with.
  const double size = std::sqrt(query.square) + radius_;
  query.margin = static_cast<double>(columns_ + 16) * 0x1p-23 * size * size;
  query.update();
}

// Offers the rows of the blocks that may be near to `Count` queries.
template <std::size_t Count>
void NeighbourIndex::sift_some(std::size_t first, std::size_t last, Query* queries) const {
  constexpr std::size_t kWidth = kPackets * kLanes;
  static_assert(kRows % kWidth == 0);
  alignas(64) float sums[kWidth];
  for (std::size_t block = first; block < last; ++block) {
    for (std::size_t part = 0; part < kRows; part += kWidth) {
      Packet found[Count][kPackets];
      const float* half = &halves_[block * kRows + part];
      for (std::size_t v = 0; v < kPackets; ++v)
        for (std::size_t q = 0; q < Count; ++q) found[q][v] = pload<Packet>(half + v * kLanes);
      const float* values = &blocks_[block * columns_ * kRows + part];
      for (std::size_t c = 0; c < columns_; ++c, values += kRows) {
        Packet row[kPackets];
        for (std::size_t v = 0; v < kPackets; ++v) row[v] = pload<Packet>(values + v * kLanes);
        for (std::size_t q = 0; q < Count; ++q) {
          const Packet x = pset1<Packet>(queries[q].away[c]);
          for (std::size_t v = 0; v < kPackets; ++v) found[q][v] = pmadd(x, row[v], found[q][v]);
        }
      }
      for (std::size_t q = 0; q < Count; ++q) {
        const Packet least = pmin(pmin(found[q][0], found[q][1]), pmin(found[q][2], found[q][3]));
        if (!(predux_min(least) <= queries[q].most)) continue;
        for (std::size_t v = 0; v < kPackets; ++v) pstore(sums + v * kLanes, found[q][v]);
        for (std::size_t i = 0; i < kWidth; ++i) {
          if (!(sums[i] <= queries[q].most) || part + i >= block_sizes_[block]) continue;
          const std::uint32_t row = block_rows_[block * kRows + part + i];
          queries[q].offer(distance(queries[q].x, row), row, weights_[row]);
        }
      }
    }
  }
}

void NeighbourIndex::sift(std::size_t first, std::size_t last, std::span<Query> queries) const {
  std::size_t q = 0;
  for (; q + kTogether <= queries.size(); q += kTogether)
    sift_some<kTogether>(first, last, &queries[q]);
  for (; q < queries.size(); ++q) sift_some<1>(first, last, &queries[q]);
}

void NeighbourIndex::search(const float* x, double k, Nearest& nearest) const {
  if (!tree_) {
    thread_local Query query;
    start(query, x, k, nearest);
    return sift_some<1>(0, block_sizes_.size(), &query);
  }
  nearest.start(k);
  thread_local std::vector<float> offsets;
  offsets.assign(columns_, 0);
  descend(0, x, 0, offsets.data(), nearest);
  for (std::size_t block = leaves_; block < block_sizes_.size(); ++block)
    scan_block(block, x, nearest);
}

void NeighbourIndex::search(const MatrixView& x, double k, int threads, const Use& use) const {
  const std::size_t blocks = block_sizes_.size(),
                    shared = std::max<std::size_t>(1, kCacheFloats / (columns_ * kRows));
  ThreadPool pool(threads);
  pool.run(static_cast<int>(x.rows()), [&](int begin, int end) {
    std::vector<Nearest> nearest(tree_ ? 1 : kQueries);
    std::vector<Query> queries(tree_ ? 0 : kQueries);
    if (tree_) {
      for (Eigen::Index row = begin; row < end; ++row) {
        search(x.row(row).data(), k, nearest[0]);
        use(row, nearest[0].finish());
      }
      return;
    }
    for (Eigen::Index row = begin; row < end; row += static_cast<Eigen::Index>(kQueries)) {
      const auto count = std::min(kQueries, static_cast<std::size_t>(end - row));
      for (std::size_t q = 0; q < count; ++q)
        start(queries[q], x.row(row + static_cast<Eigen::Index>(q)).data(), k, nearest[q]);
      for (std::size_t block = 0; block < blocks; block += shared)
        sift(block, std::min(block + shared, blocks), std::span(queries).first(count));
      for (std::size_t q = 0; q < count; ++q)
        use(row + static_cast<Eigen::Index>(q), nearest[q].finish());
    }
  });
}

void NeighbourIndex::within(const float* x, float reach, std::vector<Neighbour>& found) const {
  found.clear();
  if (rows() == 0) return;
  if (!tree_) {
    thread_local Query query;
    query.nearest = nullptr;
    query.found = &found;
    query.reach = reach;
    place(query, x);
    return sift_some<1>(0, block_sizes_.size(), &query);
  }
  thread_local std::vector<float> offsets;
  offsets.assign(columns_, 0);
  gather(0, x, 0, reach, offsets.data(), found);
  for (std::size_t block = leaves_; block < block_sizes_.size(); ++block)
    gather_block(block, x, reach, found);
}

}  // namespace sandlot
