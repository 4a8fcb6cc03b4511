// ExperimentConfig: one YAML file, read and checked.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sim/config/tree.h"
#include "sim/core/encoder.h"
#include "sim/core/episode.h"
#include "sim/core/perception.h"
#include "sim/core/registry.h"

namespace sandlot {

struct EnvironmentSection {
  Slot<EnvironmentFactory> world{""};
  int copies = 1;
  int threads = 1;
  WrapperSettings wrappers;
  void fields(Fields& f);
};

struct AgentSection {
  Slot<AgentFactory> agent{""};
  void fields(Fields& f);
};

struct TrainingSection {
  std::int64_t steps = 0;  // one of the two is the budget; 0: not given
  std::int64_t episodes = 0;
  // Intervals count in the budget's unit; 0: none (for `log`: a two-hundredth of the budget).
  struct Evaluate {
    std::int64_t every = 0;
    std::int64_t episodes = 10;
    std::int64_t step_limit =
        10000;  // for worlds that have none: a greedy policy may go in circles
    void fields(Fields& f);
  } evaluate;
  struct Checkpoint {
    std::int64_t every = 0;
    int keep = 2;
    void fields(Fields& f);
  } checkpoint;
  struct Log {
    std::int64_t every = 0;
    void fields(Fields& f);
  } log;
  void fields(Fields& f);

  bool in_episodes() const { return episodes > 0; }
  std::int64_t budget() const { return in_episodes() ? episodes : steps; }
  std::int64_t log_every() const;
  std::int64_t checkpoint_every() const;
};

// Worlds that the policy is tested in and never trained in: `environment` with what differs.
struct UnseenSection {
  bool given = false;
  EnvironmentSection environment;  // whole, where given
  void fields(Fields& f) {
    if (given) environment.fields(f);
  }
};

// What stands between the world's observations and the agent, where it is given.
struct EncoderSection {
  bool given = false;
  Slot<EncoderFactory> encoder{""};
  void fields(Fields& f) {
    if (given) f.chosen("name", encoder, "how observations are written");
  }
};
struct NoveltySection {
  bool given = false;
  Slot<NoveltyFactory> detector{""};
  double bonus = 0;
  void fields(Fields& f);
};

struct ExperimentConfig {
  std::string name;
  std::string variant;  // "" for a file without variants
  std::string description;
  std::vector<std::int64_t> seeds{1};
  EnvironmentSection environment;
  UnseenSection unseen;
  EncoderSection encoder;
  NoveltySection novelty;
  AgentSection agent;
  TrainingSection training;
  void fields(Fields& f);

  // The specification after wrapping and encoding; with normalisation, bounds are open.
  EnvironmentSpec spec() const;
  // What lies between the two; nothing is learnt yet.
  std::unique_ptr<Perception> make_perception(Seed seed) const;
  std::string resolved(const Registry& registry) const;  // as YAML, every value spelt out
  std::string label() const { return variant.empty() ? name : name + "/" + variant; }
};

// One config per variant (a file without variants gives one). Throws ConfigError with everything
// that is wrong.
std::vector<ExperimentConfig> load_config(const Registry& registry,
                                          const std::filesystem::path& path,
                                          const std::vector<std::string>& overrides = {});
std::vector<ExperimentConfig> parse_config(const Registry& registry, const std::string& text,
                                           const std::string& source,
                                           const std::vector<std::string>& overrides = {});

}  // namespace sandlot
