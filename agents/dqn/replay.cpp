#include "agents/dqn/replay.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>
#include <stdexcept>
#include <system_error>

#include "sim/core/archive.h"

namespace sandlot {
namespace {

constexpr std::size_t block = 32;  // values translated together

bool use_bytes(ReplayStorage storage, const Space& observation) {
  return storage == ReplayStorage::bytes ||
         (storage == ReplayStorage::automatic && observation.fits_bytes());
}

std::int64_t least_capacity(int copies, int frame_stack, int n_step) {
  return std::int64_t{copies} * (std::int64_t{frame_stack} + n_step);
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

void ReplaySettings::fields(Fields& f) {
  f.integer("capacity", capacity,
            "steps kept, over all copies; the last observation of an episode counts as one",
            Range::between(2, 1e9));
  f.boolean("prioritized", prioritized,
            "sample what had large errors more often (Schaul et al. 2016)");
  f.when(prioritized, "prioritized: true", [&] {
    f.number("alpha", alpha, "priorities are (|error| + epsilon)^alpha; 0: uniform",
             Range::between(0, 1));
    f.schedule("beta", beta, "exponent of the importance weights; 1 makes up for all of the bias",
               Range::between(0, 1));
    f.number("epsilon", epsilon, "added to each error, so that none is never sampled",
             Range::above(0));
  });
  f.choice("storage", storage,
           {{"automatic", ReplayStorage::automatic},
            {"bytes", ReplayStorage::bytes},
            {"floats", ReplayStorage::floats}},
           "of observations; automatic: bytes where they hold the values without loss");
  f.text("memory_map", memory_map,
         "a folder on a disk that holds the observations instead of the memory; \"\": none");
}

void ReplaySettings::check(const Space& observation, int copies, Issues& issues, int frame_stack,
                           int n_step) const {
  if (const auto least = least_capacity(copies, frame_stack, n_step); capacity < least)
    issues.add("capacity", "expected at least " + std::to_string(least) +
                               ": for each copy of the world the frames of an observation and the "
                               "steps of a return");
  if (storage == ReplayStorage::bytes && !observation.fits_bytes())
    issues.add("storage", "a byte does not hold this world's observations without loss, " +
                              observation.describe() +
                              (observation.is_discrete() ? " has more than 256 values"
                                                         : " is not made of 256 even steps") +
                              ": expected automatic or floats");
  std::error_code error;
  if (!memory_map.empty() && !std::filesystem::is_directory(memory_map, error))
    issues.add("memory_map", "expected a folder that exists; there is none at " + memory_map);
}

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

void ReplayBuffer::save(Writer& out) const {
  out.tag("replay");
  out.write<std::int64_t>(length_);
  for (const auto value : {copies_, frame_stack_, n_step_}) out.write<std::int32_t>(value);
  for (const auto value : {actions_, masks_, state_size_, frame_size_})
    out.write<std::uint64_t>(value);
  out.write(bytes_);
  out.write(quantum_);
  out.write(low_);
  out.write(powers_.back());
  out.write(prioritized_);
  out.write(prioritized_ ? alpha_ : 0);
  out.write(prioritized_ ? epsilon_ : 0);
  static_assert(sizeof(Slot) == 12, "slots are written as their bytes, which include no padding");
  for (int row = 0; row < copies_; ++row) {
    const std::int64_t head = rings_[static_cast<std::size_t>(row)].head;
    const auto count = static_cast<std::size_t>(std::min(head, length_));
    const std::int64_t start = row * length_;
    out.write(head);
    out.write_bytes(&slot(start), count * sizeof(Slot));
    out.write_bytes(frame(start), count * frame_bytes_);
    if (state_size_ > 0) out.write_bytes(state(start), count * state_size_ * sizeof(float));
    if (masks_ > 0)
      out.write_bytes(&legal_[static_cast<std::size_t>(start) * masks_], count * masks_);
    for (std::size_t i = 0; prioritized_ && i < count; ++i)
      out.write(tree_.weight(start + static_cast<std::int64_t>(i)));
  }
  out.write(highest_);
}

void ReplayBuffer::load(Reader& in) {
  const auto same = [&](auto value) {
    if (in.read<decltype(value)>() != value)
      in.fail("the replay memory was saved with other settings");
  };
  clear();
  try {
    in.expect_tag("replay");
    same(length_);
    for (const auto value : {copies_, frame_stack_, n_step_}) same(std::int32_t{value});
    for (const auto value : {actions_, masks_, state_size_, frame_size_})
      same(std::uint64_t{value});
    same(bytes_);
    same(quantum_);
    same(std::uint64_t{low_.size()});
    for (const float low : low_) same(low);
    same(powers_.back());
    same(prioritized_);
    same(prioritized_ ? alpha_ : 0.0);
    same(prioritized_ ? epsilon_ : 0.0);
    for (int row = 0; row < copies_; ++row) load_ring(in, row);
    in.read(highest_);
    if (!std::isfinite(highest_) || highest_ < 1) in.fail("a priority is out of range");
    for (std::int64_t i = 0; prioritized_ && i < length_ * copies_; ++i)
      if (tree_.weight(i) > highest_) in.fail("a priority is out of range");
    if (!std::isfinite(tree_.total())) in.fail("the priorities are too large");
  } catch (...) {
    clear();
    throw;
  }
}

void ReplayBuffer::load_ring(Reader& in, int row) {
  Ring& ring = rings_[static_cast<std::size_t>(row)];
  const std::int64_t head = in.read<std::int64_t>();
  if (head < 0 || head > std::int64_t{1} << 53) in.fail("a count of steps is out of range");
  const auto count = static_cast<std::size_t>(std::min(head, length_));
  const std::int64_t start = row * length_;
  ring.head = head;
  filled_ = std::max(filled_, static_cast<std::int64_t>(count));
  in.read_bytes(&slot(start), count * sizeof(Slot));
  in.read_bytes(frame(start), count * frame_bytes_);
  if (state_size_ > 0) in.read_bytes(state(start), count * state_size_ * sizeof(float));
  if (masks_ > 0) in.read_bytes(&legal_[static_cast<std::size_t>(start) * masks_], count * masks_);
  check_ring(in, row);
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t index = start + static_cast<std::int64_t>(i);
    const bool held = (flags(index) & held_flag) != 0;
    size_ += held;
    if (!prioritized_) continue;
    const auto weight = in.read<double>();
    if (!std::isfinite(weight) || weight < 0 || (weight > 0) != held)
      in.fail("a priority is out of range");
    tree_.set(index, weight);
  }
  ring.first = 0;  // the newest episode's start; one that is overwritten might be anywhere before
  for (std::int64_t n = head - static_cast<std::int64_t>(count); n < head; ++n)
    if ((flags(place(row, n)) & first_flag) != 0) ring.first = n;
}

// That the slots are what begin() and add() make, in an order that they can make.
void ReplayBuffer::check_ring(Reader& in, int row) const {
  const std::int64_t head = rings_[static_cast<std::size_t>(row)].head;
  const std::int64_t oldest = std::max<std::int64_t>(0, head - length_);
  std::vector<float> values(frame_size_);
  constexpr std::uint32_t kinds = first_flag | open_flag | final_flag | ended_flags;
  bool start_seen = false;  // of the episode that the slot is part of
  for (std::int64_t n = oldest; n < head; ++n) {
    const std::int64_t index = place(row, n);
    const Slot& s = slot(index);
    const std::uint32_t f = s.flags;
    if ((f & ~all_flags) != 0 || (f & ended_flags) == ended_flags)
      in.fail("a step is of no known kind");
    if (s.action < 0 || static_cast<std::size_t>(s.action) >= actions_)
      in.fail("an action is out of range");
    if (!std::isfinite(s.reward)) in.fail("a reward is not finite");
    if ((f & final_flag) != 0 && (f & kinds) != final_flag) in.fail("an episode's end is broken");
    if ((f & open_flag) != 0 && (f & kinds & ~first_flag) != open_flag)
      in.fail("an episode's newest step is broken");
    const bool newest = n == head - 1;
    if (newest ? (f & (open_flag | final_flag)) == 0 : (f & open_flag) != 0)
      in.fail("an episode's newest step is broken");
    if (n == 0 && (f & first_flag) == 0) in.fail("an episode has no start");
    if (!newest) {
      const std::uint32_t next = flags(place(row, n + 1)) & (first_flag | final_flag);
      const std::uint32_t expected = (f & final_flag) != 0    ? first_flag
                                     : (f & ended_flags) != 0 ? final_flag
                                                              : 0;
      if (next != expected) in.fail("the steps of an episode are not in order");
    }
    if ((f & first_flag) != 0) start_seen = true;
    const bool stack_there = start_seen || n - (frame_stack_ - 1) >= oldest;
    if ((f & held_flag) != 0 && (!stack_there || (f & (open_flag | final_flag)) != 0))
      in.fail("a step may be sampled that is not complete");
    // Held exactly if complete: its n steps are there, or fewer up to the end.
    if ((f & (open_flag | final_flag)) == 0) {
      bool complete = n + n_step_ < head;
      for (std::int64_t m = n; !complete && m < head; ++m)
        complete = (flags(place(row, m)) & ended_flags) != 0;
      if ((complete && stack_there) != ((f & held_flag) != 0))
        in.fail("a step may be sampled that is not complete, or may not though it is");
    }
    if ((f & final_flag) != 0) start_seen = false;

    decode(index, values.data());
    for (std::size_t i = 0; i < frame_size_; ++i) {
      const bool integers = observation_.is_discrete();
      if (!std::isfinite(values[i]) ||
          ((bytes_ || integers) &&
           (values[i] < observation_.low_at(i) || values[i] > observation_.high_at(i))) ||
          (integers && values[i] != std::floor(values[i])))
        in.fail("a value of an observation is out of range");
    }
    for (std::size_t i = 0; i < state_size_; ++i)
      if (!std::isfinite(state(index)[i])) in.fail("a recurrent state is not finite");
    for (std::size_t i = 0; i < masks_; ++i)
      if (legal_[static_cast<std::size_t>(index) * masks_ + i] > 1)
        in.fail("a mask of actions is neither 0 nor 1");
  }
}

}  // namespace sandlot
