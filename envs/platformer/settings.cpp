#include "envs/platformer/settings.h"

#include <utility>

namespace sandlot::platformer {
namespace {

// Passes issues on under a longer path.
class Under final : public Issues {
 public:
  Under(Issues& issues, std::string prefix) : issues_(issues), prefix_(std::move(prefix)) {}
  void add(std::string_view path, std::string_view message) override {
    std::string full = prefix_;
    if (!path.empty()) full.append(".").append(path);
    issues_.add(full, message);
  }

 private:
  Issues& issues_;
  std::string prefix_;
};

}  // namespace

void GeneratorSettings::fields(Fields& f) {
  f.number("difficulty", difficulty, "from flat ground (0) to wide gaps, cannons and platforms (1)",
           Range::between(0, 1));
  f.integer("length", length, "columns of a level", Range::between(40, 400));
  f.integers("seeds", seeds,
             "[first, end): the level seeds to draw from, to keep training and test levels apart; "
             "[]: endless, a new level for each episode",
             Range::at_least(0));
  f.boolean("curriculum", curriculum,
            "start at `difficulty`, raise it after each success and lower it after each failure");
  f.when(curriculum, "curriculum: true", [&] {
    f.number("curriculum_step", curriculum_step,
             "how much a success raises the difficulty; a failure lowers it by half of that",
             Range::between(0.01, 1));
  });
}

void GeneratorSettings::check(Issues& issues) const {
  if (!seeds.empty() && (seeds.size() != 2 || seeds[0] >= seeds[1]))
    issues.add("seeds", "expected [first, end] with first < end, or []");
}

void LevelSettings::fields(Fields& f) {
  f.text("file", file,
         "a level of ours by name (first_steps, hills, …), or the path of a .txt file");
  f.texts("files", files, "several of them: each episode plays one, drawn by its seed");
  f.when(generated(), "neither file nor files", [&] {
    f.section("generator", generator, "generated levels, each proven to have a way to the flag");
  });
}

void LevelSettings::check(Issues& issues) const {
  if (!file.empty() && !files.empty()) issues.add("files", "give either file or files");
  for (const auto& name : files)
    if (name.empty()) issues.add("files", "a name is empty");
  Under under(issues, "generator");
  generator.check(under);
}

void RewardSettings::fields(Fields& f) {
  f.number("progress", progress,
           "for each sixteenth of a tile to the right (negative to the left)");
  f.number("clock", clock, "for each 0.4 s that pass");
  f.number("death", death, "for dying, running out of time included");
  f.number("goal", goal, "for reaching the flag");
  f.number("coin", coin, "for each coin");
  f.number("score", score, "for each 100 points of score");
  f.number("clip", clip, "the reward of one step is clipped to ± this; 0: it is not",
           Range::at_least(0));
}

void PlatformerSettings::fields(Fields& f) {
  f.section("levels", levels, "what is played");
  f.choice("observation", observation,
           {{"tiles", ObservationKind::tiles},
            {"features", ObservationKind::features},
            {"cells", ObservationKind::cells},
            {"pixels", ObservationKind::pixels}},
           "planes of tiles around the agent, a vector of distances and speeds, one of 1200 "
           "situations for a table, or an 84×84 picture");
  f.when(observation == ObservationKind::tiles, "observation: tiles", [&] {
    f.integer("view_width", view_width, "columns seen, a quarter of them behind the agent",
              Range::between(4, 64));
    f.integer("view_height", view_height, "rows seen, the agent in the middle",
              Range::between(4, 64));
    f.boolean("velocities", velocities, "two more planes that hold the agent's speed");
  });
  f.when(observation == ObservationKind::pixels, "observation: pixels", [&] {
    f.boolean("color", color, "three planes (RGB) instead of one (grey)");
    f.boolean("paint_state", paint_state,
              "three squares in the upper left corner, as CoinRun has them, tell what one picture "
              "cannot: both speeds, and whether a jump would start now");
  });
  f.choice("actions", actions,
           {{"right_only", ActionKind::right_only},
            {"simple", ActionKind::simple},
            {"complex", ActionKind::complex},
            {"buttons", ActionKind::buttons}},
           "5, 7 or 12 combinations of buttons, or a float per button, pressed from 0.5 on");
  f.number("time_limit", time_limit, "seconds until the agent dies of time",
           Range::between(1, 3600));
  f.section("reward", reward, "weights of the reward");
}

void PlatformerSettings::check(Issues& issues) const {
  Under under(issues, "levels");
  levels.check(under);
}

}  // namespace sandlot::platformer
