#include "envs/classic/random_walk.h"

#include <algorithm>
#include <cstdio>

#include "envs/classic/board.h"
#include "envs/classic/tabular.h"

namespace sandlot::classic {

void RandomWalk::Settings::fields(Fields& f) {
  f.integer("states", states, "an odd number of states between the two ends",
            Range::between(1, 9999));
  f.number("left_reward", left_reward, "reward at the left end");
  f.number("right_reward", right_reward, "reward at the right end");
}

void RandomWalk::Settings::check(Issues& issues) const {
  if (states % 2 == 0) issues.add("states", "expected an odd number, so that one is in the middle");
}

RandomWalk::RandomWalk(const Settings& settings) : settings_(settings) {
  spec_.name = "random_walk";
  spec_.observation = Space::discrete(settings.states + 2);
  spec_.observation_names = {"state"};
  spec_.action = Space::discrete(1);
  spec_.action_names = {"walk"};
  spec_.action_keys = {"space"};
  const auto [low, high] = std::minmax({0.0, settings.left_reward, settings.right_reward});
  spec_.reward_low = static_cast<float>(low);
  spec_.reward_high = static_cast<float>(high);
  spec_.frames_per_second = 4;
  state_ = (settings.states + 1) / 2;
}

void RandomWalk::reset(Seed seed) {
  random_ = Random(derive(seed, "walk"));
  state_ = (settings_.states + 1) / 2;
}

StepResult RandomWalk::step(Action) {
  state_ += random_.below(2) == 0 ? -1 : 1;
  if (state_ == 0) return {static_cast<float>(settings_.left_reward), Status::terminated};
  if (state_ == settings_.states + 1)
    return {static_cast<float>(settings_.right_reward), Status::terminated};
  return {0, Status::running};
}

void RandomWalk::observe(std::span<float> out) const { out[0] = static_cast<float>(state_); }

void RandomWalk::events(EventSink& sink) const {
  if (state_ == 0) sink.add("left_end");
  if (state_ == settings_.states + 1) sink.add("right_end");
}

void RandomWalk::save(Writer& out) const {
  out.write(state_);
  random_.save(out);
}

void RandomWalk::load(Reader& in) {
  state_ = read_below(in, settings_.states + 2);
  random_.load(in);
}

std::unique_ptr<TabularModel> RandomWalk::model() const {
  const int end = settings_.states + 1;
  const auto fill = [this, end](int state, int, auto& outcomes) {
    if (state == 0 || state == end) return;
    outcomes.push_back({0.5, state - 1, state == 1 ? settings_.left_reward : 0, state == 1});
    outcomes.push_back(
        {0.5, state + 1, state + 1 == end ? settings_.right_reward : 0, state + 1 == end});
  };
  return make_model(end + 1, 1, certain_start(end + 1, end / 2), fill);
}

std::vector<double> RandomWalk::true_values() const {
  const int end = settings_.states + 1;
  std::vector<double> values(static_cast<std::size_t>(end) + 1);
  for (int s = 1; s < end; ++s)
    values[static_cast<std::size_t>(s)] =
        settings_.left_reward + (settings_.right_reward - settings_.left_reward) * s / end;
  return values;
}

// Shows up to 21 places of the row, those around the walker where there are more.
void RandomWalk::draw(Scene& scene) const {
  constexpr int most = 21;
  const int end = settings_.states + 1, shown = std::min(end + 1, most);
  const int first = std::clamp(state_ - shown / 2, 0, end + 1 - shown);
  const Grid grid{1, shown};
  Board board(scene, grid, 0.6f);
  const float s = board.cell_size();
  for (int i = 0; i < shown; ++i) {
    const int state = first + i;
    const bool terminal = state == 0 || state == end;
    const double reward = state == 0     ? settings_.left_reward
                          : state == end ? settings_.right_reward
                                         : 0;
    board.tile({0, i}, !terminal    ? palette::tile
                       : reward > 0 ? palette::goal
                       : reward < 0 ? palette::lava
                                    : palette::muted);
    const Point below = board.center({0, i});
    char text[24];
    if (terminal)
      std::snprintf(text, sizeof text, reward == 0 ? "%g" : "%+g", reward);
    else
      std::snprintf(text, sizeof text, "%d", state);
    scene.text({below.x, below.y + 0.95f * s}, text, 0.28f * s,
               terminal ? palette::ink : palette::muted, Align::center, terminal);
  }
  board.agent({0, state_ - first});
}

}  // namespace sandlot::classic
