// The replay memory by its definition: whole episodes, kept for ever, and a list of what is stored.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "agents/dqn/replay.h"
#include "sim/core/episode.h"

namespace sandlot {

struct NaiveTransition {
  std::vector<float> observation, next;
  std::int32_t action = 0;
  double value = 0;  // the n-step return
  double discount = 0;
  std::vector<std::uint8_t> next_legal;
  int row = 0;
  std::size_t episode = 0, t = 0;
};

struct NaiveEpisode {
  std::vector<std::vector<float>> frames;  // one more than there are actions
  std::vector<std::vector<std::uint8_t>> legal;
  std::vector<std::vector<float>> states;
  std::vector<std::int32_t> actions;
  std::vector<float> rewards;
  Status end = Status::running;

  std::vector<float> observation(std::size_t t, int stack) const {
    std::vector<float> all;
    for (int k = stack - 1; k >= 0; --k) {
      const auto back = static_cast<std::size_t>(k);
      const auto& frame = frames[t >= back ? t - back : 0];
      all.insert(all.end(), frame.begin(), frame.end());
    }
    return all;
  }
};

class NaiveReplay {
 public:
  NaiveReplay(std::int64_t slots, int stack, int copies, int n_step, double discount)
      : slots_(static_cast<std::size_t>(slots)),
        stack_(stack),
        n_(static_cast<std::size_t>(n_step)),
        discount_(discount),
        episodes(static_cast<std::size_t>(copies)),
        stored_(static_cast<std::size_t>(copies)) {}

  void begin(int row, std::vector<float> frame, std::vector<std::uint8_t> legal,
             std::vector<float> state) {
    episodes[static_cast<std::size_t>(row)].emplace_back();
    store(row, std::move(frame), std::move(legal), std::move(state));
  }
  void add(int row, std::int32_t action, float reward, Status status, std::vector<float> frame,
           std::vector<std::uint8_t> legal, std::vector<float> state) {
    auto& episode = episodes[static_cast<std::size_t>(row)].back();
    episode.actions.push_back(action);
    episode.rewards.push_back(reward);
    episode.end = status;
    if (status != Status::running) std::fill(legal.begin(), legal.end(), std::uint8_t{1});
    store(row, std::move(frame), std::move(legal), std::move(state));
  }

  // All that may be sampled, by slot.
  std::map<std::int64_t, NaiveTransition> transitions() const {
    std::map<std::int64_t, NaiveTransition> all;
    for (std::size_t row = 0; row < stored_.size(); ++row) {
      const auto& list = stored_[row];
      const std::size_t oldest = list.size() > slots_ ? list.size() - slots_ : 0;
      for (std::size_t i = oldest; i < list.size(); ++i) {
        const auto [e, t] = list[i];
        const NaiveEpisode& episode = episodes[row][e];
        const std::size_t length = episode.actions.size();
        if (t >= length || (episode.end == Status::running && t + n_ > length)) continue;
        if (std::min(t, static_cast<std::size_t>(stack_ - 1)) > i - oldest) continue;
        const std::size_t last = std::min(t + n_, length);
        NaiveTransition x;
        x.row = static_cast<int>(row);
        x.episode = e;
        x.t = t;
        x.observation = episode.observation(t, stack_);
        x.next = episode.observation(last, stack_);
        x.action = episode.actions[t];
        for (std::size_t k = t; k < last; ++k)
          x.value += std::pow(discount_, static_cast<double>(k - t)) *
                     static_cast<double>(episode.rewards[k]);
        if (last < length || episode.end != Status::terminated)
          x.discount = std::pow(discount_, static_cast<double>(last - t));
        x.next_legal = episode.legal[last];
        all[static_cast<std::int64_t>(row * slots_ + i % slots_)] = x;
      }
    }
    return all;
  }

  const std::vector<NaiveEpisode>& of(int row) const {
    return episodes[static_cast<std::size_t>(row)];
  }

 private:
  struct Place {
    std::size_t episode, t;
  };
  void store(int row, std::vector<float> frame, std::vector<std::uint8_t> legal,
             std::vector<float> state) {
    auto& list = episodes[static_cast<std::size_t>(row)];
    NaiveEpisode& episode = list.back();
    stored_[static_cast<std::size_t>(row)].push_back({list.size() - 1, episode.frames.size()});
    episode.frames.push_back(std::move(frame));
    episode.legal.push_back(std::move(legal));
    episode.states.push_back(std::move(state));
  }

  std::size_t slots_;
  int stack_;
  std::size_t n_;
  double discount_;
  std::vector<std::vector<NaiveEpisode>> episodes;
  std::vector<std::vector<Place>> stored_;
};

// A memory and its definition, fed with the same random play: episodes of random lengths and ends
// in random rows, frames, masks and states out of nothing.
class ReplayPlay {
 public:
  struct Shape {
    Space frame = Space::box({3}, 0, 1);
    int stack = 1;
    int copies = 1;
    int n_step = 1;
    std::int64_t slots = 20;  // per copy
    double end_rate = 0.2;
    bool masks = false;
    int state_size = 0;
    bool prioritized = false;
    ReplayStorage storage = ReplayStorage::automatic;
    std::string memory_map = {};
  };
  static constexpr double discount = 0.9;
  static constexpr int actions = 4;

  explicit ReplayPlay(const Shape& shape, Seed seed = 1)
      : shape_(shape),
        random_(seed),
        memory(settings(shape), spec(shape), shape.stack, shape.copies, shape.n_step, discount,
               shape.state_size),
        naive(shape.slots, shape.stack, shape.copies, shape.n_step, discount) {}

  static ReplaySettings settings(const Shape& shape) {
    ReplaySettings s;
    s.capacity = shape.slots * shape.copies;
    s.prioritized = shape.prioritized;
    s.storage = shape.storage;
    s.memory_map = shape.memory_map;
    return s;
  }
  static EnvironmentSpec spec(const Shape& shape) {
    WrapperSettings wrappers;
    wrappers.frame_stack = shape.stack;
    EnvironmentSpec s;
    s.observation = shape.frame;
    s.action = Space::discrete(actions);
    s.masks_actions = shape.masks;
    return wrap_spec(s, wrappers);
  }

  void step() {
    const int row = static_cast<int>(random_.below(static_cast<std::uint32_t>(shape_.copies)));
    const auto f = frame();
    const auto m = mask();
    const auto s = state();
    if (!memory.begun(row)) {
      naive.begin(row, f, m, s);
      memory.begin(row, observation(row), m, s);
      return;
    }
    const auto action = static_cast<std::int32_t>(random_.below(actions));
    const auto reward = static_cast<float>(random_.normal());
    Status status = Status::running;
    if (random_.bernoulli(shape_.end_rate))
      status = random_.bernoulli(0.5) ? Status::terminated : Status::truncated;
    naive.add(row, action, reward, status, f, m, s);
    memory.add(row, action, reward, status, observation(row), m, s);
  }
  // What the row sees now.
  std::vector<float> observation(int row) const {
    const NaiveEpisode& episode = naive.of(row).back();
    return episode.observation(episode.frames.size() - 1, shape_.stack);
  }

 private:
  std::vector<float> frame() {
    const Space& space = shape_.frame;
    std::vector<float> values(space.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const float low = space.low_at(i), range = space.high_at(i) - low;
      const float step = space.is_discrete() ? 1 : space.quantum;
      if (step > 0)
        values[i] = low + static_cast<float>(random_.below(
                              1 + static_cast<std::uint32_t>(std::lround(range / step)))) *
                              step;
      else
        values[i] = low + range * random_.uniform_float();
    }
    return values;
  }
  std::vector<std::uint8_t> mask() {
    std::vector<std::uint8_t> values(shape_.masks ? actions : 0);
    for (auto& value : values) value = random_.bernoulli(0.5);
    return values;
  }
  std::vector<float> state() {
    std::vector<float> values(static_cast<std::size_t>(shape_.state_size));
    for (auto& value : values) value = random_.uniform_float();
    return values;
  }

  Shape shape_;
  Random random_;

 public:
  ReplayBuffer memory;
  NaiveReplay naive;
};

inline EnvironmentSpec spec_of(Space observation, int actions = 2) {
  EnvironmentSpec spec;
  spec.observation = std::move(observation);
  spec.action = Space::discrete(actions);
  return spec;
}

}  // namespace sandlot
