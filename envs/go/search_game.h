// A game of Go as searches see it. Player 0 is Black; an outcome is 1 or −1 for him, 0 for a tie,
// or the difference of points over the number of points where games are played for the margin.
#pragma once

#include "envs/go/game.h"
#include "sim/core/two_player_game.h"

namespace sandlot::go {

class SearchGame final : public TwoPlayerGame {
 public:
  struct View {
    int history = 1;  // positions in the planes that are observed; 0: features are
    int handicap = 0;
    bool margin = false;
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
  float outcome() const override { return value_of(game_.score()); }
  // Legal points that are no eyes of the player's own, and the pass.
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
  float value_of(double score) const;

  Game game_;
  View view_;
  std::vector<std::int32_t> moves_;
};

}  // namespace sandlot::go
