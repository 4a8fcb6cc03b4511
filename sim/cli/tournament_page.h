// A tournament as one HTML page: a table, strengths with their intervals, win rates over the time
// that a move takes, and strength over training.
#pragma once

#include <string>
#include <vector>

#include "sim/cli/tournament_games.h"

namespace sandlot {

// `references`: who others are measured against, the first of whom has Elo 0; none: all are
// compared with all.
std::string tournament_page(const std::string& lead, const std::vector<TournamentGame>& games,
                            const std::vector<std::string>& references);

}  // namespace sandlot
