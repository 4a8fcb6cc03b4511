// Experience: what a policy met in some episodes, as tables that can be looked into.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "learners/matrix.h"
#include "sim/experiment/evaluation.h"

namespace sandlot {

struct VisitedState {
  int episode = 0;
  std::int64_t step = 0;    // from 0, before its action
  std::int32_t action = 0;  // that was taken, in discrete spaces
  float value = 0;          // the largest action value; 0 where there are none
};

struct Happening {
  std::int64_t step = 0;  // 1 is after the first action
  int event = 0;          // its place among the names
};

struct Experience {
  EnvironmentSection section;  // as it is evaluated
  EnvironmentSpec spec;        // after wrapping
  std::vector<PlayedEpisode> episodes;
  Matrix states;                      // [visited, observation]: evenly spaced over all steps
  std::vector<VisitedState> visited;  // one per row of `states`
  bool has_values = false;
  Matrix endings;  // [episodes, observation]: the last one of each
  std::vector<std::string> event_names;
  std::vector<std::vector<Happening>> happenings;  // of each episode, in order

  std::int64_t steps() const;
  // Ended by the world without what it asks for: a fall, a crash. Of a world without a goal every
  // end of its own counts.
  bool failed(std::size_t episode) const;
  std::string observation_name(std::size_t i) const;
  std::string action_name(std::int32_t action) const;
};

// The episodes are played again in the world of `section`; at most `most_states` are kept. Throws
// std::runtime_error where a replay differs from what was played.
Experience gather_experience(const Registry& registry, const EnvironmentSection& section,
                             std::vector<PlayedEpisode> episodes, Policy& policy,
                             std::int64_t most_states);

// Those that the run recorded while it learnt, played in the same world; empty where there are
// none.
std::vector<PlayedEpisode> recorded_episodes(const Registry& registry,
                                             const EnvironmentSection& section,
                                             const std::vector<std::filesystem::path>& files);

}  // namespace sandlot
