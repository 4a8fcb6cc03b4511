// What is seen of a position.
//
// Planes, [2·history + 1, size, size]: see go.h. Features, a list of numbers for learners without
// convolutions:
//
// For each point, row by row, seen by the player to move (own: 1, the opponent's: −1):
//   stone                 1, 0, −1
//   liberties             of the stone's string, up to 4, over 4, with the sign of its colour
//   in atari              with the sign of its colour; caught in a ladder counts 1, free ½
//   takes                 on an empty point: stones that a move would take, up to 4, over 4
//   saved                 1 where a move there takes an own string out of atari
//   self-atari            1 where a move there would have one liberty
//   eye                   1 for an own eye, −1 for the opponent's
//   shape                 1 where the stones around make one of MoGo's patterns
// and then: stones more than the opponent over the number of points, komi in the player's favour
// over it, whether the opponent just passed, 1 for Black to move and −1 for White.
//
// Feature planes, [12, size, size]: the same as pictures, one for each of the eight and the four,
// of which the latter are the same all over the board; for learners with convolutions.
#pragma once

#include <span>

#include "envs/go/game.h"

namespace sandlot::go {

inline constexpr int kFeaturesPerPoint = 8, kFeaturesOfGame = 4;

void write_features(const Game& game, std::span<float> out);
void write_feature_planes(const Game& game, std::span<float> out);
// Of the game's last `history` positions, the newest first; what was before its first one is empty.
// With `color`, a plane of ones where Black is to move comes last.
void write_planes(const Game& game, int history, bool color, std::span<float> out);

}  // namespace sandlot::go
