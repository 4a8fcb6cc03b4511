// The verbs gtp and tournament, as a whole.
#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "envs/go/go.h"
#include "envs/go/sgf.h"
#include "sim/cli/go_thoughts.h"
#include "sim/cli/verbs.h"
#include "sim/core/archive.h"
#include "sim/core/episode.h"
#include "sim/core/scene.h"
#include "sim/experiment/run_folder.h"

using namespace sandlot;
namespace fs = std::filesystem;

namespace {

// A folder of its own for each test, gone afterwards.
struct Folder {
  fs::path path;
  explicit Folder(const std::string& name)
      : path(fs::temp_directory_path() / ("sandlot-go-" + name)) {
    fs::remove_all(path);
    fs::create_directories(path);
  }
  ~Folder() { fs::remove_all(path); }
};

std::string config(const fs::path& folder, const std::string& name, const std::string& agent) {
  const fs::path file = folder / (name + ".yaml");
  write_file_atomically(
      file, std::string_view("name: " + name +
                             "\nenvironment: {name: go, size: 5, history: 1}\nagent: " + agent +
                             "\ntraining: {steps: 60, evaluate: {every: 0, episodes: 1}}\n"));
  return file.string();
}

int verb(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "sandlot");
  return run_command_line(static_cast<int>(arguments.size()), arguments.data());
}

std::string output_of(const std::string& command) {
  std::string text;
  FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    text.append(buffer.data(), n);
  pclose(pipe);
  return text;
}

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace

TEST_CASE("play: a click on the board is a move there, where one is legal") {
  go::Go::Settings settings;
  settings.size = 5;
  settings.opponent = go::Go::Opponent::none;
  Episode<go::Go> world{go::Go(settings), WrapperSettings{}};
  world.reset(1);
  Scene scene;
  world.draw(scene);
  CHECK(clicked_action(world, scene, {360, 360}) == 12);
  world.step({.index = 12, .values = {}});
  world.draw(scene);
  CHECK_FALSE(clicked_action(world, scene, {360, 360}));
  CHECK(clicked_action(world, scene, {148, 148}) == 0);
  CHECK_FALSE(clicked_action(world, scene, {10, 10}));
  // What a search looked at, told in shares.
  tell_thoughts(world, std::vector<Consideration>{{6, 30, 0.5, {}}, {7, 10, -0.5, {}}}, {});
  world.view_key("h");
  world.draw(scene);
  int found = 0;
  for (const Primitive& p : scene.primitives())
    if (p.kind == Primitive::Kind::text)
      found += scene.text_of(p) == "75" || scene.text_of(p) == "25";
  CHECK(found == 2);
  for (int i = 0; i < 2; ++i) world.step({.index = 25, .values = {}});
  CHECK_FALSE(clicked_action(world, scene, {148, 148}));  // it is over
}

TEST_CASE("gtp verb: a conversation through pipes, on other sizes too") {
  const Folder folder("gtp");
  const std::string search = config(folder.path, "search", "{name: mcts, simulations: 40}");
  const std::string said = output_of(
      "printf '1 boardsize 7\\nkomi 5.5\\n2 genmove b\\nplay w A1\\n"
      "3 genmove b\\n4 boardsize 26\\nname\\nquit\\n' | " SANDLOT_BINARY " gtp --config " +
      search);
  CHECK(said.starts_with("=1\n\n=\n\n=2 "));
  CHECK(said.find("=3 ") != std::string::npos);
  CHECK(said.find("?4 unacceptable size\n\n") != std::string::npos);
  CHECK(said.find("= Sandlot search\n\n") != std::string::npos);
  CHECK(said.ends_with("\n\n=\n\n"));
  // A policy that was learnt for one size plays on that alone.
  const std::string learnt =
      config(folder.path, "learnt",
             "{name: dqn, value_function: {learner: mlp, hidden: [8]}, replay: {capacity: 1000}}");
  REQUIRE(verb({"train", learnt.c_str(), "--out", folder.path.c_str()}) == 0);
  const std::string run = (folder.path / "learnt").string();
  const std::string other = output_of(
      "printf 'boardsize 9\\nboardsize 5\\ngenmove b\\n' | " SANDLOT_BINARY " gtp --policy " + run);
  CHECK(other.starts_with("? unacceptable size\n\n=\n\n= "));
}

TEST_CASE("gtp verb: says what is wrong") {
  const Folder folder("gtp-wrong");
  CHECK(verb({"gtp"}) == 2);
  CHECK(verb({"gtp", "--config", "/nowhere.yaml"}) == 2);
  const fs::path file = folder.path / "cart.yaml";
  write_file_atomically(file, std::string_view("name: x\nenvironment: {name: cart_pole}\nagent: "
                                               "{name: random}\ntraining: {steps: 1}\n"));
  CHECK(verb({"gtp", "--config", file.c_str()}) == 2);
}

TEST_CASE("tournament: plays each pair, keeps the games, and goes on where it was") {
  const Folder folder("tournament");
  const std::string a =
      "search=config:" + config(folder.path, "search", "{name: mcts, simulations: 60}");
  const std::string b = "random=config:" + config(folder.path, "random", "{name: random}");
  const std::string c =
      "search2=config:" + config(folder.path, "search2", "{name: mcts, simulations: 60}") +
      " agent.simulations=30";
  const std::string out = (folder.path / "games").string();
  const auto play = [&](const char* games) {
    return verb({"tournament", "--player", a.c_str(), "--player", b.c_str(), "--player", c.c_str(),
                 "--out", out.c_str(), "--games", games, "--size", "5", "--komi", "0.5"});
  };
  REQUIRE(play("1") == 0);
  const std::string first = read_text(fs::path(out) / "games.csv");
  REQUIRE(lines_of(first).size() == 4);
  REQUIRE(play("4") == 0);
  const std::string all = read_text(fs::path(out) / "games.csv");
  CHECK(all.starts_with(first));
  const auto lines = lines_of(all);
  REQUIRE(lines.size() == 13);
  int won = 0, black = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const bool is_black = lines[i].find(",search,random,") != std::string::npos;
    const bool is_white = lines[i].find(",random,search,") != std::string::npos;
    black += is_black;
    if (is_black) won += lines[i].find(",B+") != std::string::npos;
    if (is_white) won += lines[i].find(",W+") != std::string::npos;
  }
  CHECK(black == 2);
  CHECK(won == 4);
  int files = 0;
  for (const auto& entry : fs::directory_iterator(out)) {
    if (entry.path().extension() != ".sgf") continue;
    ++files;
    const auto trees = go::read_sgf(entry.path());
    CHECK(go::game_of(trees.front()).move_count() > 5);
  }
  CHECK(files == 12);
  CHECK(play("4") == 0);  // all are played: the table alone
  CHECK(read_text(fs::path(out) / "games.csv") == all);
  const std::string wrong = "search=exe:x";
  CHECK(verb({"tournament", "--player", wrong.c_str(), "--player", b.c_str(), "--out",
              out.c_str()}) == 2);
}

TEST_CASE("tournament: stages of a run against those who stay, and a page of several folders") {
  const Folder folder("stages");
  const fs::path file = folder.path / "learnt.yaml";
  write_file_atomically(
      file,
      std::string_view(
          "name: learnt\nenvironment: {name: go, size: 5, history: 1, copies: 2}\nagent: {name: "
          "alpha_zero, network: {learner: mlp, hidden: [8]}, heads: [8], search: "
          "{simulations: 4}, self_play: {simulations: 4, keep_tree: true, random_moves: 2}, "
          "replay: {capacity: 500, start: 50}, batch: 16}\ntraining: {steps: 300, evaluate: "
          "{every: 0, episodes: 1}, checkpoint: {every: 100, keep: 10}}\n"));
  REQUIRE(verb({"train", file.c_str(), "--out", folder.path.c_str(), "--quiet"}) == 0);
  const std::string stages = "az=stages:" + (folder.path / "learnt").string();
  const std::string out = (folder.path / "ladder").string();
  const auto play = [&] {
    return verb({"tournament", "--player", stages.c_str(), "--player", "random=simple:random",
                 "--player", "shapes=simple:heuristic", "--against", "random", "--against",
                 "shapes", "--out", out.c_str(), "--games", "2", "--size", "5", "--komi", "0.5"});
  };
  REQUIRE(play() == 0);
  const std::string all = read_text(fs::path(out) / "games.csv");
  // Three stages against each of the two, and these against each other.
  CHECK(lines_of(all).size() == 1 + 2 * (3 * 2 + 1));
  CHECK(all.find("az@200,az@") == std::string::npos);
  const std::string page = read_text(fs::path(out) / "tournament.html");
  for (const char* text : {"az@100", "az@200", "az@300", "Elo over training", "shapes"})
    CHECK(page.find(text) != std::string::npos);
  CHECK(page.find("over seconds a move") == std::string::npos);
  // The last stage is the run's policy. Gone checkpoints are not missed.
  CHECK(read_text(fs::path(out) / "stages" / "az@300.policy") ==
        read_text(find_runs(folder.path / "learnt").front().policy()));
  fs::remove(find_runs(folder.path / "learnt").front().list_checkpoints().front());
  REQUIRE(play() == 0);
  CHECK(read_text(fs::path(out) / "games.csv") == all);

  // Two folders in which a player of one name took different times.
  const std::string header =
      "game,black,white,result,black_score,moves,black_seconds,white_seconds,end\n";
  for (const std::string time : {"0.1", "2"}) {
    fs::create_directories(folder.path / time);
    write_file_atomically(
        folder.path / time / "games.csv",
        std::string_view(header + "0,me,rival,B+1.5,1,60," + time + ",0.2,passes\n1,rival,me," +
                         (time == "2" ? "W+R,0" : "B+2.5,1") + ",60,0.2," + time +
                         ",passes\n2,rival,me,Void,0.5,3,0,0,refused\n"));
  }
  const std::string fast = "0.1=" + (folder.path / "0.1").string();
  const std::string slow = "2=" + (folder.path / "2").string();
  const std::string both = (folder.path / "both").string();
  REQUIRE(verb({"tournament", "--report", fast.c_str(), "--report", slow.c_str(), "--against",
                "rival", "--out", both.c_str()}) == 0);
  const std::string drawn = read_text(fs::path(both) / "tournament.html");
  for (const char* text : {"6 games", "me 0.1: 50.0% of 2, 0.100 s", "me 2: 100.0% of 2, 2.000 s",
                           "Win rate against rival over seconds a move", "<td>34.2 to 100.0%</td>"})
    CHECK(drawn.find(text) != std::string::npos);
  CHECK(verb({"tournament", "--report", (folder.path / "none").c_str(), "--out", both.c_str()}) ==
        2);
  CHECK(verb({"tournament", "--player", "a=simple:random", "--player", "b=simple:x", "--out",
              both.c_str()}) == 2);
  CHECK(verb({"tournament", "--player", "a=simple:random", "--player", "b=simple:random",
              "--against", "c", "--out", both.c_str()}) == 2);
}

TEST_CASE("tournament: games against GNU Go end as games do") {
  if (!fs::exists("/usr/games/gnugo")) {
    MESSAGE("no gnugo here: skipped");
    return;
  }
  const Folder folder("gnugo");
  const std::string a =
      "search=config:" + config(folder.path, "search", "{name: mcts, simulations: 60}");
  const std::string b =
      "gnugo=gtp:/usr/games/gnugo --mode gtp --level 1 --chinese-rules --capture-all-dead "
      "--positional-superko --allow-suicide";
  const std::string out = (folder.path / "games").string();
  REQUIRE(verb({"tournament", "--player", a.c_str(), "--player", b.c_str(), "--out", out.c_str(),
                "--games", "4", "--size", "5"}) == 0);
  const auto lines = lines_of(read_text(fs::path(out) / "games.csv"));
  REQUIRE(lines.size() == 5);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    CAPTURE(lines[i]);
    CHECK((lines[i].ends_with(",passes") || lines[i].ends_with(",resigned")));
  }
}

TEST_CASE("tournament: two of us play through GTP as through anything else") {
  const Folder folder("self");
  const std::string search = config(folder.path, "search", "{name: mcts, simulations: 20}");
  const std::string a = "direct=config:" + search;
  const std::string b = std::string("piped=gtp:" SANDLOT_BINARY " gtp --config ") + search;
  const std::string out = (folder.path / "games").string();
  REQUIRE(verb({"tournament", "--player", a.c_str(), "--player", b.c_str(), "--out", out.c_str(),
                "--games", "4", "--size", "5"}) == 0);
  const auto lines = lines_of(read_text(fs::path(out) / "games.csv"));
  REQUIRE(lines.size() == 5);
  for (std::size_t i = 1; i < lines.size(); ++i) CHECK(lines[i].ends_with(",passes"));
}

TEST_CASE("sgf: games become episodes that imitation learns from") {
  const Folder folder("sgf-episodes");
  const fs::path games = folder.path / "games";
  fs::create_directories(games);
  write_file_atomically(games / "a.sgf",
                        std::string_view("(;GM[1]SZ[5]KM[0.5];B[cc];W[cb];B[bb];W[];B[])"
                                         "(;SZ[5]AB[aa];W[cc];B[cb])(;SZ[5];B[cc];B[cb])"));
  write_file_atomically(games / "b.sgf",
                        std::string_view("(;SZ[5];B[cc];W[dd];B[bb])(;SZ[9];B[cc])"));
  write_file_atomically(games / "c.sgf", std::string_view("(;SZ[5];B[cc];W[cc])"));
  const std::string out = (folder.path / "shown").string();
  REQUIRE(verb({"sgf", games.c_str(), "--size", "5", "--out", out.c_str()}) == 0);
  // A game to its end and one that is cut off; set-up stones, two moves in a row, another size and
  // a move onto a stone are left out.
  int episodes = 0;
  for (const auto& entry : fs::directory_iterator(out))
    episodes += entry.path().extension() == ".episode";
  CHECK(episodes == 2);
  const fs::path config = folder.path / "imitation.yaml";
  write_file_atomically(
      config,
      std::string_view("name: shown\nenvironment: {name: go, size: 5, history: 1}\nagent: {name: "
                       "imitation, episodes: [" +
                       out +
                       "], classifier: {learner: mlp, hidden: [16], "
                       "epochs: 200}}\ntraining: {steps: 10, evaluate: {episodes: 1}}\n"));
  const std::string runs = (folder.path / "runs").string();
  CHECK(verb({"train", config.c_str(), "--out", runs.c_str(), "--quiet"}) == 0);
  CHECK(verb({"sgf", (folder.path / "none").c_str(), "--out", out.c_str()}) == 2);
}
