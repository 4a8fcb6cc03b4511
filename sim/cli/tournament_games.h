// Games of a tournament, as games.csv keeps them, and what they say of the players.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/experiment/elo.h"

namespace sandlot {

struct TournamentGame {
  int number = 0;
  std::string black, white, result;  // "B+1.5", "W+R"; "Void": nobody's
  double black_score = 0.5;          // 1, ½ or 0
  int moves = 0;
  double black_seconds = 0, white_seconds = 0;  // a move
  std::string end;                              // passes, resigned, limit, or what went wrong
  bool counts() const { return result != "Void"; }
};

// Empty where there is no file. Throws std::runtime_error for a line that is no game.
std::vector<TournamentGame> read_games(const std::filesystem::path& file);
void write_games(const std::filesystem::path& file, const std::vector<TournamentGame>& games);

struct Standing {
  std::string name;
  Rating rating;
  double seconds = 0;  // a move, the mean over games
};

// One for each player, the strongest first. Elo is 0 for `anchor` where it names a player, else on
// average.
std::vector<Standing> standings(const std::vector<TournamentGame>& games,
                                const std::string& anchor = "");

// Games of `player` against `rival`: points of the player, and how many games.
struct Score {
  double points = 0;
  int games = 0;
};
Score score_against(const std::vector<TournamentGame>& games, const std::string& player,
                    const std::string& rival);

// "NAME@12000" is NAME after 12,000 steps of training; −1 for names without that.
std::int64_t trained_steps_of(const std::string& name);

}  // namespace sandlot
