// Agent: a way of learning that produces a policy.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/figure.h"
#include "sim/core/policy.h"
#include "sim/core/random.h"
#include "sim/core/ranks.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// An episode that somebody played: what was seen before each action, and the action.
struct Demonstration {
  std::int64_t length = 0;
  std::vector<float> observations;    // [length, obs], as the agent's world shows them
  std::vector<std::int32_t> actions;  // [length], discrete spaces
  std::vector<float> values;          // [length, action size], boxes
  double episode_return = 0;
};

// What training supplies. An agent's loop reads
//
//   while (training.proceed(*this)) {
//     … choose actions …
//     training.step(actions);   // steps the environment, counts steps and episodes
//     … learn from training.environment() …
//   }
//
// proceed() is called where save() holds everything: it evaluates and checkpoints as due, and
// returns false when the budget is used up or a stop was asked for.
class TrainingContext {
 public:
  virtual ~TrainingContext() = default;

  // Reset before train() is called, or restored from the checkpoint.
  virtual VectorEnvironment& environment() = 0;
  virtual bool proceed(class Agent& agent) = 0;
  virtual void step(const Actions& actions) = 0;
  // Counts steps that were made elsewhere than in environment(): searches, populations.
  virtual void count(std::int64_t steps, std::span<const EpisodeRecord> finished) = 0;

  virtual std::int64_t steps() const = 0;     // so far, over all copies
  virtual std::int64_t episodes() const = 0;  // finished so far
  // A figure of the agent's own; the metrics row holds the mean since the row before. `metric` is
  // one of Agent::metrics().
  virtual void report(std::string_view metric, double value) = 0;

  // The processes that train together; null where this is the only one.
  virtual Ranks* ranks() { return nullptr; }

  // Episode files, and those in folders, played again in the world that they were recorded in.
  virtual std::vector<Demonstration> demonstrations(std::span<const std::string> paths) {
    static_cast<void>(paths);
    throw std::logic_error("this training has no episodes to show");
  }
  // The policy of another run in the same world, by its folder; it lives as long as this context.
  virtual Policy& trained_policy(const std::string& run) {
    static_cast<void>(run);
    throw std::logic_error("this training knows of no other runs");
  }
  // Keeps the agent's policy as it is now, under a number, beside the one at the end: such as the
  // champion of a generation. A training that writes no files keeps none.
  virtual void keep_policy(std::int64_t number) { static_cast<void>(number); }
};

class Agent {
 public:
  virtual ~Agent() = default;

  virtual void train(TrainingContext& training) = 0;
  // The policy as learnt so far.
  virtual Policy& policy() = 0;
  // Names of the figures it reports: columns of metrics.csv.
  virtual std::vector<std::string> metrics() const { return {}; }

  // For the report: figures of the run so far.
  virtual std::vector<Figure> figures() const { return {}; }

  // Whether train() shares its work with other ranks, which call serve() meanwhile: it returns when
  // train() has.
  virtual bool spreads() const { return false; }
  virtual void serve(TrainingContext& training) { static_cast<void>(training); }

  // What it is made of and how much memory it will take, in a line; shown before the run. May be
  // "".
  virtual std::string describe() const { return ""; }

  // Everything that learning needs to go on, the policy included. Whether train() follows the
  // constructor or load(), the run ends with the same bytes.
  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;
};

}  // namespace sandlot
