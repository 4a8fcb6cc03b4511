// A game of Go as searches see it. Player 0 is Black; see value_of() for what an outcome is.
#pragma once

#include "envs/go/game.h"
#include "sim/core/two_player_game.h"

namespace sandlot::go {

// 1 for Black, −1 for White, 0 for a tie, and, for the share `margin`, Black's points less White's
// (`score`) over the number of points, within 1.
float value_of(double score, int points, double margin);

class SearchGame final : public TwoPlayerGame {
 public:
  struct View {
    int history = 1;        // positions in the planes that are observed; 0: features are
    bool pictures = false;  // as planes, where features are
    bool color = true;      // a plane says whose turn it is
    int handicap = 0;
    double margin = 0;     // its share of the outcome
    bool settled = false;  // nobody passes first before the board is settled
  };
  explicit SearchGame(const Game& game, const View& view);
  explicit SearchGame(const Game& game) : SearchGame(game, View{}) {}

  std::unique_ptr<TwoPlayerGame> clone() const override {
    return std::make_unique<SearchGame>(*this);
  }
  void assign(const TwoPlayerGame& other) override {
    *this = static_cast<const SearchGame&>(other);
  }
  int actions() const override { return game_.board().points() + 1; }
  int player_to_move() const override { return game_.to_move() == kBlack ? 0 : 1; }
  bool over() const override { return game_.over(); }
  float outcome() const override {
    return value_of(game_.score(), game_.board().points(), view_.margin);
  }
  // Legal points that are no eyes of the player's own, and the pass, which is worth a look once
  // half of the points have stones (with `settled`: once each of those points is a self-atari), or
  // the other side has just passed, or nothing else is left. Before that a pass is no way to win;
  // but whoever believes himself lost would end a game early with it, and in games against itself a
  // network then sees nothing from which it could learn better.
  void candidates(std::vector<std::int32_t>& out) const override;
  void play(int action) override;
  std::span<const std::int32_t> moves() const override { return moves_; }
  void restart() override;
  void observe(std::span<float> out) const override;
  std::vector<Symmetry> symmetries() const override;
  void priors(std::span<const std::int32_t> candidates, std::span<float> means,
              std::span<float> visits) const override;
  float playout(Playouts kind, Random& random, Trace* trace) override;

  const Game& game() const { return game_; }

 private:
  bool may_pass(std::span<const std::int32_t> points) const;

  Game game_;
  View view_;
  std::vector<std::int32_t> moves_;
};

}  // namespace sandlot::go
