// Any world for two players as a game to search, by copying, saving and loading it. Worlds that
// give a game of their own are faster.
#pragma once

#include "sim/core/archive.h"
#include "sim/core/environment.h"
#include "sim/core/two_player_game.h"

namespace sandlot {

class WorldGame final : public TwoPlayerGame {
 public:
  // `world` is in mid-episode, its rewards player 0's.
  explicit WorldGame(std::unique_ptr<Environment> world)
      : world_(std::move(world)), mask_(static_cast<std::size_t>(world_->spec().action.n), 1) {}

  std::unique_ptr<TwoPlayerGame> clone() const override {
    auto copy = std::make_unique<WorldGame>(world_->clone());
    copy->total_ = total_;
    copy->over_ = over_;
    return copy;
  }
  void assign(const TwoPlayerGame& other) override {
    const auto& from = static_cast<const WorldGame&>(other);
    bytes_.clear();
    from.world_->save(bytes_);
    Reader in(bytes_.bytes(), "a position of the search");
    world_->load(in);
    total_ = from.total_;
    over_ = from.over_;
  }
  int actions() const override { return world_->spec().action.n; }
  int player_to_move() const override { return world_->player_to_move(); }
  bool over() const override { return over_; }
  float outcome() const override { return std::clamp(total_, -1.0f, 1.0f); }
  void candidates(std::vector<std::int32_t>& out) const override {
    out.clear();
    if (world_->spec().masks_actions) world_->legal_actions(mask_);
    for (std::size_t a = 0; a < mask_.size(); ++a)
      if (mask_[a] != 0) out.push_back(static_cast<std::int32_t>(a));
  }
  void play(int action) override {
    const StepResult result = world_->step({.index = action, .values = {}});
    total_ += result.reward;
    over_ = result.status != Status::running;
  }
  void restart() override {
    world_->reset(0);
    total_ = 0;
    over_ = false;
  }
  void observe(std::span<float> out) const override { world_->observe(out); }

 private:
  std::unique_ptr<Environment> world_;
  float total_ = 0;  // player 0's, since this was made
  bool over_ = false;
  mutable std::vector<std::uint8_t> mask_;
  Writer bytes_;
};

}  // namespace sandlot
