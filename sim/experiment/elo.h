// Strengths from games: the model of Bradley & Terry (1952), in which a beats b with the chance
// γa / (γa + γb), on Elo's scale, 400 log10 γ. A draw counts as half a win for both.
#pragma once

#include <cstdint>
#include <vector>

namespace sandlot {

struct GameResult {
  int first = 0, second = 0;  // players' numbers
  double score = 0;           // of the first: 1, ½ or 0
};

struct Rating {
  double elo = 0;    // the mean of all players is 0
  double error = 0;  // half of the 95% interval, from the curvature of the likelihood
  int games = 0;
  double score = 0;  // points won
};

// The most likely strengths (Hunter 2004, "MM algorithms for generalized Bradley-Terry models").
// `prior` draws are added to each pair that met, so that who never lost is not infinitely strong.
// Players that are connected by no games are compared as if all were equal on average.
std::vector<Rating> bradley_terry(int players, const std::vector<GameResult>& games,
                                  double prior = 1);

// The 95% interval of a share (Wilson 1927).
struct Interval {
  double low = 0, high = 1;
};
Interval wilson(double successes, double trials);

}  // namespace sandlot
