#include "agents/genetic/neat_network.h"

#include <algorithm>
#include <cmath>

#include "sim/core/policy.h"

namespace sandlot {
namespace {

constexpr float kSteepness = 4.9f;  // of the sigmoid (Stanley & Miikkulainen 2002, section 4.1)

// Nodes behind the bias in an order in which every link that is not recurrent, switched on or not,
// leads onward; of those that are free the lowest number comes first.
std::vector<std::int32_t> evaluation_order(const NeatGenome& genome, const NeatShape& shape) {
  std::vector<std::int32_t> left, order;
  for (std::int32_t o = 0; o < shape.outputs; ++o) left.push_back(shape.first_output() + o);
  left.insert(left.end(), genome.hidden.begin(), genome.hidden.end());
  std::vector<std::uint32_t> into(left.size());
  const auto place = [&](std::int32_t id) {
    return static_cast<std::size_t>(std::lower_bound(left.begin(), left.end(), id) - left.begin());
  };
  std::vector<std::vector<std::size_t>> next(left.size());
  for (const NeatLink& l : genome.links) {
    if (l.recurrent || l.from < shape.first_output()) continue;
    ++into[place(l.to)];
    next[place(l.from)].push_back(place(l.to));
  }
  std::vector<std::size_t> free;  // a heap, the least on top
  for (std::size_t i = left.size(); i-- > 0;)
    if (into[i] == 0) free.push_back(i);
  std::make_heap(free.begin(), free.end(), std::greater<>());
  while (!free.empty()) {
    std::pop_heap(free.begin(), free.end(), std::greater<>());
    const std::size_t at = free.back();
    free.pop_back();
    order.push_back(left[at]);
    for (const std::size_t to : next[at])
      if (--into[to] == 0) {
        free.push_back(to);
        std::push_heap(free.begin(), free.end(), std::greater<>());
      }
  }
  return order;
}

// Nodes from which links that are switched on lead to an output.
std::vector<std::int32_t> leading_to_outputs(const NeatGenome& genome, const NeatShape& shape) {
  std::vector<std::int32_t> open, found;
  for (std::int32_t o = 0; o < shape.outputs; ++o) open.push_back(shape.first_output() + o);
  found = open;
  while (!open.empty()) {
    const std::int32_t at = open.back();
    open.pop_back();
    for (const NeatLink& l : genome.links) {
      if (!l.enabled || l.to != at || l.from < shape.first_output()) continue;
      if (std::find(found.begin(), found.end(), l.from) != found.end()) continue;
      found.push_back(l.from);
      open.push_back(l.from);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

NeatNetwork::NeatNetwork(const EnvironmentSpec& spec, NeatActivation activation, bool scaled,
                         bool delayed)
    : observation_(spec.observation),
      action_(spec.action),
      activation_(activation),
      delayed_(delayed) {
  shape_.inputs = static_cast<std::int32_t>(observation_.size());
  shape_.outputs = action_.is_discrete() ? action_.n : static_cast<std::int32_t>(action_.size());
  for (std::size_t i = 0; i < observation_.size(); ++i) {
    const float low = observation_.low_at(i), high = observation_.high_at(i);
    const bool bounded = scaled && std::isfinite(low) && std::isfinite(high) && high > low;
    middle_.push_back(bounded ? low / 2 + high / 2 : 0);
    factor_.push_back(bounded ? 1 / (high / 2 - low / 2) : 1);
  }
  chosen_.resize(static_cast<std::size_t>(shape_.outputs));
  compile({});
}

void NeatNetwork::compile(const NeatGenome& genome) {
  nodes_.clear();
  for (std::int32_t i = 0; i <= shape_.bias(); ++i) nodes_.push_back({i, 0});
  const auto live = leading_to_outputs(genome, shape_);
  for (const std::int32_t id : evaluation_order(genome, shape_))
    if (std::binary_search(live.begin(), live.end(), id)) nodes_.push_back({id, 1});
  const std::size_t fixed = static_cast<std::size_t>(shape_.bias()) + 1;
  live_hidden_ = live.size() - static_cast<std::size_t>(shape_.outputs);

  std::vector<std::pair<std::int32_t, std::int32_t>> places;  // of nodes, by their number
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    places.emplace_back(nodes_[i].id, static_cast<std::int32_t>(i));
  std::sort(places.begin(), places.end());
  const auto place_of = [&](std::int32_t id) {
    const auto at = std::lower_bound(places.begin(), places.end(), std::pair(id, 0));
    return at != places.end() && at->first == id ? at->second : -1;
  };

  first_.assign(1, 0);
  sources_.clear();
  weights_.clear();
  std::vector<std::vector<const NeatLink*>> into(nodes_.size());
  for (const NeatLink& l : genome.links)
    if (l.enabled && place_of(l.to) >= 0 && place_of(l.from) >= 0)
      into[static_cast<std::size_t>(place_of(l.to))].push_back(&l);
  for (std::size_t i = fixed; i < nodes_.size(); ++i) {
    for (const NeatLink* l : into[i]) {
      const auto from = static_cast<std::uint32_t>(place_of(l->from));
      sources_.push_back(from);
      weights_.push_back(l->weight);
      if (from < i) nodes_[i].depth = std::max(nodes_[i].depth, nodes_[from].depth + 1);
    }
    first_.push_back(static_cast<std::uint32_t>(sources_.size()));
  }
  outputs_.clear();
  for (std::int32_t o = 0; o < shape_.outputs; ++o)
    outputs_.push_back(static_cast<std::uint32_t>(place_of(shape_.first_output() + o)));
  const std::size_t rows = std::max<std::size_t>(capacity_, 1);
  capacity_ = 0;
  values_.clear();
  make_room(rows);
}

void NeatNetwork::make_room(std::size_t rows) {
  if (rows <= capacity_) return;
  std::vector<float> old(nodes_.size() * rows);
  old.swap(values_);
  for (std::size_t n = 0; capacity_ > 0 && n < nodes_.size(); ++n)
    std::copy_n(old.data() + n * capacity_, capacity_, values_.data() + n * rows);
  capacity_ = rows;
  if (delayed_) before_.resize(values_.size());
  sums_.resize(rows);
  raw_.resize(rows * outputs_.size());
}

void NeatNetwork::forget(int row) {
  const auto at = static_cast<std::size_t>(row);
  if (at >= capacity_) return;  // there is nothing that it holds
  for (std::size_t n = 0; n < nodes_.size(); ++n) values_[n * capacity_ + at] = 0;
}

void NeatNetwork::forward(std::size_t rows, std::span<const float> observations) {
  const std::size_t inputs = middle_.size(), fixed = inputs + 1;
  for (std::size_t i = 0; i < inputs; ++i)
    for (std::size_t r = 0; r < rows; ++r)
      values_[i * capacity_ + r] = (observations[r * inputs + i] - middle_[i]) * factor_[i];
  std::fill_n(values_.data() + inputs * capacity_, rows, 1.0f);
  // The place of a recurrent link's source is not before its target's, so that it still holds what
  // it held in the step before.
  const auto output = [&](std::size_t node) {
    return std::find(outputs_.begin(), outputs_.end(), node) - outputs_.begin();
  };
  if (delayed_) std::copy(values_.begin(), values_.end(), before_.begin());
  const float* held = delayed_ ? before_.data() : values_.data();
  float* sum = sums_.data();
  for (std::size_t n = fixed; n < nodes_.size(); ++n) {
    std::fill_n(sum, rows, 0.0f);
    for (std::size_t l = first_[n - fixed]; l < first_[n - fixed + 1]; ++l) {
      const float weight = weights_[l];
      const float* from = held + sources_[l] * capacity_;
      for (std::size_t r = 0; r < rows; ++r) sum[r] += weight * from[r];
    }
    if (nodes_[n].id < shape_.first_hidden())
      std::copy_n(sum, rows, raw_.data() + static_cast<std::size_t>(output(n)) * capacity_);
    activate(n, rows);
  }
}

void NeatNetwork::activate(std::size_t node, std::size_t rows) {
  const float* sum = sums_.data();
  float* to = values_.data() + node * capacity_;
  if (activation_ == NeatActivation::sigmoid) {
    for (std::size_t r = 0; r < rows; ++r)
      to[r] = 0.5f + 0.5f * quick_tanh(kSteepness / 2 * sum[r]);
    return;
  }
  const std::int32_t id = nodes_[node].id;
  const bool chosen = activation_ == NeatActivation::mixed && id >= shape_.first_hidden();
  switch (chosen ? id % 4 : 0) {
    case 1:
      for (std::size_t r = 0; r < rows; ++r) to[r] = std::exp(-sum[r] * sum[r]);
      return;
    case 2:
      for (std::size_t r = 0; r < rows; ++r) to[r] = std::sin(sum[r]);
      return;
    case 3:
      for (std::size_t r = 0; r < rows; ++r) to[r] = std::abs(sum[r]);
      return;
    default:
      for (std::size_t r = 0; r < rows; ++r) to[r] = quick_tanh(sum[r]);
  }
}

void NeatNetwork::act(int rows, std::span<const float> observations,
                      std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                      std::span<float> continuous) {
  const auto count = static_cast<std::size_t>(rows);
  make_room(count);
  forward(count, observations);
  const std::size_t width = outputs_.size();
  for (std::size_t row = 0; row < count; ++row) {
    if (action_.is_discrete()) {
      for (std::size_t o = 0; o < width; ++o) chosen_[o] = raw_[o * capacity_ + row];
      actions[row] =
          greedy_action(chosen_, legal.empty() ? legal : legal.subspan(row * width, width));
      continue;
    }
    for (std::size_t o = 0; o < width; ++o) {
      const float low = action_.low_at(o), high = action_.high_at(o);
      const float held = value(outputs_[o], static_cast<int>(row));
      const float unit = activation_ == NeatActivation::sigmoid ? held : 0.5f + 0.5f * held;
      const bool bounded = std::isfinite(low) && std::isfinite(high);
      continuous[row * width + o] = bounded ? std::clamp(low + (high - low) * unit, low, high)
                                            : std::clamp(raw_[o * capacity_ + row], low, high);
    }
  }
}

std::vector<NeatNetwork::Link> NeatNetwork::live_links() const {
  std::vector<Link> links;
  const std::size_t fixed = static_cast<std::size_t>(shape_.bias()) + 1;
  for (std::size_t n = fixed; n < nodes_.size(); ++n)
    for (std::size_t l = first_[n - fixed]; l < first_[n - fixed + 1]; ++l)
      links.push_back({sources_[l], n, weights_[l], sources_[l] >= n});
  return links;
}

}  // namespace sandlot
