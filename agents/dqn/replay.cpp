#include "agents/dqn/replay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <cstring>
#include <stdexcept>

namespace sandlot {
namespace {

constexpr std::size_t block = 32;  // values translated together

bool use_bytes(ReplayStorage storage, const Space& observation) {
  return storage == ReplayStorage::bytes ||
         (storage == ReplayStorage::automatic && observation.fits_bytes());
}

template <class T>
void resize(std::vector<T>& values, std::size_t size) {
  if (values.size() != size) values.resize(size);
}

// What the constructor was not told to expect, since check() was not asked first.
struct Refusing final : Issues {
  void add(std::string_view path, std::string_view message) override {
    throw std::invalid_argument("replay: " + std::string(path) + ": " + std::string(message));
  }
};

std::size_t frame_size_of(const Space& observation, int frame_stack) {
  return observation.size() / static_cast<std::size_t>(frame_stack);
}

}  // namespace

ReplayBuffer::ReplayBuffer(const ReplaySettings& settings, const EnvironmentSpec& spec,
                           int frame_stack, int copies, int n_step, double discount, int state_size)
    : observation_(spec.observation),
      frame_stack_(frame_stack),
      copies_(copies),
      n_step_(n_step),
      length_(copies > 0 ? settings.capacity / copies : 0),
      actions_(static_cast<std::size_t>(spec.action.n)),
      masks_(spec.masks_actions ? actions_ : 0),
      state_size_(static_cast<std::size_t>(state_size)),
      frame_size_(frame_size_of(observation_, std::max(1, frame_stack))),
      bytes_(use_bytes(settings.storage, observation_)),
      frame_bytes_(frame_size_ * (bytes_ ? 1 : sizeof(float))),
      prioritized_(settings.prioritized),
      alpha_(settings.alpha),
      epsilon_(settings.epsilon) {
  if (!spec.action.is_discrete())
    throw std::invalid_argument("replay: expected discrete actions, not " + spec.action.describe());
  if (frame_stack < 1 || copies < 1 || n_step < 1 || state_size < 0 || !(discount >= 0) ||
      !(discount <= 1))
    throw std::invalid_argument("replay: a size or the discount is out of range");
  if (frame_size_ * static_cast<std::size_t>(frame_stack) != observation_.size())
    throw std::invalid_argument("replay: " + observation_.describe() + " is no stack of " +
                                std::to_string(frame_stack) + " frames");
  Refusing refusing;
  settings.check(observation_, copies, refusing, frame_stack, n_step);
  powers_.push_back(1);
  for (int i = 0; i < n_step; ++i) powers_.push_back(powers_.back() * discount);
  if (bytes_) {
    quantum_ = observation_.is_discrete() ? 1 : observation_.quantum;
    low_ = {observation_.low_at(0)};
    if (observation_.low.size() > 1)
      low_.assign(observation_.low.begin(),
                  observation_.low.begin() + static_cast<std::ptrdiff_t>(frame_size_));
  }
  const auto slots = static_cast<std::size_t>(length_ * copies_);
  frames_ = MappedMemory(slots * frame_bytes_, settings.memory_map);
  states_ = MappedMemory(slots * state_size_ * sizeof(float), settings.memory_map);
  legal_.resize(slots * masks_);
  slots_.resize(slots);
  rings_.resize(static_cast<std::size_t>(copies_));
  if (prioritized_) tree_ = SumTree(length_ * copies_);
  encoded_.resize(frame_bytes_);
}

std::size_t ReplayBuffer::bytes_for(const ReplaySettings& settings, const EnvironmentSpec& spec,
                                    int frame_stack, int copies, int state_size) {
  const std::int64_t slots = settings.capacity / copies * copies;
  const std::size_t per_slot =
      frame_size_of(spec.observation, frame_stack) *
          (use_bytes(settings.storage, spec.observation) ? 1 : sizeof(float)) +
      static_cast<std::size_t>(state_size) * sizeof(float) +
      (spec.masks_actions ? static_cast<std::size_t>(spec.action.n) : 0) + sizeof(Slot);
  return static_cast<std::size_t>(slots) * per_slot +
         SumTree::bytes_for(settings.prioritized ? slots : 0);
}

std::size_t ReplayBuffer::bytes() const {
  return frames_.size() + states_.size() + legal_.size() + slots_.size() * sizeof(Slot) +
         tree_.bytes();
}

float* ReplayBuffer::state(std::int64_t index) const {
  return reinterpret_cast<float*>(states_.data()) + static_cast<std::size_t>(index) * state_size_;
}

bool ReplayBuffer::begun(int row) const {
  const Ring& ring = rings_[static_cast<std::size_t>(row)];
  return ring.head > 0 && (flags(place(row, ring.head - 1)) & open_flag) != 0;
}

bool ReplayBuffer::holds(std::int64_t index) const {
  return index >= 0 && index < length_ * copies_ && (flags(index) & held_flag) != 0;
}

void ReplayBuffer::check_row(int row, std::span<const float> observation,
                             std::span<const std::uint8_t> legal,
                             std::span<const float> state) const {
  if (row < 0 || row >= copies_) throw std::invalid_argument("replay: there is no such row");
  if (observation.size() != observation_.size() || !(legal.empty() || legal.size() == actions_) ||
      !(state.empty() || state.size() == state_size_))
    throw std::invalid_argument(
        "replay: an observation, its mask of actions or its state has another size");
  for (const float value : state)
    if (!std::isfinite(value))
      throw std::invalid_argument("replay: a recurrent state is not finite");
}

// The newest frame as it will be stored. Checked value by value: what a byte does not hold exactly
// must not be learnt from as if it had been seen.
void ReplayBuffer::encode(std::span<const float> observation) {
  const float* const from = observation.data() + observation.size() - frame_size_;
  int wrong = 0;
  if (!bytes_) {
    for (std::size_t i = 0; i < frame_size_; ++i) wrong += std::isfinite(from[i]) ? 0 : 1;
    std::memcpy(encoded_.data(), from, frame_bytes_);
  } else {
    auto* const to = reinterpret_cast<std::uint8_t*>(encoded_.data());
    const float per_step = 1 / quantum_, quantum = quantum_;
    const auto level_of = [&](float value, float low) {
      const float level = (value - low) * per_step + 0.5f;
      // What is not a number becomes 0 too, and then differs from what 0 stands for.
      return static_cast<std::int32_t>(level >= 0 && level < 256 ? level : 0.0f);
    };
    const auto differs = [&](float value, float low, std::int32_t level) {
      return low + static_cast<float>(level) * quantum == value ? 0 : 1;
    };
    std::size_t i = 0;
    if (low_.size() == 1) {  // in blocks, as in decode()
      const float low = low_[0];
      for (; i + block <= frame_size_; i += block) {
        std::array<float, block> in;
        std::array<std::int32_t, block> level, bad;
        std::array<std::uint8_t, block> out;
        std::memcpy(in.data(), from + i, sizeof in);
        for (std::size_t j = 0; j < block; ++j) level[j] = level_of(in[j], low);
        for (std::size_t j = 0; j < block; ++j) bad[j] = differs(in[j], low, level[j]);
        for (std::size_t j = 0; j < block; ++j) out[j] = static_cast<std::uint8_t>(level[j]);
        for (std::size_t j = 0; j < block; ++j) wrong += bad[j];
        std::memcpy(to + i, out.data(), sizeof out);
      }
    }
    for (; i < frame_size_; ++i) {
      const float low = low_.size() == 1 ? low_[0] : low_[i];
      const std::int32_t level = level_of(from[i], low);
      wrong += differs(from[i], low, level);
      to[i] = static_cast<std::uint8_t>(level);
    }
  }
  if (wrong > 0)
    throw std::invalid_argument(
        "replay: " + std::to_string(wrong) + " values of an observation are not " +
        (bytes_ ? "of the steps that its space promises, " + observation_.describe() : "finite"));
}

void ReplayBuffer::decode(std::int64_t index, float* to) const {
  const std::byte* const from = frame(index);
  if (!bytes_) {
    std::memcpy(to, from, frame_bytes_);
    return;
  }
  const auto* const levels = reinterpret_cast<const std::uint8_t*>(from);
  const float quantum = quantum_;
  if (low_.size() > 1) {
    for (std::size_t i = 0; i < frame_size_; ++i)
      to[i] = low_[i] + static_cast<float>(levels[i]) * quantum;
    return;
  }
  // In blocks of a fixed length in local arrays, which compilers turn into vector instructions at
  // any level of optimisation.
  const float low = low_[0];
  std::size_t i = 0;
  for (; i + block <= frame_size_; i += block) {
    std::array<std::uint8_t, block> in;
    std::array<float, block> out;
    std::memcpy(in.data(), levels + i, sizeof in);
    for (std::size_t j = 0; j < block; ++j) out[j] = low + static_cast<float>(in[j]) * quantum;
    std::memcpy(to + i, out.data(), sizeof out);
  }
  for (; i < frame_size_; ++i) to[i] = low + static_cast<float>(levels[i]) * quantum;
}

void ReplayBuffer::hold(std::int64_t index) {
  slot(index).flags |= held_flag;
  ++size_;
  if (prioritized_) tree_.set(index, highest_);
}

void ReplayBuffer::release(std::int64_t index) {
  if ((flags(index) & held_flag) == 0) return;
  slot(index).flags &= ~held_flag;
  --size_;
  if (prioritized_) tree_.set(index, 0);
}

// The encoded frame becomes the newest slot of the row. What it overwrites is no longer part of any
// stack: the transitions that reached back to it go too.
std::int64_t ReplayBuffer::push(int row, std::uint32_t new_flags,
                                std::span<const std::uint8_t> legal,
                                std::span<const float> state_in) {
  Ring& ring = rings_[static_cast<std::size_t>(row)];
  const std::int64_t index = place(row, ring.head);
  if (ring.head >= length_) {
    const std::int64_t start = row * length_;
    release(index);
    std::int64_t later = index;
    for (int i = 1; i < frame_stack_; ++i) {
      later = after(later, start);
      if ((flags(later) & first_flag) != 0) break;
      release(later);
    }
  }
  if ((new_flags & first_flag) != 0) ring.first = ring.head;
  ++ring.head;
  filled_ = std::max(filled_, std::min(ring.head, length_));
  slot(index) = {0, 0, new_flags};
  std::memcpy(frame(index), encoded_.data(), frame_bytes_);
  if (masks_ > 0) {
    auto* const to = &legal_[static_cast<std::size_t>(index) * masks_];
    if (legal.empty())
      std::fill_n(to, masks_, std::uint8_t{1});
    else
      std::transform(legal.begin(), legal.end(), to,
                     [](std::uint8_t m) { return static_cast<std::uint8_t>(m != 0); });
  }
  if (state_size_ > 0) {
    if (state_in.empty())
      std::fill_n(state(index), state_size_, 0.0f);
    else
      std::copy(state_in.begin(), state_in.end(), state(index));
  }
  return index;
}

void ReplayBuffer::begin(int row, std::span<const float> observation,
                         std::span<const std::uint8_t> legal, std::span<const float> state) {
  check_row(row, observation, legal, state);
  if (begun(row)) throw std::logic_error("replay: begin() inside an episode");
  encode(observation);
  push(row, first_flag | open_flag, legal, state);
}

void ReplayBuffer::add(int row, std::int32_t action, float reward, Status status,
                       std::span<const float> next, std::span<const std::uint8_t> next_legal,
                       std::span<const float> next_state) {
  check_row(row, next, next_legal, next_state);
  if (!begun(row)) throw std::logic_error("replay: add() before begin()");
  if (action < 0 || static_cast<std::size_t>(action) >= actions_)
    throw std::invalid_argument("replay: there is no such action");
  if (!std::isfinite(reward)) throw std::invalid_argument("replay: a reward is not finite");
  encode(next);

  Ring& ring = rings_[static_cast<std::size_t>(row)];
  const std::int64_t number = ring.head - 1;
  const bool ended = status != Status::running;
  std::uint32_t step_flags = flags(place(row, number)) & first_flag;
  if (status == Status::terminated) step_flags |= terminated_flag;
  if (status == Status::truncated) step_flags |= truncated_flag;
  slot(place(row, number)) = {reward, action, step_flags};
  if (ended)
    push(row, final_flag, {}, {});
  else
    push(row, open_flag, next_legal, next_state);
  // The step completes the transition that began n − 1 before it; an end completes all after that
  // too. Their frames are still there, since a ring is at least as long as a stack and a return.
  const std::int64_t completed = number + 1 - n_step_;
  for (std::int64_t n = std::max(completed, ring.first); n <= (ended ? number : completed); ++n)
    hold(place(row, n));
}

void ReplayBuffer::write_observation(std::int64_t index, std::int64_t start, float* to) const {
  for (int k = frame_stack_ - 1; k >= 0; --k) {
    decode(index, to + static_cast<std::size_t>(k) * frame_size_);
    if (k == 0) break;
    if ((flags(index) & first_flag) != 0) {  // the rest of the stack is the first frame repeated
      const float* const first = to + static_cast<std::size_t>(k) * frame_size_;
      for (int i = 0; i < k; ++i)
        std::copy_n(first, frame_size_, to + static_cast<std::size_t>(i) * frame_size_);
      break;
    }
    index = before(index, start);
  }
}

void ReplayBuffer::write_legal(std::int64_t index, std::uint8_t* to) const {
  std::copy_n(&legal_[static_cast<std::size_t>(index) * masks_], masks_, to);
}

void ReplayBuffer::choose(int rows, Random& random, double beta, std::vector<std::int64_t>& indices,
                          std::vector<float>& weights) const {
  if (size_ == 0) throw std::logic_error("replay: there is nothing to sample yet");
  resize(indices, static_cast<std::size_t>(rows));
  resize(weights, static_cast<std::size_t>(rows));
  if (!prioritized_) {
    // Among the slots in use until one is held. Rings fill alike and few of their slots are not
    // held, so that one or two draws are enough. All are drawn before the first is looked at, so
    // that the memory has time to bring them.
    const auto slots = static_cast<std::uint32_t>(copies_ * filled_);
    const auto filled = static_cast<std::uint32_t>(filled_);
    const auto draw = [&]() -> std::int64_t {
      const std::uint32_t drawn = random.below(slots);
      return filled_ == length_ ? drawn : drawn / filled * length_ + drawn % filled;
    };
    for (auto& index : indices) {
      index = draw();
      __builtin_prefetch(&slot(index));
      __builtin_prefetch(frame(index));
    }
    for (auto& index : indices)
      while ((flags(index) & held_flag) == 0) index = draw();
    std::fill(weights.begin(), weights.end(), 1.0f);
    return;
  }
  const double part = tree_.total() / rows;
  double lowest = std::numeric_limits<double>::infinity();
  constexpr std::size_t most = 128;
  std::array<double, most> prefixes;
  for (std::size_t at = 0; at < indices.size(); at += most) {
    const std::size_t count = std::min(most, indices.size() - at);
    for (std::size_t i = 0; i < count; ++i)
      prefixes[i] = (static_cast<double>(at + i) + random.uniform()) * part;
    tree_.find(std::span(prefixes).first(count), std::span(indices).subspan(at, count));
  }
  for (const std::int64_t index : indices) {
    __builtin_prefetch(&slot(index));
    __builtin_prefetch(frame(index));
    lowest = std::min(lowest, tree_.weight(index));
  }
  // w_i = (N · P(i))^−β over the largest of them: N and the sum of priorities cancel.
  for (std::size_t i = 0; i < indices.size(); ++i)
    weights[i] = static_cast<float>(std::pow(lowest / tree_.weight(indices[i]), beta));
}

void ReplayBuffer::fill(ReplayBatch& out) const {
  const auto rows = out.indices.size();
  const std::size_t width = observation_.size();
  out.rows = static_cast<int>(rows);
  resize(out.observations, rows * width);
  resize(out.next_observations, rows * width);
  resize(out.actions, rows);
  resize(out.returns, rows);
  resize(out.discounts, rows);
  resize(out.next_legal, rows * masks_);
  for (std::size_t row = 0; row < rows; ++row) {
    const std::int64_t index = out.indices[row], start = start_of_ring(index);
    write_observation(index, start, &out.observations[row * width]);
    out.actions[row] = slot(index).action;
    double sum = 0, discount = 0;
    std::int64_t at = index;
    for (int k = 0;;) {
      const Slot& step = slot(at);
      sum += powers_[static_cast<std::size_t>(k)] * static_cast<double>(step.reward);
      at = after(at, start);
      ++k;
      if ((step.flags & terminated_flag) != 0) break;
      if (k == n_step_ || (step.flags & truncated_flag) != 0) {
        discount = powers_[static_cast<std::size_t>(k)];
        break;
      }
    }
    out.returns[row] = static_cast<float>(sum);
    out.discounts[row] = static_cast<float>(discount);
    write_observation(at, start, &out.next_observations[row * width]);
    if (masks_ > 0) write_legal(at, &out.next_legal[row * masks_]);
  }
}

void ReplayBuffer::sample(int rows, Random& random, double beta, ReplayBatch& out) const {
  choose(rows, random, beta, out.indices, out.weights);
  fill(out);
}

void ReplayBuffer::gather(std::span<const std::int64_t> indices, ReplayBatch& out) const {
  for (const std::int64_t index : indices)
    if (!holds(index)) throw std::invalid_argument("replay: there is no such transition");
  out.indices.assign(indices.begin(), indices.end());
  out.weights.assign(indices.size(), 1.0f);
  fill(out);
}

void ReplayBuffer::sample_sequences(int rows, int length, Random& random, double beta,
                                    SequenceBatch& out) const {
  choose(rows, random, beta, out.indices, out.weights);
  const auto n = static_cast<std::size_t>(rows), steps = static_cast<std::size_t>(length);
  const std::size_t width = observation_.size();
  out.rows = rows;
  out.length = length;
  resize(out.observations, (steps + 1) * n * width);
  resize(out.actions, steps * n);
  resize(out.rewards, steps * n);
  resize(out.terminated, steps * n);
  resize(out.mask, steps * n);
  resize(out.states, n * state_size_);
  resize(out.first, n);
  resize(out.legal, (steps + 1) * n * masks_);
  for (std::size_t row = 0; row < n; ++row) {
    std::int64_t at = out.indices[row];
    const std::int64_t start = start_of_ring(at);
    if (state_size_ > 0) std::copy_n(state(at), state_size_, &out.states[row * state_size_]);
    out.first[row] = (flags(at) & first_flag) != 0;
    bool seen = true;  // there is an observation
    for (std::size_t t = 0; t <= steps; ++t) {
      float* const observation = out.observations.data() + (t * n + row) * width;
      std::uint8_t* const legal = out.legal.data() + (t * n + row) * masks_;
      if (seen) {
        write_observation(at, start, observation);
        if (masks_ > 0) write_legal(at, legal);
      } else {
        std::fill_n(observation, width, 0.0f);
        std::fill_n(legal, masks_, std::uint8_t{1});
      }
      if (t == steps) break;
      seen = seen && (flags(at) & (open_flag | final_flag)) == 0;  // and a step from it
      const Slot step = seen ? slot(at) : Slot{};
      out.actions[t * n + row] = step.action;
      out.rewards[t * n + row] = step.reward;
      out.terminated[t * n + row] = (step.flags & terminated_flag) != 0;
      out.mask[t * n + row] = seen;
      at = after(at, start);
    }
  }
}

void ReplayBuffer::set_errors(std::span<const std::int64_t> indices,
                              std::span<const float> errors) {
  if (!prioritized_) return;
  if (indices.size() != errors.size())
    throw std::invalid_argument("replay: as many errors as indices are needed");
  for (std::size_t i = 0; i < indices.size(); ++i) {
    if (!holds(indices[i])) throw std::invalid_argument("replay: there is no such transition");
    if (!std::isfinite(errors[i]))
      throw std::invalid_argument("replay: a TD error is not finite: learning has diverged");
  }
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const double p = std::pow(std::abs(static_cast<double>(errors[i])) + epsilon_, alpha_);
    tree_.set(indices[i], p);
    highest_ = std::max(highest_, p);
  }
}

void ReplayBuffer::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  std::fill(rings_.begin(), rings_.end(), Ring{});
  if (prioritized_) tree_.clear();
  highest_ = 1;
  size_ = 0;
  filled_ = 0;
}

}  // namespace sandlot
