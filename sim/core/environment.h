// Environment: one world, one episode at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/past_selves.h"
#include "sim/core/random.h"
#include "sim/core/space.h"
#include "sim/core/two_player_game.h"

namespace sandlot {

class Scene;

// `terminated` is the task's own end: nothing follows, so nothing is bootstrapped from it.
// `truncated` is a step limit or an outside stop: the world would go on, and so does bootstrapping.
enum class Status : std::uint8_t { running, terminated, truncated };

struct StepResult {
  float reward = 0;
  Status status = Status::running;
};

// Discrete spaces use `index`, boxes use `values` (action.size() floats).
struct Action {
  std::int32_t index = 0;
  std::span<const float> values = {};
};

struct EnvironmentSpec {
  std::string name;
  Space observation;
  Space action;
  std::vector<std::string> action_names;       // one per discrete action
  std::vector<std::string> observation_names;  // one per value, or empty
  int step_limit = 0;  // steps until an episode is truncated; 0: no limit. Kept by Episode.
  // The observation is this many equal frames, oldest first, as the frame_stack wrapper makes it.
  int frame_stack = 1;
  // With two players both act through step(), as player_to_move() says, and rewards are player 0's:
  // what one wins the other loses.
  int players = 1;
  float reward_low = 0;  // range of one step's reward; ±infinity where there is none
  float reward_high = 0;
  double frames_per_second = 10;  // the pace at which a person watches single steps
  bool masks_actions = false;     // legal_actions() may write zeros
  bool gives_game = false;        // game() is not null
  bool has_goal = false;          // the task is reached or missed: see Environment::goal_reached()
  bool gives_advice = false;      // advised_action() is one; only where actions are discrete
  // Where the agent as it was before plays the other side: see Environment::begin_training().
  std::optional<PastSelvesSettings> past_selves;
  // Figures of an episode beside its return, such as collisions per km: see
  // Environment::metrics(). Lower-case names, which become columns: eval_<name>.
  std::vector<std::string> metrics;
  // For a person at the keyboard: the keys held for each discrete action, space-separated
  // lower-case names ("right x"), "" for none; the action with the most keys held is taken. In a
  // real-time world the clock runs on while no key is pressed; otherwise each key press is one
  // step.
  std::vector<std::string> action_keys;
  bool real_time = false;
};

// What just happened, by name: "stomped", "red_light". Names are string literals.
class EventSink {
 public:
  struct Event {
    std::string_view name;
    double value = 0;
  };
  void add(std::string_view name, double value = 0) { events_.push_back({name, value}); }
  void clear() { events_.clear(); }
  std::span<const Event> list() const { return events_; }

 private:
  std::vector<Event> events_;
};

// Where a picture-like observation, [planes, height, width] and perhaps several frames of it, lies
// in the world's own picture: squares in the units of the first camera that draw() sets, y upward.
struct ObservationGrid {
  float left = 0, top = 0;  // of the first square
  float side = 1;
  int planes = 1;  // of a frame
  int placed = 1;  // of them the first, those whose numbers are about the square that they lie in
};

// The model of a finite world, for planning: states × actions → outcomes.
struct TabularModel {
  struct Outcome {
    double probability;
    int next_state;
    double reward;
    bool terminated;
  };
  int states = 0;
  int actions = 0;
  std::vector<std::vector<Outcome>> outcomes;  // [state · actions + action]; sums to 1
  std::vector<double> start;                   // distribution of the first state
};

// Throws std::logic_error that names the environment.
[[noreturn]] void no_advice(const EnvironmentSpec& spec);

// Derive a `final` class, so that Batch<Env> calls it statically. An environment knows nothing of
// step limits: it returns running or terminated, and Episode<Env> truncates.
class Environment {
 public:
  virtual ~Environment() = default;

  virtual const EnvironmentSpec& spec() const = 0;
  // An agent is going to train in this world, and is not only measured in it: what settings ask of
  // training alone begins. `selves`: those that spec().past_selves asks for, else null. Called at
  // most once, before reset() and load().
  virtual void begin_training(const std::shared_ptr<const PastSelves>& selves) {
    static_cast<void>(selves);
  }
  // Starts an episode; the same seed gives the same episode, bit for bit.
  virtual void reset(Seed seed) = 0;
  // One step of a running episode. Allocates nothing once warm. The action is inside the space.
  virtual StepResult step(Action action) = 0;
  // Writes exactly spec().observation.size() values.
  virtual void observe(std::span<float> out) const = 0;
  // Writes 1 for a legal action, 0 for an illegal one.
  virtual void legal_actions(std::span<std::uint8_t> mask) const {
    for (auto& m : mask) m = 1;
  }
  virtual int player_to_move() const { return 0; }
  // Whether the episode has reached what the task asks for, such as the flag; false without a goal.
  virtual bool goal_reached() const { return false; }
  // Writes spec().metrics.size() values: what the episode has come to so far.
  virtual void metrics(std::span<double>) const {}
  virtual void events(EventSink&) const {}  // those of the last step
  virtual void draw(Scene&) const = 0;
  // A key pressed at the window that changes what draw() shows, and nothing else; whether it is one.
  virtual bool view_key(std::string_view) { return false; }
  // Of the present state; none where the observation is no picture.
  virtual std::optional<ObservationGrid> observation_grid() const { return std::nullopt; }
  // The whole state: load(save()) continues with the same future, bit for bit.
  virtual void save(Writer&) const = 0;
  virtual void load(Reader&) = 0;
  // The exact model, where the world is finite and gives it; states are the observation's integers.
  virtual std::unique_ptr<TabularModel> model() const { return nullptr; }
  // The present state as a game between two players, for search, also where one of them is played
  // inside this world; null where it is none.
  virtual std::unique_ptr<TwoPlayerGame> game() const { return nullptr; }
  // Another world in the same state; null where it cannot be had.
  virtual std::unique_ptr<Environment> clone() const { return nullptr; }
  // What the world's own player by rules would do now, a legal action: for agents that imitate it.
  // Asked for only where the specification says that there is one.
  virtual std::int32_t advised_action() const { no_advice(spec()); }
};

// Throws std::invalid_argument that names the environment, the action and what is allowed.
[[noreturn]] void refuse_action(const EnvironmentSpec& spec, const Action& action);

}  // namespace sandlot
