// Generator: endless levels of a chosen difficulty, each proven to have a way to the flag.
//
// Levels are strings of segments (flat ground, gaps, steps, pipes, blocks, stairs, cannons, moving
// platforms) drawn with weights that depend on the difficulty, in the manner of CoinRun (Cobbe,
// Klimov, Hesse, Kim, Schulman 2019). A draft that the solver cannot finish within its limits is
// thrown away and drawn anew, so that what is handed out has a proof.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "envs/platformer/level.h"

namespace sandlot::platformer {

struct GeneratedLevel {
  std::string text;  // in the alphabet of level files
  int drafts = 1;    // how many were drawn until one could be finished
};

// `difficulty` in hundredths, 0 … 100. The same arguments give the same level, on every thread.
GeneratedLevel generate_level(std::uint64_t seed, int difficulty, int length);

// As generate_level(), parsed; kept for the process, so that copies share it. Thread-safe.
std::shared_ptr<const Level> generated_level(std::uint64_t seed, int difficulty, int length);

}  // namespace sandlot::platformer
