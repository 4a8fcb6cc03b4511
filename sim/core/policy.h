// Policy: from observations to actions; what a checkpoint holds and all that watching, evaluating,
// recording and playing need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/core/array_sink.h"
#include "sim/core/random.h"

namespace sandlot {

class Environment;

// A layer of a policy's network and what it held when the network was last evaluated.
struct LayerView {
  std::string name;  // "conv 16×3×3 relu"
  int channels = 1, height = 1, width = 1;
  std::vector<float> values;  // [height, width, channels]; empty where they are not to be had
};

// A network that has no layers, such as an evolved one: nodes and single links, with what they held
// when it was last evaluated, for the first row.
struct GraphView {
  struct Node {
    enum class Role : std::uint8_t { input, bias, hidden, output };
    Role role = Role::hidden;
    std::int32_t number = 0;  // of an input or output: which one
    std::int32_t depth = 0;   // 0: inputs; others by the longest way from them
    float value = 0;
  };
  struct Link {
    std::size_t from = 0, to = 0;
    float weight = 0;
    bool recurrent = false;  // it carries what `from` held in the step before
  };
  std::vector<Node> nodes;
  std::vector<Link> links;
};

// An action that a search looked at: how often, what it expects of it, from −1 (lost) to 1 (won),
// and how the game would go on, from the action itself.
struct Consideration {
  std::int32_t action = 0;
  std::int64_t visits = 0;
  double value = 0;
  std::vector<std::int32_t> line;
};

class Policy {
 public:
  virtual ~Policy() = default;

  // Chooses for `rows` observations (row-major [rows, obs]). `legal` is [rows, actions], or empty
  // where all are legal. `actions` takes [rows] indices, or `continuous` [rows, action size]; the
  // other is empty. The policy is as good as it can: no exploration. `random` is for policies that
  // are stochastic by nature.
  virtual void act(int rows, std::span<const float> observations,
                   std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                   std::span<float> continuous, Random& random) = 0;

  // Shows the world of a row before each act(), for policies that search; others choose by what they
  // observe.
  virtual void look(int row, const Environment& world) {
    static_cast<void>(row);
    static_cast<void>(world);
  }

  // The seconds that one that searches may take for its next actions; 0: as its settings say.
  virtual void limit_time(double seconds) { static_cast<void>(seconds); }
  // What it considered for the last action in `row`, the best first; empty where it does not search.
  virtual std::vector<Consideration> considered(int row) const {
    static_cast<void>(row);
    return {};
  }

  // An episode starts in `row`: policies with a memory forget it.
  virtual void begin_episode(int row) { static_cast<void>(row); }

  // The value of each discrete action for one observation, for the picture; false where the policy
  // has none.
  virtual bool action_values(std::span<const float> observation, std::span<float> values) const {
    static_cast<void>(observation);
    static_cast<void>(values);
    return false;
  }

  // Why `action` was chosen: the gradient, by each number of the observation that act() was last
  // called with, of the action's value, or of its log-probability (Simonyan, Vedaldi & Zisserman
  // 2014); for a box, where `action` is ignored, the sum over its means of the gradients' sizes. Of
  // normalised observations it is per deviation, so that numbers of different units compare. False
  // where there is no gradient.
  virtual bool saliency(std::span<const float> observation, std::int32_t action,
                        std::span<float> gradient) const {
    static_cast<void>(observation);
    static_cast<void>(action);
    static_cast<void>(gradient);
    return false;
  }

  // Whether the observation is unlike anything in training; none where that was not learnt.
  virtual std::optional<bool> unfamiliar(std::span<const float> observation) const {
    static_cast<void>(observation);
    return std::nullopt;
  }

  // The layers of its network from input to output, without those that only rearrange; empty where
  // it is none.
  virtual std::vector<LayerView> layers() const { return {}; }

  // Its network where that has no layers; without nodes where it is none.
  virtual GraphView graph() const { return {}; }

  // What it has learnt, as arrays that other programs read; false where it is none.
  virtual bool export_arrays(ArraySink& sink) const {
    static_cast<void>(sink);
    return false;
  }

  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;
};

// A legal action, each with the same chance; 0 where nothing is legal. `legal` is empty where all
// are.
int uniform_action(int actions, std::span<const std::uint8_t> legal, Random& random);
// The legal action of the largest value, the first of equal ones; 0 where nothing is legal.
int greedy_action(std::span<const float> values, std::span<const std::uint8_t> legal);

}  // namespace sandlot
