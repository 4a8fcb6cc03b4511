#include "envs/platformer/level_source.h"

#include "envs/platformer/generator.h"

namespace sandlot::platformer {

std::shared_ptr<const Level> load_level(const std::string& name) {
  if (name.ends_with(".txt")) return read_level(name);
  std::string known;
  for (const ShippedLevel& level : shipped_levels()) {
    if (level.name == name) return parse_level(level.text, name);
    known.append(known.empty() ? "" : ", ").append(level.name);
  }
  throw std::runtime_error("there is no level named " + name + "; there are " + known +
                           ", and files whose name ends in .txt");
}

LevelSource::LevelSource(const LevelSettings& settings) : settings_(settings) {
  if (!settings.file.empty()) files_.push_back(load_level(settings.file));
  for (const auto& name : settings.files) files_.push_back(load_level(name));
}

LevelChoice LevelSource::choose(Seed episode, int difficulty) const {
  Random random(derive(episode, "level"));
  if (!files_.empty()) return {random.below(static_cast<std::uint32_t>(files_.size())), 0};
  const auto& seeds = settings_.generator.seeds;
  if (seeds.empty()) return {random.next_u64(), difficulty};
  const auto first = static_cast<std::uint64_t>(seeds[0]);
  const auto count = static_cast<std::uint64_t>(seeds[1] - seeds[0]);
  if (count <= 0xffffffffu)
    return {first + random.below(static_cast<std::uint32_t>(count)), difficulty};
  return {first + random.next_u64() % count, difficulty};
}

bool LevelSource::valid(const LevelChoice& choice) const {
  if (!files_.empty()) return choice.number < files_.size() && choice.difficulty == 0;
  if (choice.difficulty < 0 || choice.difficulty > 100) return false;
  const auto& seeds = settings_.generator.seeds;
  return seeds.empty() || (choice.number >= static_cast<std::uint64_t>(seeds[0]) &&
                           choice.number < static_cast<std::uint64_t>(seeds[1]));
}

std::shared_ptr<const Level> LevelSource::level(const LevelChoice& choice) const {
  if (!files_.empty()) return files_[static_cast<std::size_t>(choice.number)];
  return generated_level(choice.number, choice.difficulty, settings_.generator.length);
}

}  // namespace sandlot::platformer
