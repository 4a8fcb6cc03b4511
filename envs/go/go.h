// The world `go`: a game of Go, against an opponent inside the world, or with both sides to play.
//
// Observation `planes`, [2·history + 1, size, size], as AlphaGo Zero has them (Silver et al. 2017):
// the stones of the player to move and those of the other, of now and of the history − 1 positions
// before, newest first, and a plane of ones where Black is to move, unless `color_plane: false`
// leaves it out: then one strategy serves both colours, which is nearly exact for small komi.
// Observations `features` and `feature_planes`: see observation.h. Actions: the points row by row
// from the top left, then the pass.
//
// Illegal actions are masked; with `illegal: pass` nothing is, and an illegal action is a pass, for
// learners that take no masks.
//
// Reward at the end alone: 1 for the winner, −1 for the loser, 0 for a tie, by area and komi; with
// `reward: margin` the difference of points over the number of points, at most 1; with `reward:
// both` the mean of the two, so that who is behind on an empty board does not end the game there,
// as a margin of komi alone makes him. It is the agent's; with opponent `none` both sides act, and
// it is Black's.
//
// `first_pass` is for agents that search: when they may pass though the other side has not. See
// search_game.h.
//
// With opponent `self` the agent plays games of training against itself as it was before, and where
// it is only measured against the heuristic player. `practice` lets others play a share of the
// games of training.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "envs/go/game.h"
#include "envs/go/gtp_engine.h"
#include "envs/go/status.h"
#include "sim/core/environment.h"
#include "sim/core/past_selves.h"
#include "sim/core/policy.h"
#include "sim/core/scene.h"
#include "sim/core/settings.h"

namespace sandlot::go {

// The picture: a wooden board from above.
void draw_board(Scene& scene, const Game& game, std::string_view note);
// Over it: by action, in which share a player would choose it, or from −1 to 1 what he expects of
// it; NaN where he says nothing.
enum class Heat : std::uint8_t { none, shares, values };
void draw_heat(Scene& scene, const Game& game, Heat heat, std::span<const float> by_action);
// And whose the points will probably be.
void draw_territory(Scene& scene, const Game& game, const Outlook& outlook);
// The action of the point that lies here, in the screen units of a scene of draw_board(); none
// beside the board.
std::optional<int> action_at(const Scene& scene, int size, sandlot::Point screen);

class Go final : public Environment {
 public:
  enum class Observation { planes, features, feature_planes };
  enum class Reward { outcome, margin, both };
  enum class FirstPass : std::uint8_t { half_full, settled };
  enum class Illegal { masked, pass };
  enum class Opponent : std::uint8_t { none, random, heuristic, policy, self, gtp };
  enum class Side { black, white, either };
  struct EngineSettings {
    std::vector<std::string> command{"gnugo", "--mode", "gtp", "--level", "1", "--chinese-rules"};
    double timeout = 60;
    void fields(Fields& f);
  };
  // Shares of the games of training in which these play the other side.
  struct PracticeSettings {
    double random = 0, heuristic = 0;
    bool any() const { return random > 0 || heuristic > 0; }
    void fields(Fields& f);
  };
  struct Settings {
    int size = 9;
    double komi = 7.5;
    Superko superko = Superko::positional;
    bool suicide = true;
    int handicap = 0;
    int move_limit = 0;  // 0: three times the number of points
    Observation observation = Observation::planes;
    int history = 8;
    bool color_plane = true;
    Reward reward = Reward::outcome;
    FirstPass first_pass = FirstPass::half_full;
    Illegal illegal = Illegal::masked;
    Opponent opponent = Opponent::heuristic;
    Side color = Side::either;
    EngineSettings engine;
    std::vector<std::string> policies;  // folders of runs
    double surprise = 0.1;
    PastSelvesSettings pool;
    PracticeSettings practice;
    void fields(Fields& f);
    void opponent_fields(Fields& f);
    void check(Issues& issues) const;
  };

  Go() : Go(Settings{}) {}
  explicit Go(const Settings& settings);

  const EnvironmentSpec& spec() const override { return spec_; }
  void begin_training(const std::shared_ptr<const PastSelves>& selves) override;
  void reset(Seed seed) override;
  StepResult step(Action action) override;
  void observe(std::span<float> out) const override;
  void legal_actions(std::span<std::uint8_t> mask) const override;
  int player_to_move() const override;
  bool goal_reached() const override;
  void events(EventSink& sink) const override;
  void draw(Scene& scene) const override;
  // h: how often moves would be chosen, what is expected of them, nothing; t: territory.
  bool view_key(std::string_view key) override;
  // For the picture alone: what whoever acts thought of its last choice, by action; NaN where it
  // said nothing, empty where it says nothing at all.
  void set_thoughts(std::span<const float> shares, std::span<const float> values);
  std::optional<ObservationGrid> observation_grid() const override;
  void save(Writer& out) const override;
  void load(Reader& in) override;
  std::unique_ptr<TwoPlayerGame> game() const override;

  const Game& state() const { return game_; }
  // Another game of the same size, for protocols; whoever is to move in it is the agent.
  void set_state(const Game& game);
  const Settings& settings() const { return settings_; }

 private:
  void play(Vertex v);
  void answer();  // the opponent's move, where it is its turn
  Vertex opponents_move();
  Vertex ask_engine();
  Vertex ask(Policy& rival);
  Opponent draw_opponent();
  bool draws_opponents() const {
    return settings_.opponent == Opponent::self || settings_.practice.any();
  }
  bool finished() const { return game_.over() || resigned_ != kEmpty; }
  float result() const;  // the agent's
  void remember();

  EnvironmentSpec spec_;
  Settings settings_;
  Game game_;
  Color agent_ = kBlack;      // with opponent none: Black
  Color resigned_ = kEmpty;   // an engine that gave up
  int taken_ = 0, lost_ = 0;  // stones, in the last step, of the opponent and of the agent
  Random random_;
  bool training_ = false;
  Opponent playing_ = Opponent::none;  // who plays this game
  PastSelf self_;
  std::unique_ptr<GtpEngine> engine_;
  std::vector<std::shared_ptr<Policy>> rivals_;
  std::uint32_t rival_ = 0;  // who plays this game
  std::vector<float> seen_;  // by the rival
  std::vector<std::uint8_t> mask_;
  int told_ = -1;  // moves that the engine knows of this game; −1: it knows nothing of it
  // Of the picture alone.
  Heat heat_ = Heat::none;
  bool territory_ = false;
  std::vector<float> shares_, expected_;
  mutable Outlook outlook_;
  mutable int outlook_of_ = -1;  // moves of the game then
  // The stones of the last positions, newest first, by point; as many as `history`.
  std::vector<std::vector<std::uint8_t>> past_;
};

}  // namespace sandlot::go
