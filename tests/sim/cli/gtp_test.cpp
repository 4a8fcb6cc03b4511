// Conversations in the Go Text Protocol, as its text has them, and as nobody should hold them.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "sim/core/archive.h"
#include "tests/sim/cli/gtp_player.h"

using namespace sandlot;

namespace {

struct Talk {
  UniformPlayer player;
  GtpSession session{player, 9, {}, "0.1"};
  std::string operator()(std::string_view line) { return session.answer(std::string(line) + "\n"); }
};

}  // namespace

TEST_CASE("gtp: administration") {
  Talk say;
  CHECK(say("protocol_version") == "= 2\n\n");
  CHECK(say("17 protocol_version") == "=17 2\n\n");
  CHECK(say("name") == "= Sandlot uniform\n\n");
  CHECK(say("version") == "= 0.1\n\n");
  CHECK(say("known_command genmove") == "= true\n\n");
  CHECK(say("known_command fly") == "= false\n\n");
  CHECK(say("known_command") == "= false\n\n");
  CHECK(say("fly") == "? unknown command\n\n");
  CHECK(say("3 fly") == "?3 unknown command\n\n");
  const std::string list = say("list_commands");
  for (const char* name : {"protocol_version",
                           "name",
                           "version",
                           "known_command",
                           "list_commands",
                           "quit",
                           "boardsize",
                           "clear_board",
                           "komi",
                           "fixed_handicap",
                           "place_free_handicap",
                           "set_free_handicap",
                           "play",
                           "genmove",
                           "undo",
                           "time_settings",
                           "time_left",
                           "final_score",
                           "final_status_list",
                           "loadsgf",
                           "reg_genmove",
                           "showboard",
                           "lz-analyze",
                           "kata-analyze"}) {
    CAPTURE(name);
    CHECK(list.find(name) != std::string::npos);
  }
  CHECK(say("") == "");
  CHECK(say("# only a comment") == "");
  CHECK(say(" \t 4\tname # and a comment\r") == "=4 Sandlot uniform\n\n");
  CHECK(say("na\x07me") == "= Sandlot uniform\n\n");
  CHECK(!say.session.done());
  CHECK(say("quit") == "=\n\n");
  CHECK(say.session.done());
}

TEST_CASE("gtp: setting up and playing") {
  Talk say;
  CHECK(say("boardsize 26") == "? unacceptable size\n\n");
  CHECK(say("boardsize 21") == "? unacceptable size\n\n");  // the player's own limit
  CHECK(say("boardsize nine") == "? boardsize not an integer\n\n");
  CHECK(say("boardsize 5") == "=\n\n");
  CHECK(say("komi 6.5") == "=\n\n");
  CHECK(say("komi much") == "? komi not a float\n\n");
  CHECK(say("play black C3") == "=\n\n");
  CHECK(say("play w c3") == "? illegal move\n\n");
  CHECK(say("play w z3") == "? invalid color or coordinate\n\n");
  CHECK(say("play green a1") == "? invalid color or coordinate\n\n");
  CHECK(say("play w") == "? invalid color or coordinate\n\n");
  CHECK(say("play W pass") == "=\n\n");
  CHECK(say("play B B2") == "=\n\n");
  CHECK(say("play B B4") == "=\n\n");  // the same colour twice is allowed
  CHECK(say.session.game().move_count() == 4);
  CHECK(say("undo") == "=\n\n");
  CHECK(say("undo") == "=\n\n");
  CHECK(say("undo") == "=\n\n");
  CHECK(say("undo") == "=\n\n");
  CHECK(say("undo") == "? cannot undo\n\n");
  CHECK(say("genmove b").starts_with("= "));
  CHECK(say.session.game().move_count() == 1);
  CHECK(say("reg_genmove w").starts_with("= "));
  CHECK(say.session.game().move_count() == 1);
  CHECK(say("genmove") == "? invalid color\n\n");
  CHECK(say("clear_board") == "=\n\n");
  CHECK(say.session.game().move_count() == 0);
  CHECK(say.session.game().rules().komi == 6.5);
}

TEST_CASE("gtp: handicap") {
  Talk say;
  say("boardsize 19");
  CHECK(say("fixed_handicap 10") == "? invalid number of stones\n\n");
  CHECK(say("fixed_handicap x") == "? handicap not an integer\n\n");
  CHECK(say("fixed_handicap 3") == "= D4 Q16 D16\n\n");
  CHECK(say("fixed_handicap 3") == "? board not empty\n\n");
  CHECK(say.session.game().to_move() == go::kWhite);
  say("clear_board");
  CHECK(say("place_free_handicap 12").starts_with("= D4 Q16"));
  say("clear_board");
  CHECK(say("set_free_handicap A1") == "? bad vertex list\n\n");
  CHECK(say("set_free_handicap A1 A1") == "? bad vertex list\n\n");
  CHECK(say("set_free_handicap A1 pass") == "? bad vertex list\n\n");
  CHECK(say("set_free_handicap A1 B1 C1") == "=\n\n");
  CHECK(say.session.game().board().stones(go::kBlack) == 3);
  CHECK(say("set_free_handicap A1 B1 C1") == "? board not empty\n\n");
}

TEST_CASE("gtp: time") {
  Talk say;
  say("genmove b");
  CHECK(say.player.seconds() == 0);  // nothing was said: as the player likes
  CHECK(say("time_settings 0 10 5") == "=\n\n");
  say("genmove w");
  CHECK(say.player.seconds() == doctest::Approx(1.7));
  CHECK(say("time_settings 300 0 0") == "=\n\n");
  say("genmove b");
  CHECK(say.player.seconds() > 5);
  CHECK(say.player.seconds() < 10);
  CHECK(say("time_left w 2 0") == "=\n\n");
  say("genmove w");
  CHECK(say.player.seconds() < 0.1);
  CHECK(say("time_left w 10 2") == "=\n\n");
  say("genmove w");
  CHECK(say.player.seconds() == doctest::Approx(4.4));
  CHECK(say("time_settings 0 1 0") == "=\n\n");  // no limit
  say("genmove b");
  CHECK(say.player.seconds() == 0);
  CHECK(say("time_settings 1 2") == "? not three integers\n\n");
  CHECK(say("time_left b nan 1") == "? syntax error\n\n");
}

TEST_CASE("gtp: scores, boards and files") {
  Talk say;
  say("boardsize 5");
  say("komi 0.5");
  for (const char* v : {"C1", "C2", "C3", "C4", "C5"}) say(std::string("play b ") + v);
  CHECK(say("final_score") == "= B+24.5\n\n");
  say.session.score_territory(true);
  CHECK(say("final_score") == "= B+19.5\n\n");
  say.session.score_territory(false);
  CHECK(say("final_status_list alive") == "= C5 C4 C3 C2 C1\n\n");
  CHECK(say("final_status_list dead") == "=\n\n");
  CHECK(say("final_status_list lost") == "? invalid status\n\n");
  CHECK(
      say("showboard") ==
      "= \n    A B C D E\n 5  . . X . .  5\n 4  . . X . .  4\n 3  . . X . .  3\n 2  . . X . .  "
      "2\n 1  . . X . .  1\n    A B C D E\nBlack (X) has taken 0, White (O) 0, komi 0.5, White to "
      "move\n\n");
  const auto file = std::filesystem::temp_directory_path() / "sandlot-gtp.sgf";
  write_file_atomically(file, std::string_view("(;SZ[9]KM[5.5];B[ee];W[cc];B[gg])"));
  CHECK(say("loadsgf " + file.string()) == "= white\n\n");
  CHECK(say.session.game().size() == 9);
  CHECK(say.session.game().move_count() == 3);
  CHECK(say.session.game().rules().komi == 5.5);
  CHECK(say("loadsgf " + file.string() + " 3") == "= black\n\n");
  CHECK(say.session.game().move_count() == 2);
  CHECK(say("loadsgf /nowhere.sgf") == "? cannot load file\n\n");
  CHECK(say("loadsgf") == "? cannot load file\n\n");
  CHECK(say("printsgf").find(";B[ee];W[cc]") != std::string::npos);
  std::filesystem::remove(file);
}

TEST_CASE("gtp: analysis goes on until the next line") {
  Talk say;
  CHECK(say("5 lz-analyze b 10") == "=5\n");
  CHECK(say.session.analyzing());
  const std::string thoughts = say.session.analyze();
  CHECK(thoughts.starts_with("info move "));
  CHECK(thoughts.find(" visits 12 winrate 2500 order 0 pv ") != std::string::npos);
  CHECK(thoughts.ends_with("\n"));
  CHECK(say.player.seconds() == doctest::Approx(0.1));
  CHECK(say("") == "\n");  // ends the answer
  CHECK(!say.session.analyzing());
  CHECK(say("kata-analyze interval 20") == "=\n");
  CHECK(say.session.analyze().find(" winrate 0.25 ") != std::string::npos);
  CHECK(say("name") == "\n= Sandlot uniform\n\n");
  CHECK(say("lz-analyze b interval") == "=\n");
  CHECK(say("lz-analyze interval x") == "\n? syntax error\n\n");
}

TEST_CASE("gtp: no line ends or breaks a conversation") {
  Random random(3);
  const std::string words[] = {
      "play",        "genmove",     "b",         "white",          "A1",
      "pass",        "komi",        "boardsize", "undo",           "5",
      "-1",          "99999999999", "#",         "\x01",           "\xff",
      "final_score", "1e308",       "nan",       "fixed_handicap", "set_free_handicap",
      "time_left",   "showboard"};
  Talk say;
  for (int i = 0; i < 3000; ++i) {
    std::string line;
    for (std::uint32_t k = random.below(6); k > 0; --k)
      line += words[random.below(std::size(words))] + (random.bernoulli(0.8) ? " " : "");
    CAPTURE(line);
    REQUIRE(is_answer(say(line)));
  }
  CHECK(is_answer(say(std::string(1 << 20, 'x'))));
}
