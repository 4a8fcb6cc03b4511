// A conversation in the Go Text Protocol, version 2 (Farnebäck 2002): lines in, answers out.
//
// Whatever a line holds gets the answer that the protocol asks for; nothing ends the session but
// `quit` and the end of the input.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cli/go_player.h"

namespace sandlot {

class GtpSession {
 public:
  // `player` outlives the session. Boards begin with `size` points a side.
  GtpSession(GoPlayer& player, int size, const go::Rules& rules, std::string version);

  // The answer, its empty line included; "" to lines that hold nothing. While analyzing() the
  // answer's end, an empty line, is still to come: it is put before the next answer.
  std::string answer(std::string_view line);
  bool done() const { return done_; }
  // final_score counts territory and prisoners, not area.
  void score_territory(bool territory) { territory_ = territory; }

  // Between an analyze command and the next line: thinks for the interval and returns a line of
  // thoughts.
  bool analyzing() const { return analyzing_; }
  std::string analyze();

  const go::Game& game() const { return game_; }

 private:
  using Arguments = std::vector<std::string>;
  struct Failure {
    std::string message;
  };
  using Command = std::function<std::string(const Arguments&)>;

  void add_setup_commands();
  void add_play_commands();
  void add_question_commands();
  void add_analysis_commands();

  std::string genmove(const Arguments& arguments, bool play);
  std::string begin_analysis(const Arguments& arguments, bool kata);
  std::string place_handicap(const std::vector<go::Vertex>& points);
  std::string list_of(std::string_view status) const;
  std::string board_text() const;
  void begin_game(int size);
  double seconds_for_move(go::Color c) const;

  GoPlayer& player_;
  go::Rules rules_;
  go::Game game_;
  std::string version_;
  std::map<std::string, Command, std::less<>> commands_;
  bool done_ = false, analyzing_ = false, kata_ = false, territory_ = false;
  double interval_ = 1;  // of analysis, seconds
  // Time: main time and, after it, byo-yomi periods; −1: nothing was said.
  double main_time_ = -1, period_time_ = 0;
  int period_stones_ = 0;
  struct Clock {
    double left = -1;
    int stones = 0;
  };
  Clock clock_[3];
};

}  // namespace sandlot
