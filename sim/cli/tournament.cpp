// Round robins of Go between policies and programs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "envs/go/gtp_engine.h"
#include "envs/go/playout.h"
#include "envs/go/sgf.h"
#include "sim/cli/common.h"
#include "sim/cli/go_player.h"
#include "sim/cli/tournament_games.h"
#include "sim/cli/tournament_page.h"
#include "sim/cli/verbs.h"
#include "sim/config/tree.h"
#include "sim/core/archive.h"
#include "sim/experiment/run_folder.h"
#include "sim/experiment/training.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

using go::Vertex;

struct Options {
  std::vector<std::string> players, against, report;
  std::string out;
  int games = 10, size = 9, move_limit = 0, random_moves = 0;
  double komi = 7.5, seconds = 0, timeout = 60;
  std::uint64_t seed = 0;
};

struct Entrant {
  std::string name, kind, target;
  std::vector<std::string> overrides;
  fs::path policy;  // of a stage of a run's training
};

ConfigError wrong(const std::string& what) { return ConfigError({{{"--player", 0, 0}, "", what}}); }

// "mcts=config:configs/go/mcts_9x9.yaml agent.seconds=2", "gnugo=gtp:gnugo --mode gtp".
Entrant read_entrant(const std::string& text) {
  const auto equals = text.find('='), colon = text.find(':', equals);
  if (equals == std::string::npos || equals == 0 || colon == std::string::npos)
    throw wrong(
        "'" + text +
        "': expected NAME=run:FOLDER, NAME=stages:FOLDER, NAME=config:FILE, NAME=gtp:COMMAND or "
        "NAME=simple:random");
  Entrant entrant{text.substr(0, equals),
                  text.substr(equals + 1, colon - equals - 1),
                  text.substr(colon + 1),
                  {},
                  {}};
  const auto kinds = {"run", "stages", "config", "gtp", "simple"};
  if (std::find(kinds.begin(), kinds.end(), entrant.kind) == kinds.end())
    throw wrong("'" + entrant.kind + "': expected run, stages, config, gtp or simple");
  if (entrant.kind == "simple" && entrant.target != "random" && entrant.target != "heuristic")
    throw wrong("'" + entrant.target + "': expected random or heuristic");
  if (entrant.name.find_first_of("/,\"\n") != std::string::npos)
    throw wrong("'" + entrant.name + "': names make file names and columns; expected no / , or \"");
  if (entrant.kind != "gtp" && entrant.kind != "simple") {
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

fs::path games_file(const fs::path& folder) { return folder / "games.csv"; }

void print_table(const std::vector<TournamentGame>& games,
                 const std::vector<std::string>& references) {
  std::printf("%s\n", bold("player                        Elo      ± 95%    games    won    "
                           "share     95% interval    s a move")
                          .c_str());
  for (const Standing& s : standings(games, references.empty() ? "" : references.front())) {
    const Rating& r = s.rating;
    const Interval share = wilson(r.score, r.games);
    std::printf("%-26s %6.0f %9.0f %8d %6g %7.1f%%   %5.1f%% – %5.1f%% %10.3f\n", s.name.c_str(),
                r.elo, r.error, r.games, r.score, r.games > 0 ? 100 * r.score / r.games : 0,
                100 * share.low, 100 * share.high, s.seconds);
  }
}

void write_page(const fs::path& folder, const std::string& lead,
                const std::vector<TournamentGame>& games,
                const std::vector<std::string>& references) {
  const fs::path page = folder / "tournament.html";
  write_file_atomically(page, std::string_view(tournament_page(lead, games, references)));
  std::printf("%s %s\n", dim("page").c_str(), page.c_str());
}

// Games of other folders, on one page. "LABEL=FOLDER": who is no reference has the label behind his
// name, so that a player who met the reference with other settings is another one.
int report_folders(const Options& options) {
  std::vector<TournamentGame> games;
  for (const std::string& text : options.report) {
    const auto equals = text.find('=');
    const std::string label = equals == std::string::npos ? "" : " " + text.substr(0, equals);
    const fs::path folder = equals == std::string::npos ? text : text.substr(equals + 1);
    if (!fs::exists(games_file(folder)))
      throw ConfigError(
          {{{"--report", 0, 0},
            "",
            games_file(folder).string() + " is not there; expected the folder of a tournament"}});
    for (TournamentGame g : read_games(games_file(folder))) {
      for (std::string* name : {&g.black, &g.white}) {
        const auto& against = options.against;
        if (std::find(against.begin(), against.end(), *name) == against.end()) *name += label;
      }
      games.push_back(std::move(g));
    }
  }
  print_table(games, options.against);
  write_page(options.out, std::to_string(games.size()) + " games", games, options.against);
  return 0;
}

class Tournament {
 public:
  Tournament(const Registry& registry, const Options& options)
      : registry_(registry), options_(options) {
    for (const auto& text : options.players) add(read_entrant(text));
    if (entrants_.size() < 2) throw wrong("expected two players or more");
    for (const auto& name : options.against)
      if (!known(name))
        throw ConfigError({{{"--against", 0, 0}, "", "'" + name + "' is none of the players"}});
  }

  int run() {
    read_results();
    players_.resize(entrants_.size());
    for (int round = 0; round < options_.games; ++round) {
      for (std::size_t a = 0; a < entrants_.size(); ++a) {
        for (std::size_t b = a + 1; b < entrants_.size(); ++b) {
          if (stop_requested) break;
          if (!are_paired(a, b) || met(a, b) > round) continue;
          // Colours change from round to round.
          const bool swap = round % 2 == 1;
          games_.push_back(play(round, swap ? b : a, swap ? a : b));
          write_games(games_file(options_.out), games_);
          report_game(games_.back());
        }
      }
    }
    print_table(games_, options_.against);
    write_page(options_.out, lead(), games_, options_.against);
    return 0;
  }

 private:
  bool known(const std::string& name) const {
    return std::any_of(entrants_.begin(), entrants_.end(),
                       [&](const auto& e) { return e.name == name; });
  }
  void add(Entrant entrant) {
    if (entrant.kind == "stages") return add_stages(entrant);
    if (known(entrant.name)) throw wrong("'" + entrant.name + "' is there twice");
    entrants_.push_back(std::move(entrant));
  }
  // The stages of a run's training, of which checkpoints are there. Their policies are kept beside
  // the games, so that the tournament can go on when the checkpoints are gone.
  void add_stages(const Entrant& entrant) {
    const RunFolder run = find_runs(entrant.target).front();
    const ExperimentConfig config = load_run_config(registry_, run);
    fs::create_directories(fs::path(options_.out) / "stages");
    const auto stage = [&](const std::string& steps) {
      return fs::path(options_.out) / "stages" / (entrant.name + "@" + steps + ".policy");
    };
    for (const auto& checkpoint : run.list_checkpoints()) {
      const auto steps = std::to_string(std::stoll(checkpoint.stem().string()));
      if (!fs::exists(stage(steps)))
        save_policy_of_checkpoint(config, run.seed(), checkpoint, stage(steps));
    }
    std::vector<std::int64_t> all;
    for (const auto& file : fs::directory_iterator(fs::path(options_.out) / "stages")) {
      const std::string name = file.path().stem().string();
      if (file.path().extension() == ".policy" && name.substr(0, name.rfind('@')) == entrant.name &&
          trained_steps_of(name) >= 0)
        all.push_back(trained_steps_of(name));
    }
    if (all.empty()) throw wrong(entrant.target + ": there are no checkpoints");
    std::sort(all.begin(), all.end());
    for (const auto steps : all) {
      Entrant one = entrant;
      one.kind = "run";
      one.target = run.path().string();
      one.name += "@" + std::to_string(steps);
      one.policy = stage(std::to_string(steps));
      add(std::move(one));
    }
  }

  // Stages of one run are not played against each other where references are named.
  bool are_paired(std::size_t a, std::size_t b) const {
    const auto& against = options_.against;
    const auto is_one = [&](std::size_t i) {
      return std::find(against.begin(), against.end(), entrants_[i].name) != against.end();
    };
    return against.empty() || is_one(a) || is_one(b);
  }
  int met(std::size_t a, std::size_t b) const {
    return static_cast<int>(std::count_if(games_.begin(), games_.end(), [&](const auto& g) {
      return (g.black == entrants_[a].name && g.white == entrants_[b].name) ||
             (g.black == entrants_[b].name && g.white == entrants_[a].name);
    }));
  }

  void read_results() {
    const fs::path file = games_file(options_.out);
    games_ = read_games(file);
    for (const TournamentGame& p : games_)
      if (!known(p.black) || !known(p.white))
        throw std::runtime_error(file.string() + " has games of '" + p.black + "' and '" + p.white +
                                 "', who are not both in this tournament");
    if (!games_.empty())
      std::printf("%s %zu games of %s\n", dim("resumed").c_str(), games_.size(),
                  options_.out.c_str());
  }

  std::string lead() const {
    char text[128];
    std::snprintf(text, sizeof text, "%zu games on %d×%d, komi %g", games_.size(), options_.size,
                  options_.size, options_.komi);
    return text;
  }

  GoPlayer& player(std::size_t i) {
    if (!players_[i]) {
      const Entrant& e = entrants_[i];
      const Seed seed = derive(options_.seed, e.name);
      if (e.kind == "gtp")
        players_[i] = engine_player(e.target, options_.timeout);
      else if (e.kind == "simple")
        players_[i] = simple_player(
            e.target == "random" ? go::SimplePlayer::random : go::SimplePlayer::heuristic, seed);
      else
        players_[i] = policy_player(registry_, e.target, e.overrides, seed, 0, e.policy);
      if (!players_[i]->set_size(options_.size))
        throw wrong(e.name + " does not play on " + std::to_string(options_.size) + "×" +
                    std::to_string(options_.size));
    }
    return *players_[i];
  }

  // Some moves drawn, the same for both games of a pair, where players are too sure of theirs.
  void open(go::Game& game, int round, const std::string& a, const std::string& b) const {
    const Seed pair = derive(options_.seed, std::min(a, b) + " – " + std::max(a, b));
    Random random(derive(pair, "opening", static_cast<std::uint64_t>(round / 2)));
    for (int i = 0; i < options_.random_moves; ++i) {
      const Vertex v = go::Playout::uniform_move(game.board(), game.to_move(), random);
      if (game.is_legal(v)) game.play(v);
    }
  }

  TournamentGame play(int round, std::size_t black, std::size_t white) {
    const int limit =
        options_.move_limit > 0 ? options_.move_limit : 3 * options_.size * options_.size;
    go::Game game(options_.size, {.komi = options_.komi, .most_moves = limit});
    TournamentGame played;
    for (const auto& g : games_) played.number = std::max(played.number, g.number + 1);
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
    open(game, round, played.black, played.white);
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
    std::snprintf(name, sizeof name, "%05d-", played.number);
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

  void report_game(const TournamentGame& p) const {
    std::printf("%s %s – %s: %s in %d moves, %s\n",
                dim("game " + std::to_string(p.number + 1)).c_str(), p.black.c_str(),
                p.white.c_str(), p.result.c_str(), p.moves, p.end.c_str());
    std::fflush(stdout);
  }

  const Registry& registry_;
  const Options& options_;
  std::vector<Entrant> entrants_;
  std::vector<std::unique_ptr<GoPlayer>> players_;
  std::vector<TournamentGame> games_;
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
      "by rules of its own, the game is void. Once more with the same folder, it goes on. "
      "tournament.html\n"
      "in it shows Elo with intervals, win rates over seconds a move, and stages of training.");
  sub->add_option(
         "--player", options->players,
         "NAME=run:FOLDER, NAME=config:FILE, NAME=stages:FOLDER (all of a run's checkpoints, "
         "each a player), which may be followed by path=value, NAME=gtp:COMMAND, "
         "NAME=simple:random or NAME=simple:heuristic; give it for each")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--out", options->out, "the folder for results, SGF files and the page")
      ->required();
  sub->add_option("--against", options->against,
                  "plays only pairs with this player, whose Elo is 0; may be given more than once")
      ->take_all()
      ->allow_extra_args(false);
  sub->add_option("--report", options->report,
                  "FOLDER or LABEL=FOLDER: plays nothing, and draws the games of this tournament; "
                  "more than one make one page, where LABEL goes behind the names")
      ->take_all()
      ->allow_extra_args(false);
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
      std::filesystem::create_directories(options->out);
      if (!options->report.empty()) return report_folders(*options);
      return Tournament(registry, *options).run();
    };
  });
}

}  // namespace sandlot
