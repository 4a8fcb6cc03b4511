// Round robins of Go between policies and programs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "envs/go/gtp_engine.h"
#include "envs/go/playout.h"
#include "envs/go/sgf.h"
#include "sim/cli/common.h"
#include "sim/cli/go_player.h"
#include "sim/cli/verbs.h"
#include "sim/config/tree.h"
#include "sim/core/archive.h"
#include "sim/experiment/elo.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

using go::Vertex;

struct Options {
  std::vector<std::string> players;
  std::string out;
  int games = 10, size = 9, move_limit = 0, random_moves = 0;
  double komi = 7.5, seconds = 0, timeout = 60;
  std::uint64_t seed = 0;
};

struct Entrant {
  std::string name, kind, target;
  std::vector<std::string> overrides;
};

ConfigError wrong(const std::string& what) { return ConfigError({{{"--player", 0, 0}, "", what}}); }

// "mcts=config:configs/go/mcts_9x9.yaml agent.seconds=2", "gnugo=gtp:gnugo --mode gtp".
Entrant read_entrant(const std::string& text) {
  const auto equals = text.find('='), colon = text.find(':', equals);
  if (equals == std::string::npos || equals == 0 || colon == std::string::npos)
    throw wrong("'" + text + "': expected NAME=run:FOLDER, NAME=config:FILE or NAME=gtp:COMMAND");
  Entrant entrant{text.substr(0, equals),
                  text.substr(equals + 1, colon - equals - 1),
                  text.substr(colon + 1),
                  {}};
  if (entrant.kind != "run" && entrant.kind != "config" && entrant.kind != "gtp")
    throw wrong("'" + entrant.kind + "': expected run, config or gtp");
  if (entrant.name.find_first_of("/,\"\n") != std::string::npos)
    throw wrong("'" + entrant.name + "': names make file names and columns; expected no / , or \"");
  if (entrant.kind != "gtp") {
    std::istringstream words(entrant.target);
    words >> entrant.target;
    for (std::string word; words >> word;) entrant.overrides.push_back(word);
  }
  return entrant;
}

// Without what would end a field of the results' file.
std::string in_a_field(std::string text) {
  std::replace(text.begin(), text.end(), ',', ';');
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

struct Played {
  int number = 0;
  std::string black, white, result;
  double black_score = 0.5;  // 1, ½ or 0
  int moves = 0;
  double black_seconds = 0, white_seconds = 0;  // a move
  std::string end;                              // passes, resigned, limit, or what went wrong
};

class Tournament {
 public:
  Tournament(const Registry& registry, const Options& options)
      : registry_(registry), options_(options) {
    for (const auto& text : options.players) {
      entrants_.push_back(read_entrant(text));
      for (std::size_t i = 0; i + 1 < entrants_.size(); ++i)
        if (entrants_[i].name == entrants_.back().name)
          throw wrong("'" + entrants_.back().name + "' is there twice");
    }
    if (entrants_.size() < 2) throw wrong("expected two players or more");
  }

  int run() {
    fs::create_directories(options_.out);
    read_results();
    players_.resize(entrants_.size());
    int number = 0;
    for (int round = 0; round < options_.games; ++round) {
      for (std::size_t a = 0; a < entrants_.size(); ++a) {
        for (std::size_t b = a + 1; b < entrants_.size(); ++b, ++number) {
          if (stop_requested) break;
          if (done_.contains(number)) continue;
          // Colours change from round to round.
          const bool swap = round % 2 == 1;
          done_[number] = play(number, swap ? b : a, swap ? a : b);
          write_results();
          report_game(done_[number]);
        }
      }
    }
    print_table();
    return 0;
  }

 private:
  fs::path file() const { return fs::path(options_.out) / "games.csv"; }

  void read_results() {
    std::ifstream in(file());
    std::string line;
    std::getline(in, line);
    while (std::getline(in, line)) {
      std::istringstream fields(line);
      std::vector<std::string> f;
      for (std::string field; std::getline(fields, field, ',');) f.push_back(field);
      if (f.size() != 9) throw std::runtime_error(file().string() + ": '" + line + "' is no game");
      Played p{std::atoi(f[0].c_str()),
               f[1],
               f[2],
               f[3],
               std::atof(f[4].c_str()),
               std::atoi(f[5].c_str()),
               std::atof(f[6].c_str()),
               std::atof(f[7].c_str()),
               f[8]};
      const auto known = [&](const std::string& name) {
        return std::any_of(entrants_.begin(), entrants_.end(),
                           [&](const auto& e) { return e.name == name; });
      };
      if (!known(p.black) || !known(p.white))
        throw std::runtime_error(file().string() + " has games of '" + p.black + "' and '" +
                                 p.white + "', who are not both in this tournament");
      done_[p.number] = p;
    }
    if (!done_.empty())
      std::printf("%s %zu games of %s\n", dim("resumed").c_str(), done_.size(),
                  options_.out.c_str());
  }
  void write_results() const {
    std::string text =
        "game,black,white,result,black_score,moves,black_seconds,white_seconds,end\n";
    for (const auto& [number, p] : done_) {
      char line[128];
      std::snprintf(line, sizeof line, ",%g,%d,%.4f,%.4f,", p.black_score, p.moves, p.black_seconds,
                    p.white_seconds);
      text += std::to_string(number) + "," + p.black + "," + p.white + "," + p.result + line +
              p.end + "\n";
    }
    write_file_atomically(file(), std::string_view(text));
  }

  GoPlayer& player(std::size_t i) {
    if (!players_[i]) {
      const Entrant& e = entrants_[i];
      players_[i] = e.kind == "gtp" ? engine_player(e.target, options_.timeout)
                                    : policy_player(registry_, e.target, e.overrides,
                                                    derive(options_.seed, e.name), 0);
      if (!players_[i]->set_size(options_.size))
        throw wrong(e.name + " does not play on " + std::to_string(options_.size) + "×" +
                    std::to_string(options_.size));
    }
    return *players_[i];
  }

  // Some moves drawn, the same for both games of a pair, where players are too sure of theirs.
  void open(go::Game& game, int number) const {
    const int pairs = static_cast<int>(entrants_.size() * (entrants_.size() - 1) / 2);
    Random random(derive(options_.seed, "opening",
                         static_cast<std::uint64_t>(number / pairs / 2 * pairs + number % pairs)));
    for (int i = 0; i < options_.random_moves; ++i) {
      const Vertex v = go::Playout::uniform_move(game.board(), game.to_move(), random);
      if (game.is_legal(v)) game.play(v);
    }
  }

  Played play(int number, std::size_t black, std::size_t white) {
    const int limit =
        options_.move_limit > 0 ? options_.move_limit : 3 * options_.size * options_.size;
    go::Game game(options_.size, {.komi = options_.komi, .most_moves = limit});
    Played played;
    played.number = number;
    played.black = entrants_[black].name;
    played.white = entrants_[white].name;
    go::SgfInfo info;
    info.black = played.black;
    info.white = played.white;
    go::Color loser = go::kEmpty;
    double seconds[3] = {};
    int counts[3] = {};
    player(black).begin_game();
    player(white).begin_game();
    open(game, number);
    info.comments.resize(static_cast<std::size_t>(game.move_count()));
    while (!game.over() && loser == go::kEmpty && played.end.empty()) {
      const go::Color c = game.to_move();
      const std::size_t who = c == go::kBlack ? black : white;
      try {
        const auto start = std::chrono::steady_clock::now();
        const Vertex v = player(who).choose(game, options_.seconds);
        seconds[c] +=
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        ++counts[c];
        if (v == GoPlayer::kResign) {
          loser = c;
          played.end = "resigned";
        } else {
          info.comments.push_back(comment(player(who).thoughts()));
          game.play(v);
        }
      } catch (const go::MoveRefused& e) {
        // Nobody's fault, and nobody's game.
        played.end = in_a_field(e.what());
        played.result = "Void";
        players_[who].reset();
      } catch (const go::EngineError& e) {
        // Whoever breaks down loses, and starts afresh in the next game.
        loser = c;
        played.end = in_a_field(e.what());
        players_[who].reset();
      }
    }
    const double score = game.score();
    if (played.result == "Void") {
      played.black_score = 0.5;
    } else if (loser != go::kEmpty) {
      played.black_score = loser == go::kBlack ? 0 : 1;
      played.result = go::result_of(0, loser);
    } else {
      played.black_score = score > 0 ? 1 : score < 0 ? 0 : 0.5;
      played.result = go::result_of(score);
      played.end = game.passes() >= 2 ? "passes" : "limit";
    }
    played.moves = game.move_count();
    played.black_seconds = counts[go::kBlack] ? seconds[go::kBlack] / counts[go::kBlack] : 0;
    played.white_seconds = counts[go::kWhite] ? seconds[go::kWhite] / counts[go::kWhite] : 0;
    info.result = played.result;
    char name[32];
    std::snprintf(name, sizeof name, "%05d-", number);
    write_file_atomically(
        fs::path(options_.out) / (name + played.black + "-" + played.white + ".sgf"),
        std::string_view(go::write_sgf(go::tree_of(game, info))));
    return played;
  }

  std::string comment(const std::vector<GoPlayer::Thought>& thoughts) const {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(thoughts.size(), 3); ++i) {
      char line[64];
      std::snprintf(line, sizeof line, "%s%s %.1f%% of %lld", i > 0 ? ", " : "",
                    go::vertex_name(thoughts[i].vertex, options_.size).c_str(),
                    100 * thoughts[i].winrate, static_cast<long long>(thoughts[i].visits));
      text += line;
    }
    return text;
  }

  void report_game(const Played& p) const {
    std::printf("%s %s – %s: %s in %d moves, %s\n",
                dim("game " + std::to_string(p.number + 1)).c_str(), p.black.c_str(),
                p.white.c_str(), p.result.c_str(), p.moves, p.end.c_str());
    std::fflush(stdout);
  }

  void print_table() const {
    std::vector<GameResult> results;
    const auto index = [&](const std::string& name) {
      for (std::size_t i = 0; i < entrants_.size(); ++i)
        if (entrants_[i].name == name) return static_cast<int>(i);
      return 0;
    };
    std::vector<double> seconds(entrants_.size()), games(entrants_.size());
    for (const auto& [number, p] : done_) {
      if (p.result == "Void") continue;
      results.push_back({index(p.black), index(p.white), p.black_score});
      seconds[static_cast<std::size_t>(index(p.black))] += p.black_seconds;
      seconds[static_cast<std::size_t>(index(p.white))] += p.white_seconds;
      ++games[static_cast<std::size_t>(index(p.black))];
      ++games[static_cast<std::size_t>(index(p.white))];
    }
    const auto ratings = bradley_terry(static_cast<int>(entrants_.size()), results);
    std::vector<std::size_t> order(entrants_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return ratings[a].elo > ratings[b].elo; });
    std::printf("%s\n", bold("player                        Elo      ± 95%    games    won    "
                             "share     95% interval    s a move")
                            .c_str());
    for (const std::size_t i : order) {
      const Rating& r = ratings[i];
      const Interval share = wilson(r.score, r.games);
      std::printf("%-26s %6.0f %9.0f %8d %6g %7.1f%%   %5.1f%% – %5.1f%% %10.3f\n",
                  entrants_[i].name.c_str(), r.elo, r.error, r.games, r.score,
                  r.games > 0 ? 100 * r.score / r.games : 0, 100 * share.low, 100 * share.high,
                  games[i] > 0 ? seconds[i] / games[i] : 0);
    }
  }

  const Registry& registry_;
  const Options& options_;
  std::vector<Entrant> entrants_;
  std::vector<std::unique_ptr<GoPlayer>> players_;
  std::map<int, Played> done_;
};

}  // namespace

void add_tournament(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub = app.add_subcommand(
      "tournament",
      "Let policies and Go programs play each other, each pair as often, colours swapped.\n"
      "  sandlot tournament --out games --games 20 \\\n"
      "    --player \"mcts=config:configs/go/mcts_9x9.yaml agent.seconds=2\" \\\n"
      "    --player \"gnugo=gtp:gnugo --mode gtp --level 10 --chinese-rules --capture-all-dead \\\n"
      "      --positional-superko --allow-suicide\"\n"
      "Tromp and Taylor's rules: games are scored by area as they stand. Where a program refuses a "
      "move\n"
      "by rules of its own, the game is void. Once more with the same folder, it goes on.");
  sub->add_option("--player", options->players,
                  "NAME=run:FOLDER, NAME=config:FILE (both may be followed by path=value), or "
                  "NAME=gtp:COMMAND; give it for each")
      ->required()
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--out", options->out, "the folder for results and SGF files")->required();
  sub->add_option("--games", options->games, "of each pair")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  sub->add_option("--size", options->size, "points a side")
      ->capture_default_str()
      ->check(CLI::Range(go::kSmallest, go::kLargest));
  sub->add_option("--komi", options->komi, "points for White")->capture_default_str();
  sub->add_option("--seconds", options->seconds,
                  "a move, for policies that search; 0: as their settings say")
      ->capture_default_str();
  sub->add_option("--timeout", options->timeout, "seconds after which a program has lost")
      ->capture_default_str();
  sub->add_option("--move-limit", options->move_limit,
                  "moves until a game is scored as it is; 0: 3 for each point")
      ->capture_default_str();
  sub->add_option("--random-moves", options->random_moves,
                  "drawn at the start of a game, the same for both colours")
      ->capture_default_str()
      ->check(CLI::Range(0, 100));
  sub->add_option("--seed", options->seed, "of openings and policies")->capture_default_str();
  sub->callback([options, &run] {
    run = [options](const Registry& registry) {
      install_stop_handler();
      return Tournament(registry, *options).run();
    };
  });
}

}  // namespace sandlot
