#include "sim/cli/tournament_games.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

#include "sim/core/archive.h"

namespace sandlot {

std::vector<TournamentGame> read_games(const std::filesystem::path& file) {
  std::vector<TournamentGame> games;
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    std::vector<std::string> f;
    for (std::string field; std::getline(fields, field, ',');) f.push_back(field);
    if (f.size() != 9) throw std::runtime_error(file.string() + ": '" + line + "' is no game");
    games.push_back({std::atoi(f[0].c_str()), f[1], f[2], f[3], std::atof(f[4].c_str()),
                     std::atoi(f[5].c_str()), std::atof(f[6].c_str()), std::atof(f[7].c_str()),
                     f[8]});
  }
  return games;
}

void write_games(const std::filesystem::path& file, const std::vector<TournamentGame>& games) {
  std::string text = "game,black,white,result,black_score,moves,black_seconds,white_seconds,end\n";
  for (const TournamentGame& p : games) {
    char line[128];
    std::snprintf(line, sizeof line, ",%g,%d,%.4f,%.4f,", p.black_score, p.moves, p.black_seconds,
                  p.white_seconds);
    text += std::to_string(p.number) + "," + p.black + "," + p.white + "," + p.result + line +
            p.end + "\n";
  }
  write_file_atomically(file, std::string_view(text));
}

std::vector<Standing> standings(const std::vector<TournamentGame>& games,
                                const std::string& anchor) {
  std::map<std::string, int> numbers;
  std::vector<Standing> all;
  const auto number = [&](const std::string& name) {
    const auto [at, added] = numbers.try_emplace(name, static_cast<int>(all.size()));
    if (added) all.push_back({name, {}, 0});
    return at->second;
  };
  std::vector<GameResult> results;
  for (const TournamentGame& p : games) {
    if (!p.counts()) continue;
    const int black = number(p.black), white = number(p.white);
    results.push_back({black, white, p.black_score});
    all[static_cast<std::size_t>(black)].seconds += p.black_seconds;
    all[static_cast<std::size_t>(white)].seconds += p.white_seconds;
  }
  const auto ratings = bradley_terry(static_cast<int>(all.size()), results);
  const auto zero = numbers.find(anchor);
  const double shift =
      zero == numbers.end() ? 0 : ratings[static_cast<std::size_t>(zero->second)].elo;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].rating = ratings[i];
    all[i].rating.elo -= shift;
    if (ratings[i].games > 0) all[i].seconds /= ratings[i].games;
  }
  std::stable_sort(all.begin(), all.end(), [](const Standing& a, const Standing& b) {
    return a.rating.elo > b.rating.elo;
  });
  return all;
}

Score score_against(const std::vector<TournamentGame>& games, const std::string& player,
                    const std::string& rival) {
  Score score;
  for (const TournamentGame& p : games) {
    if (!p.counts()) continue;
    const bool black = p.black == player && p.white == rival;
    const bool white = p.white == player && p.black == rival;
    if (!black && !white) continue;
    score.points += black ? p.black_score : 1 - p.black_score;
    ++score.games;
  }
  return score;
}

std::int64_t trained_steps_of(const std::string& name) {
  const auto at = name.rfind('@');
  if (at == std::string::npos || at + 1 == name.size()) return -1;
  std::int64_t steps = -1;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + at + 1, end, steps);
  return error == std::errc() && rest == end && steps >= 0 ? steps : -1;
}

}  // namespace sandlot
