// Explanation: what can be learnt from a policy's experience about what it does.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/experiment/experience.h"

namespace sandlot {

struct ExplainSettings {
  std::int64_t window = 20;  // steps, in which one event is held to follow others
  std::int64_t map_states = 600;
  int tree_depth = 3;
};

// Within the window after all of `before`, `after` happens.
struct EventRule {
  std::vector<std::string> before;
  std::string after;
  std::int64_t count = 0;  // moments
  double confidence = 0, lift = 0;
};

// Episodes in which the same things happen.
struct EpisodeTopic {
  std::vector<std::pair<std::string, double>> events;  // with their share of the topic
  std::int64_t episodes = 0;                           // that are mostly about it
  double mean_return = 0;                              // of those
};

// Failed episodes whose last observations are alike.
struct EndingGroup {
  std::vector<int> episodes;
  int example = 0;                  // the episode in its middle
  std::vector<std::string> events;  // of the last step, in at least half of them
  // What their last observations have that others have not, in standard deviations.
  std::vector<std::pair<std::string, double>> traits;
};

struct StateMap {
  std::vector<std::size_t> states;  // rows of Experience::states
  Matrix points;                    // [states, 2]
  std::vector<std::int32_t> clusters;
  int cluster_count = 0;
  double divergence = 0, trustworthiness = 0;
};

// The tree that acts most like the policy.
struct SurrogateTree {
  struct Node {
    std::string question;     // "height ≤ 0.25"; "" for a leaf
    int yes = -1, no = -1;    // nodes
    std::int32_t action = 0;  // the most frequent
    double share = 0;         // of its states that take it
    double states = 0;        // share of all
  };
  std::vector<Node> nodes;  // the root first; empty where there are no discrete actions
  double fidelity = 0;      // share of states of other episodes where it does as the policy
  double baseline = 0;      // of always taking the most frequent action
};

// Share of states in which the policy chooses otherwise once these values are those of another.
struct Influence {
  std::string name;
  double changed = 0;
};

struct Explanation {
  std::vector<EventRule> rules;
  std::vector<EpisodeTopic> topics;
  std::vector<EndingGroup> endings;
  StateMap map;
  SurrogateTree tree;
  std::vector<Influence> influences;  // the largest first
};

// A map of at most `states` of them; empty where there are fewer than 30, or where observations are
// no numbers that could lie near each other.
StateMap map_states(const Experience& experience, std::int64_t states, Seed seed);

// The same experience and seed give the same explanation. What there is too little experience for
// is empty.
Explanation explain(const Experience& experience, Policy& policy, const ExplainSettings& settings,
                    Seed seed);

}  // namespace sandlot
