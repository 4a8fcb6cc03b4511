// What may be configured in the platformer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/core/settings.h"

namespace sandlot::platformer {

// Endless levels of one difficulty; see generator.h.
struct GeneratorSettings {
  double difficulty = 0.3;
  int length = 100;                             // columns
  std::vector<std::int64_t> seeds = {0, 1000};  // [first, end) to draw from; empty: all
  bool curriculum = false;
  double curriculum_step = 0.02;

  void fields(Fields& f);
  void check(Issues& issues) const;
};

struct LevelSettings {
  std::string file;
  std::vector<std::string> files;
  GeneratorSettings generator;

  bool generated() const { return file.empty() && files.empty(); }
  void fields(Fields& f);
  void check(Issues& issues) const;
};

enum class ObservationKind : std::uint8_t { tiles, features, cells, pixels };
enum class ActionKind : std::uint8_t { right_only, simple, complex, buttons };

// r = progress · 16 Δx + clock · Δt / 0.4 s + death + goal + coin · coins + score · points / 100,
// clipped to ±clip. The defaults are the reward of gym-super-mario-bros (Kauten 2018): a sixteenth
// of a tile is one of its pixels, 0.4 s one unit of its clock.
struct RewardSettings {
  double progress = 1;
  double clock = -1;
  double death = -15;
  double goal = 0;
  double coin = 0;
  double score = 0;
  double clip = 15;

  void fields(Fields& f);
};

struct PlatformerSettings {
  LevelSettings levels;
  ObservationKind observation = ObservationKind::tiles;
  int view_width = 16;     // tiles: columns
  int view_height = 16;    // tiles: rows
  bool velocities = true;  // tiles: two more planes
  bool color = false;      // pixels: RGB instead of grey
  bool paint_state = false;
  ActionKind actions = ActionKind::simple;
  double time_limit = 100;  // s
  RewardSettings reward;

  void fields(Fields& f);
  void check(Issues& issues) const;
};

}  // namespace sandlot::platformer
