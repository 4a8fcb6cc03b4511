#include "sim/core/episode.h"

#include <cmath>

namespace sandlot {

void WrapperSettings::fields(Fields& f) {
  f.integer("step_limit", step_limit,
            "steps until an episode is truncated; 0: none, -1: the world's own",
            Range::at_least(-1));
  f.integer("action_repeat", action_repeat, "world steps per action; rewards are summed",
            Range::between(1, 1000));
  f.number("sticky_actions", sticky_actions,
           "chance that the previous action is repeated instead (Machado et al. 2018)",
           Range::between(0, 1));
  f.boolean(
      "previous_action", previous_action,
      "the observation ends with the action before, as the world took it: a 1 among zeros, or "
      "its values; zeros at first");
  f.integer("frame_stack", frame_stack, "observations shown together, oldest first",
            Range::between(1, 64));
  f.number("reward_scale", reward_scale, "factor on each reward that the agent learns from");
  f.numbers("reward_clip", reward_clip,
            "[low, high] for rewards that the agent learns from, after scaling; [] leaves them");
  f.boolean(
      "normalize_observations", normalize_observations,
      "shift and scale observations to mean 0 and deviation 1, statistics saved with the run");
  f.when(normalize_observations, "normalize_observations: true", [&] {
    f.integer(
        "normalize_steps", normalize_steps,
        "steps, over all copies, after which the statistics stay as they are, so that what is "
        "remembered keeps its scale; 0: never",
        Range::at_least(0));
  });
}

void WrapperSettings::check(Issues& issues) const {
  if (!reward_clip.empty() && (reward_clip.size() != 2 || reward_clip[0] >= reward_clip[1]))
    issues.add("reward_clip", "expected [low, high] with low < high");
}

void WrapperSettings::check(const EnvironmentSpec& world, Issues& issues) const {
  const std::string seen = "; those of " + world.name + " are " + world.observation.describe();
  if (normalize_observations && world.observation.is_discrete())
    issues.add("normalize_observations", "needs observations in a box" + seen);
  if (previous_action && (world.observation.is_discrete() || world.observation.shape.size() != 1))
    issues.add("previous_action", "needs observations that are a list of numbers" + seen);
  if (world.masks_actions && action_repeat > 1)
    issues.add("action_repeat", "an action of " + world.name + " may not be legal a second time");
  if (world.masks_actions && sticky_actions > 0)
    issues.add("sticky_actions", "an action of " + world.name + " may not be legal a second time");
  // Who plays the other side inside the world sees what the world shows.
  const std::string plain = "past selves (environment.opponent: self) see the world's own ";
  if (world.past_selves && previous_action)
    issues.add("previous_action", plain + "observations: expected false");
  if (world.past_selves && frame_stack > 1)
    issues.add("frame_stack", plain + "observations: expected 1");
}

namespace {

void show_action(EnvironmentSpec& spec) {
  Space& space = spec.observation;
  const std::size_t width = space.size();
  std::vector<float> low, high;
  for (std::size_t i = 0; i < width; ++i) {
    low.push_back(space.low_at(i));
    high.push_back(space.high_at(i));
  }
  const bool named = !spec.observation_names.empty();
  if (spec.action.is_discrete()) {
    low.insert(low.end(), static_cast<std::size_t>(spec.action.n), 0);
    high.insert(high.end(), static_cast<std::size_t>(spec.action.n), 1);
    for (const std::string& name : spec.action_names)
      if (named) spec.observation_names.push_back("did " + name);
  } else {
    for (std::size_t i = 0; i < spec.action.size(); ++i) {
      low.push_back(std::min(spec.action.low_at(i), 0.0f));
      high.push_back(std::max(spec.action.high_at(i), 0.0f));
      if (named) spec.observation_names.push_back("did " + std::to_string(i));
    }
  }
  space = Space::box(std::move(low), std::move(high));
}

}  // namespace

EnvironmentSpec wrap_spec(EnvironmentSpec spec, const WrapperSettings& wrappers) {
  if (wrappers.step_limit >= 0) spec.step_limit = static_cast<int>(wrappers.step_limit);
  const auto repeat = static_cast<float>(wrappers.action_repeat);
  const auto scale = static_cast<float>(wrappers.reward_scale);
  float low = std::min(spec.reward_low, spec.reward_low * repeat) * scale;
  float high = std::max(spec.reward_high, spec.reward_high * repeat) * scale;
  if (low > high) std::swap(low, high);
  if (!wrappers.reward_clip.empty()) {
    const auto clip_low = static_cast<float>(wrappers.reward_clip[0]);
    const auto clip_high = static_cast<float>(wrappers.reward_clip[1]);
    low = std::clamp(low, clip_low, clip_high);
    high = std::clamp(high, clip_low, clip_high);
  }
  spec.reward_low = low;
  spec.reward_high = high;
  spec.frames_per_second /= wrappers.action_repeat;
  if (wrappers.previous_action) show_action(spec);
  if (wrappers.frame_stack > 1) {
    spec.frame_stack = wrappers.frame_stack;
    // Frames become leading planes: [C, H, W] → [k·C, H, W], a vector {n} → {k, n}.
    Space& space = spec.observation;
    const std::size_t width = space.size();
    std::vector<float> low_bounds, high_bounds;
    const bool one_bound = !space.is_discrete() && space.low.size() == 1;
    for (int k = 0; k < wrappers.frame_stack && !one_bound; ++k) {
      for (std::size_t i = 0; i < width; ++i) {
        low_bounds.push_back(space.low_at(i));
        high_bounds.push_back(space.high_at(i));
      }
    }
    if (one_bound) {
      low_bounds = space.low;
      high_bounds = space.high;
    }
    std::vector<int> shape = space.is_discrete() ? std::vector<int>{1} : space.shape;
    if (shape.size() == 3)
      shape[0] *= wrappers.frame_stack;
    else
      shape.insert(shape.begin(), wrappers.frame_stack);
    if (space.is_discrete() && space.fits_bytes()) space.quantum = 1;  // still integers from 0
    space.kind = Space::Kind::box;
    space.n = 0;
    space.shape = std::move(shape);
    space.low = std::move(low_bounds);
    space.high = std::move(high_bounds);
    std::vector<std::string> names;
    for (int k = wrappers.frame_stack - 1; k >= 0 && !spec.observation_names.empty(); --k)
      for (const auto& name : spec.observation_names)
        names.push_back(k == 0 ? name : name + " −" + std::to_string(k));
    spec.observation_names = std::move(names);
  }
  return spec;
}

}  // namespace sandlot
