// A player for conversations: uniform moves that leave eyes alone.
#pragma once

#include "envs/go/playout.h"
#include "sim/cli/gtp_session.h"

namespace sandlot {

class UniformPlayer final : public GoPlayer {
 public:
  std::string name() const override { return "uniform"; }
  int size() const override { return 9; }
  bool set_size(int size) override { return size <= 19; }
  go::Vertex choose(const go::Game& game, double seconds) override {
    seconds_ = seconds;
    const go::Vertex v = go::Playout::uniform_move(game.board(), game.to_move(), random_);
    last_ = game.is_legal(v) ? v : go::kPass;
    return last_;
  }
  std::vector<Thought> thoughts() const override { return {{last_, 12, 0.25, {last_}}}; }
  double seconds() const { return seconds_; }

 private:
  Random random_{1};
  go::Vertex last_ = go::kPass;
  double seconds_ = -1;
};

// Answers are "=" or "?", perhaps an id, text without empty lines, and one empty line.
inline bool is_answer(std::string_view text) {
  if (text.empty()) return true;
  if (text[0] == '\n') text.remove_prefix(1);  // the end of an analysis
  if (text.empty()) return true;
  if (text[0] != '=' && text[0] != '?') return false;
  const auto end = text.find("\n\n");
  return end != std::string_view::npos && end + 2 == text.size();
}

}  // namespace sandlot
