// What the small two-player worlds share: turns, the opponent inside the world, saving, search.
//
// `Rules` gives a State that can be copied, and:
//   State(const Rules::Board&)                    the empty board
//   int actions() const                           of which some may be illegal
//   bool is_legal(int action) const
//   void play(int action); void pass()            the other's turn, for what-if questions
//   int to_move() const                           0 or 1
//   bool over() const; int winner() const         the winner's number, −1 for none
// and static functions for specification, observation, symmetries, drawing and the settings of the
// board, and for who plays perfectly:
//   bool solvable(state)                          whether value() takes no minutes
//   int value(state, alpha, beta)                 1, 0 or −1 for the player to move; right where it
//                                                 lies between alpha and beta, else a bound beyond
//   int opening_action(state, random)             what is played where that cannot be had
//
// Reward at the end alone: 1, 0 or −1 for the agent, or, where both sides act, for player 0.
// Metrics beside an opponent who never errs: `judged`, the agent's moves whose value could be
// known, and `mistakes`, those of them that gave away a win or a draw.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/scene.h"
#include "sim/core/settings.h"

namespace sandlot::classic {

enum class Opponent { none, random, heuristic, perfect };
enum class Turn { first, second, either };

template <class Rules>
class TwoPlayerState final : public TwoPlayerGame {
 public:
  using State = typename Rules::State;
  TwoPlayerState(const State& state, std::vector<std::int32_t> moves,
                 const typename Rules::Board& board = {})
      : board_(board), state_(state), moves_(std::move(moves)) {}
  std::unique_ptr<TwoPlayerGame> clone() const override {
    return std::make_unique<TwoPlayerState>(*this);
  }
  void assign(const TwoPlayerGame& other) override {
    *this = static_cast<const TwoPlayerState&>(other);
  }
  int actions() const override { return state_.actions(); }
  int player_to_move() const override { return state_.to_move(); }
  bool over() const override { return state_.over(); }
  float outcome() const override {
    return state_.winner() < 0 ? 0.0f : state_.winner() == 0 ? 1.0f : -1.0f;
  }
  void candidates(std::vector<std::int32_t>& out) const override {
    out.clear();
    for (int a = 0; a < state_.actions(); ++a)
      if (state_.is_legal(a)) out.push_back(a);
  }
  void play(int action) override {
    state_.play(action);
    moves_.push_back(action);
  }
  std::span<const std::int32_t> moves() const override { return moves_; }
  void restart() override {
    state_ = State(board_);
    moves_.clear();
  }
  void observe(std::span<float> out) const override { Rules::observe(board_, state_, out); }
  std::vector<Symmetry> symmetries() const override { return Rules::symmetries(board_); }

 private:
  typename Rules::Board board_;
  State state_;
  std::vector<std::int32_t> moves_;
};

// An action that wins at once, else one that the opponent would win with, else any.
template <class State>
int heuristic_action(const State& state, Random& random) {
  std::array<int, 16> legal;
  std::uint32_t count = 0;
  std::optional<int> block;
  for (int a = 0; a < state.actions(); ++a) {
    if (!state.is_legal(a)) continue;
    legal[count++] = a;
    State next = state;
    next.play(a);
    if (next.winner() == state.to_move()) return a;
    State other = state;
    other.pass();
    const int rival = other.to_move();
    other.play(a);
    if (other.winner() == rival) block = a;
  }
  if (block) return *block;
  return legal[random.below(count)];
}

template <class Rules>
class TwoPlayers final : public Environment {
 public:
  using State = typename Rules::State;
  struct Settings {
    typename Rules::Board board;
    Opponent opponent = Opponent::heuristic;
    Turn turn = Turn::either;
    void fields(Fields& f) {
      board.fields(f);
      f.choice("opponent", opponent,
               {{"none", Opponent::none},
                {"random", Opponent::random},
                {"heuristic", Opponent::heuristic},
                {"perfect", Opponent::perfect}},
               Rules::kOpponents);
      f.when(opponent != Opponent::none, "an opponent", [&] {
        f.choice("turn", turn,
                 {{"first", Turn::first}, {"second", Turn::second}, {"either", Turn::either}},
                 "the agent's; either: drawn for each game");
      });
    }
  };

  TwoPlayers() : TwoPlayers(Settings{}) {}
  explicit TwoPlayers(const Settings& settings) : settings_(settings), state_(settings.board) {
    Rules::specify(settings.board, spec_);
    spec_.players = settings.opponent == Opponent::none ? 2 : 1;
    spec_.reward_low = -1;
    spec_.reward_high = 1;
    spec_.frames_per_second = 1;
    spec_.masks_actions = true;
    spec_.gives_game = true;
    spec_.has_goal = settings.opponent != Opponent::none;
    if (settings.opponent == Opponent::perfect) spec_.metrics = {"judged", "mistakes"};
    moves_.reserve(64);  // more than any of these boards holds
    reset(0);
  }

  const EnvironmentSpec& spec() const override { return spec_; }

  void reset(Seed seed) override {
    random_ = Random(derive(seed, "opponent"));
    state_ = State(settings_.board);
    moves_.clear();
    judged_ = mistakes_ = 0;
    agent_ = 0;
    if (settings_.opponent != Opponent::none)
      agent_ = settings_.turn == Turn::first    ? 0
               : settings_.turn == Turn::second ? 1
                                                : static_cast<int>(random_.below(2));
    answer();
  }

  StepResult step(Action action) override {
    if (settings_.opponent == Opponent::perfect) judge(action.index);
    play(action.index);
    answer();
    if (!state_.over()) return {0, Status::running};
    return {result(), Status::terminated};
  }

  void observe(std::span<float> out) const override {
    Rules::observe(settings_.board, state_, out);
  }
  void legal_actions(std::span<std::uint8_t> mask) const override {
    for (std::size_t a = 0; a < mask.size(); ++a) mask[a] = state_.is_legal(static_cast<int>(a));
  }
  int player_to_move() const override {
    return settings_.opponent == Opponent::none ? state_.to_move() : 0;
  }
  bool goal_reached() const override { return spec_.has_goal && state_.winner() == agent_; }
  void metrics(std::span<double> out) const override {
    if (out.empty()) return;
    out[0] = judged_;
    out[1] = mistakes_;
  }
  void events(EventSink& sink) const override {
    if (!state_.over()) return;
    sink.add(state_.winner() < 0 ? "drawn" : state_.winner() == 0 ? "first_won" : "second_won");
  }
  void draw(Scene& scene) const override {
    Rules::draw(state_, moves_.empty() ? -1 : moves_.back(), scene);
  }
  std::unique_ptr<TwoPlayerGame> game() const override {
    return std::make_unique<TwoPlayerState<Rules>>(state_, moves_, settings_.board);
  }
  const State& state() const { return state_; }

  void save(Writer& out) const override {
    out.write(agent_);
    out.write(judged_);
    out.write(mistakes_);
    out.write(moves_);
    random_.save(out);
  }
  // The moves are played again, so that a damaged file holds no impossible position.
  void load(Reader& in) override {
    in.read(agent_);
    if (agent_ != 0 && agent_ != 1) in.fail("there is no such player");
    in.read(judged_);
    in.read(mistakes_);
    if (mistakes_ < 0 || judged_ < mistakes_) in.fail("more mistakes than moves");
    std::vector<std::int32_t> moves;
    in.read(moves);
    state_ = State(settings_.board);
    moves_.clear();
    for (const auto a : moves) {
      if (a < 0 || a >= state_.actions() || state_.over() || !state_.is_legal(a))
        in.fail("a move of the game is not legal");
      play(a);
    }
    random_.load(in);
  }

 private:
  void play(int action) {
    state_.play(action);
    moves_.push_back(action);
  }
  void answer() {
    if (settings_.opponent == Opponent::none || state_.over() || state_.to_move() == agent_) return;
    if (settings_.opponent == Opponent::perfect) return play(perfect_action());
    if (settings_.opponent == Opponent::heuristic) return play(heuristic_action(state_, random_));
    int action = 0;
    do action = static_cast<int>(random_.below(static_cast<std::uint32_t>(state_.actions())));
    while (!state_.is_legal(action));
    play(action);
  }
  // One of the actions that are best, each with the same chance.
  int perfect_action() {
    if constexpr (requires { Rules::opening_action(state_, random_); })
      if (!Rules::solvable(state_)) return Rules::opening_action(state_, random_);
    const int value = Rules::value(state_, -1, 1);
    std::array<int, 16> legal;
    std::uint32_t left = 0;
    for (int a = 0; a < state_.actions(); ++a)
      if (state_.is_legal(a)) legal[left++] = a;
    for (;;) {  // in random order, so that few are solved
      int& drawn = legal[random_.below(left)];
      if (left == 1 || keeps(drawn, value)) return drawn;
      drawn = legal[--left];
    }
  }
  void judge(int action) {
    if (!Rules::solvable(state_)) return;
    ++judged_;
    if (!keeps(action, Rules::value(state_, -1, 1))) ++mistakes_;
  }
  bool keeps(int action, int value) const {  // what the position is worth with perfect play
    State next = state_;
    next.play(action);
    return value < 0 || -Rules::value(next, -value, 1 - value) >= value;
  }
  float result() const {
    return state_.winner() < 0 ? 0.0f : state_.winner() == agent_ ? 1.0f : -1.0f;
  }

  EnvironmentSpec spec_;
  Settings settings_;
  State state_;
  int agent_ = 0;
  std::int32_t judged_ = 0, mistakes_ = 0;
  std::vector<std::int32_t> moves_;
  Random random_;
};

// The outcome of perfect play for the player to move, 1, 0 or −1: alpha-beta with a table of what
// was seen (`known`: a map from State::key() to a pair of bounds whose references stay valid).
// Small boards and late positions only.
template <class State, class Table>
int solve(const State& state, Table& known, int alpha = -1, int beta = 1) {
  if (state.over()) return state.winner() < 0 ? 0 : state.winner() == state.to_move() ? 1 : -1;
  auto& bounds =
      known.try_emplace(state.key(), std::pair<std::int8_t, std::int8_t>(-1, 1)).first->second;
  if (bounds.first >= beta) return bounds.first;
  if (bounds.second <= alpha) return bounds.second;
  alpha = std::max<int>(alpha, bounds.first);
  beta = std::min<int>(beta, bounds.second);
  if (alpha >= beta) return alpha;
  int best = -2, low = alpha;
  for (int i = 0; i < state.actions() && best < beta; ++i) {
    const int a = state.ordered(i);
    if (!state.is_legal(a)) continue;
    State next = state;
    next.play(a);
    best = std::max(best, -solve(next, known, -beta, -low));
    low = std::max(low, best);
  }
  if (best < beta) bounds.second = static_cast<std::int8_t>(best);  // an upper bound
  if (best > alpha) bounds.first = static_cast<std::int8_t>(best);  // a lower one
  return best;
}

}  // namespace sandlot::classic
