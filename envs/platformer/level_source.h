// Where the levels of episodes come from: files, levels of ours, or the generator.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "envs/platformer/level.h"
#include "envs/platformer/settings.h"
#include "sim/core/random.h"

namespace sandlot::platformer {

// A level that is compiled into the program: envs/platformer/levels/<name>.txt.
struct ShippedLevel {
  std::string_view name;
  std::string_view text;
};
std::span<const ShippedLevel> shipped_levels();

// A level of ours by name, or a file where `name` ends in ".txt". Throws LevelError, or
// std::runtime_error that lists the names there are.
std::shared_ptr<const Level> load_level(const std::string& name);

// Which level an episode plays: `number` is the index of a file or the seed of a generated level.
struct LevelChoice {
  std::uint64_t number = 0;
  std::int32_t difficulty = 0;  // in hundredths; generated levels only

  bool operator==(const LevelChoice&) const = default;
};

class LevelSource {
 public:
  explicit LevelSource(const LevelSettings& settings);

  LevelChoice choose(Seed episode, int difficulty) const;
  bool valid(const LevelChoice& choice) const;
  // Generated levels are kept for the whole process, keyed by what they are made from.
  std::shared_ptr<const Level> level(const LevelChoice& choice) const;
  const LevelSettings& settings() const { return settings_; }

 private:
  LevelSettings settings_;
  std::vector<std::shared_ptr<const Level>> files_;
};

}  // namespace sandlot::platformer
