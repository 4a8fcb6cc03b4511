// Episode: an environment with the wrappers that users expect, in one static layer.
//
// It keeps the step limit, repeats actions, makes them sticky (Machado et al. 2018, §5.2), scales
// and clips rewards, shows the previous action, stacks frames, and counts the episode's return and
// length. One class instead
// of a chain of decorators: nothing virtual between a batch and its worlds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"

namespace sandlot {

struct WrapperSettings {
  std::int64_t step_limit = -1;
  int action_repeat = 1;
  double sticky_actions = 0;
  bool previous_action = false;
  int frame_stack = 1;
  double reward_scale = 1;
  std::vector<double> reward_clip;
  bool normalize_observations = false;  // done over the whole batch: see normalizer.h
  std::int64_t normalize_steps = 0;

  void fields(Fields& f);
  void check(Issues& issues) const;
  // What only a world of this specification, not wrapped yet, can tell.
  void check(const EnvironmentSpec& world, Issues& issues) const;
};

// The specification after wrapping: step limit, stacked observation, range of rewards, pace.
EnvironmentSpec wrap_spec(EnvironmentSpec spec, const WrapperSettings& wrappers);

template <class Env>
class Episode final : public Environment {
 public:
  Episode(Env env, const WrapperSettings& wrappers)
      : env_(std::move(env)), spec_(wrap_spec(env_.spec(), wrappers)), wrappers_(wrappers) {
    if (!wrappers.reward_clip.empty()) {
      clip_low_ = static_cast<float>(wrappers.reward_clip[0]);
      clip_high_ = static_cast<float>(wrappers.reward_clip[1]);
    }
    scale_ = static_cast<float>(wrappers.reward_scale);
    discrete_ = spec_.action.is_discrete();
    const std::size_t frames = static_cast<std::size_t>(wrappers.frame_stack);
    seen_size_ = env_.spec().observation.size();
    frame_size_ = spec_.observation.size() / frames;
    if (frames > 1 || wrappers.previous_action) frames_.resize(spec_.observation.size());
    if (!discrete_) last_values_.resize(spec_.action.size());
    if (spec_.masks_actions) mask_.resize(static_cast<std::size_t>(spec_.action.n));
  }

  const EnvironmentSpec& spec() const override { return spec_; }
  const Env& inner() const { return env_; }
  Env& inner() { return env_; }
  double episode_return() const { return return_; }  // of the world's own rewards
  std::int64_t length() const { return length_; }
  Seed seed() const { return seed_; }

  void begin_training(const std::shared_ptr<const PastSelves>& selves) override {
    env_.begin_training(selves);
  }

  void reset(Seed seed) override {
    seed_ = seed;
    env_.reset(seed);
    if (wrappers_.sticky_actions > 0) random_ = Random(derive(seed, "sticky actions"));
    return_ = 0;
    length_ = 0;
    last_index_ = 0;
    std::fill(last_values_.begin(), last_values_.end(), 0.0f);
    events_.clear();
    // The stack starts filled with the first frame, in which no action was done yet.
    std::fill(frames_.begin(), frames_.end(), 0.0f);
    for (std::size_t at = 0; at < frames_.size(); at += frame_size_)
      env_.observe(std::span(frames_).subspan(at, seen_size_));
  }

  StepResult step(Action action) override {
    check_action(action);
    if (wrappers_.sticky_actions > 0 && length_ > 0 && random_.bernoulli(wrappers_.sticky_actions))
      action = {last_index_, last_values_};
    last_index_ = action.index;
    if (!discrete_ && action.values.data() != last_values_.data())
      std::copy(action.values.begin(), action.values.end(), last_values_.begin());
    float reward = 0;
    StepResult result;
    if (wrappers_.action_repeat == 1) {
      result = env_.step(action);
      reward = result.reward;
    } else {
      events_.clear();
      for (int i = 0; i < wrappers_.action_repeat && result.status == Status::running; ++i) {
        result = env_.step(action);
        reward += result.reward;
        env_.events(events_);
      }
    }
    return_ += reward;
    ++length_;
    if (!frames_.empty()) add_frame();
    if (result.status == Status::running && spec_.step_limit > 0 && length_ >= spec_.step_limit)
      result.status = Status::truncated;
    result.reward = std::clamp(reward * scale_, clip_low_, clip_high_);
    return result;
  }

  void observe(std::span<float> out) const override {
    if (frames_.empty())
      env_.observe(out);
    else
      std::copy(frames_.begin(), frames_.end(), out.begin());
  }

  void legal_actions(std::span<std::uint8_t> mask) const override { env_.legal_actions(mask); }
  int player_to_move() const override { return env_.player_to_move(); }
  bool goal_reached() const override { return env_.goal_reached(); }
  void metrics(std::span<double> out) const override { env_.metrics(out); }
  std::int32_t advised_action() const override { return env_.advised_action(); }
  void events(EventSink& sink) const override {
    if (wrappers_.action_repeat == 1) {
      env_.events(sink);
    } else {
      for (const auto& event : events_.list()) sink.add(event.name, event.value);
    }
  }
  void draw(Scene& scene) const override { env_.draw(scene); }
  bool view_key(std::string_view key) override { return env_.view_key(key); }
  std::optional<ObservationGrid> observation_grid() const override {
    return env_.observation_grid();
  }
  std::unique_ptr<TabularModel> model() const override { return env_.model(); }
  std::unique_ptr<TwoPlayerGame> game() const override { return env_.game(); }
  std::unique_ptr<Environment> clone() const override {
    if constexpr (std::is_copy_constructible_v<Env>)
      return std::make_unique<Episode>(*this);
    else
      return nullptr;
  }

  void save(Writer& out) const override {
    env_.save(out);
    out.write(seed_);
    out.write(return_);
    out.write(length_);
    out.write(last_index_);
    out.write(last_values_);
    out.write(frames_);
    random_.save(out);
  }
  void load(Reader& in) override {
    env_.load(in);
    in.read(seed_);
    in.read(return_);
    in.read(length_);
    in.read(last_index_);
    const auto actions = last_values_.size(), frames = frames_.size();
    in.read(last_values_);
    in.read(frames_);
    if (last_values_.size() != actions || frames_.size() != frames)
      in.fail("the episode was saved with other wrappers");
    random_.load(in);
  }

 private:
  void check_action(const Action& action) {
    if (discrete_) {
      if (action.index < 0 || action.index >= spec_.action.n) refuse_action(spec_, action);
      if (spec_.masks_actions) {
        env_.legal_actions(mask_);
        if (mask_[static_cast<std::size_t>(action.index)] == 0) refuse_action(spec_, action);
      }
    } else if (action.values.size() != last_values_.size() ||
               !spec_.action.contains(action.values.data())) {
      refuse_action(spec_, action);
    }
  }

  void add_frame() {
    std::copy(frames_.begin() + static_cast<std::ptrdiff_t>(frame_size_), frames_.end(),
              frames_.begin());
    const std::span frame = std::span(frames_).subspan(frames_.size() - frame_size_);
    env_.observe(frame.first(seen_size_));
    if (!wrappers_.previous_action) return;
    const std::span done = frame.subspan(seen_size_);
    std::copy(last_values_.begin(), last_values_.end(), done.begin());
    for (std::size_t i = 0; discrete_ && i < done.size(); ++i)
      done[i] = i == static_cast<std::size_t>(last_index_) ? 1.0f : 0.0f;
  }

  Env env_;
  EnvironmentSpec spec_;
  WrapperSettings wrappers_;
  bool discrete_ = true;
  float scale_ = 1;
  float clip_low_ = -std::numeric_limits<float>::infinity();
  float clip_high_ = std::numeric_limits<float>::infinity();
  std::size_t seen_size_ = 0;   // of what the world shows
  std::size_t frame_size_ = 0;  // the same and the previous action

  Seed seed_ = 0;
  Random random_;
  double return_ = 0;
  std::int64_t length_ = 0;
  std::int32_t last_index_ = 0;
  std::vector<float> last_values_;
  std::vector<float> frames_;  // oldest first; empty without stacking
  std::vector<std::uint8_t> mask_;
  EventSink events_;  // of all repeats of the last action
};

}  // namespace sandlot
