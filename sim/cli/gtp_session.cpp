#include "sim/cli/gtp_session.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "envs/go/sgf.h"
#include "envs/go/status.h"

namespace sandlot {
namespace {

using go::Color;
using go::Vertex;

constexpr std::size_t kLongestLine = 1 << 16;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// As section 2.1 and 2.5 say: control characters are dropped, tabs are blanks, # begins a comment.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool inside = false;
  for (char c : line.substr(0, kLongestLine)) {
    if (c == '#') break;
    if (c == '\t') c = ' ';
    if (static_cast<unsigned char>(c) < 32 || c == 127) continue;
    if (c == ' ') {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    words.back() += c;
  }
  return words;
}

template <class T>
bool read_number(std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_color(std::string_view text, Color& color) {
  const std::string name = lower(text);
  if (name == "b" || name == "black") return color = go::kBlack, true;
  if (name == "w" || name == "white") return color = go::kWhite, true;
  return false;
}

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

std::string upper_name(Vertex v, int size) {
  return v == go::kPass ? "PASS" : go::vertex_name(v, size);
}

}  // namespace

GtpSession::GtpSession(GoPlayer& player, int size, const go::Rules& rules, std::string version)
    : player_(player), rules_(rules), game_(size, rules), version_(std::move(version)) {
  add_setup_commands();
  add_play_commands();
  add_question_commands();
  add_analysis_commands();
}

std::string GtpSession::answer(std::string_view line) {
  const auto words = words_of(line);
  std::string before;
  // Any line ends an analysis, and so its answer.
  if (analyzing_ && !line.empty()) {
    analyzing_ = false;
    before = "\n";
  }
  if (words.empty()) return before;
  std::size_t at = 0;
  std::string id;
  if (words[0].find_first_not_of("0123456789") == std::string::npos && words[0].size() <= 10)
    id = words[at++];
  if (at >= words.size()) return before + "?" + id + " unknown command\n\n";
  const Arguments arguments(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  const auto command = commands_.find(words[at]);
  if (command == commands_.end()) return before + "?" + id + " unknown command\n\n";
  try {
    const std::string text = command->second(arguments);
    if (analyzing_) return before + "=" + id + "\n";
    return before + "=" + id + (text.empty() ? "" : " " + text) + "\n\n";
  } catch (const Failure& failure) {
    return before + "?" + id + " " + failure.message + "\n\n";
  } catch (const std::exception& e) {
    std::string message = e.what();
    std::replace(message.begin(), message.end(), '\n', ' ');
    return before + "?" + id + " " + message + "\n\n";
  }
}

void GtpSession::begin_game(int size) {
  game_ = go::Game(size, rules_);
  player_.begin_game();
  for (auto& clock : clock_) clock = {};
}

void GtpSession::add_setup_commands() {
  commands_["protocol_version"] = [](const Arguments&) { return "2"; };
  commands_["name"] = [this](const Arguments&) { return "Sandlot " + player_.name(); };
  commands_["version"] = [this](const Arguments&) { return version_; };
  commands_["known_command"] = [this](const Arguments& a) {
    return a.size() == 1 && commands_.contains(a[0]) ? "true" : "false";
  };
  commands_["list_commands"] = [this](const Arguments&) {
    std::string list;
    for (const auto& [name, command] : commands_) list += (list.empty() ? "" : "\n") + name;
    return list;
  };
  commands_["quit"] = [this](const Arguments&) {
    done_ = true;
    return "";
  };
  commands_["boardsize"] = [this](const Arguments& a) {
    int size = 0;
    if (a.size() != 1 || !read_number(a[0], size)) throw Failure{"boardsize not an integer"};
    if (size < go::kSmallest || size > go::kLargest || !player_.set_size(size))
      throw Failure{"unacceptable size"};
    begin_game(size);
    return "";
  };
  commands_["clear_board"] = [this](const Arguments&) {
    begin_game(game_.size());
    return "";
  };
  commands_["komi"] = [this](const Arguments& a) {
    double komi = 0;
    if (a.size() != 1 || !read_number(a[0], komi) || !std::isfinite(komi) || std::abs(komi) > 1e4)
      throw Failure{"komi not a float"};
    rules_.komi = komi;
    game_.set_komi(komi);
    return "";
  };
  const auto empty_board = [this] {
    if (game_.move_count() > 0 || !game_.setup().empty()) throw Failure{"board not empty"};
  };
  const auto stones = [](const Arguments& a) {
    int count = 0;
    if (a.size() != 1 || !read_number(a[0], count)) throw Failure{"handicap not an integer"};
    return count;
  };
  commands_["fixed_handicap"] = [=, this](const Arguments& a) {
    const auto points = go::handicap_points(game_.size(), stones(a));
    empty_board();
    if (points.empty()) throw Failure{"invalid number of stones"};
    return place_handicap(points);
  };
  commands_["place_free_handicap"] = [=, this](const Arguments& a) {
    const int count = stones(a);
    empty_board();
    if (count < 2 || count >= game_.board().points()) throw Failure{"invalid number of stones"};
    // As many as there are fixed places for; fewer than asked for are allowed.
    for (int n = std::min(count, 9); n >= 2; --n)
      if (const auto points = go::handicap_points(game_.size(), n); !points.empty())
        return place_handicap(points);
    throw Failure{"invalid number of stones"};
  };
  commands_["set_free_handicap"] = [=, this](const Arguments& a) {
    empty_board();
    std::vector<Vertex> points;
    for (const auto& name : a) {
      const Vertex v = go::vertex_of_name(name, game_.size());
      if (v <= 0 || std::find(points.begin(), points.end(), v) != points.end())
        throw Failure{"bad vertex list"};
      points.push_back(v);
    }
    if (points.size() < 2 || static_cast<int>(points.size()) >= game_.board().points())
      throw Failure{"bad vertex list"};
    place_handicap(points);
    return "";
  };
}

std::string GtpSession::place_handicap(const std::vector<Vertex>& points) {
  std::string list;
  for (const Vertex v : points) {
    game_.place(v, go::kBlack);
    list += (list.empty() ? "" : " ") + go::vertex_name(v, game_.size());
  }
  game_.set_to_move(go::kWhite);
  return list;
}

void GtpSession::add_play_commands() {
  commands_["play"] = [this](const Arguments& a) {
    Color color = go::kBlack;
    Vertex v = -1;
    if (a.size() == 2 && read_color(a[0], color)) v = go::vertex_of_name(a[1], game_.size());
    if (v < 0 && a.size() == 2 && lower(a[1]) == "resign") return "";  // as some controllers say
    if (v < 0) throw Failure{"invalid color or coordinate"};
    if (!game_.is_legal(v, color)) throw Failure{"illegal move"};
    game_.play(v, color);
    return "";
  };
  commands_["genmove"] = [this](const Arguments& a) { return genmove(a, true); };
  commands_["reg_genmove"] = [this](const Arguments& a) { return genmove(a, false); };
  commands_["undo"] = [this](const Arguments&) {
    if (!game_.undo()) throw Failure{"cannot undo"};
    return "";
  };
  commands_["time_settings"] = [this](const Arguments& a) {
    double main = 0, period = 0;
    int count = 0;
    if (a.size() != 3 || !read_number(a[0], main) || !read_number(a[1], period) ||
        !read_number(a[2], count) || !(main >= 0 && main < 1e8) || !(period >= 0 && period < 1e8) ||
        count < 0)
      throw Failure{"not three integers"};
    // A period without stones means no limit at all (section 4.2).
    const bool none = period > 0 && count == 0;
    main_time_ = none ? -1 : main;
    period_time_ = none ? 0 : period;
    period_stones_ = none ? 0 : count;
    for (auto& clock : clock_) clock = {};
    return "";
  };
  commands_["time_left"] = [this](const Arguments& a) {
    Color color = go::kBlack;
    double left = 0;
    int count = 0;
    if (a.size() != 3 || !read_color(a[0], color) || !read_number(a[1], left) ||
        !read_number(a[2], count) || !(left >= 0 && left < 1e8) || count < 0)
      throw Failure{"syntax error"};
    clock_[color] = {left, count};
    return "";
  };
}

// Seconds for the next move; 0 where there is no limit.
double GtpSession::seconds_for_move(Color c) const {
  const Clock& clock = clock_[c];
  const double left = clock.left >= 0 ? clock.left : main_time_;
  if (left < 0) return 0;
  const bool in_period = clock.left >= 0 ? clock.stones > 0 : main_time_ == 0 && period_stones_ > 0;
  // A tenth of a second is for the way to and fro.
  if (in_period) {
    const double time = clock.left >= 0 ? clock.left : period_time_;
    const int stones = clock.left >= 0 ? clock.stones : period_stones_;
    return std::max(0.02, 0.9 * time / stones - 0.1);
  }
  // As if as many moves were to come as half the board has points, and a third at the least.
  const double points = game_.board().points();
  const double to_come = std::max(points / 2 - game_.move_count() / 2.0, points / 6);
  const double period = period_stones_ > 0 ? 0.9 * period_time_ / period_stones_ : 0;
  return std::max(0.02, left / to_come + 0.5 * period - 0.02);
}

std::string GtpSession::genmove(const Arguments& a, bool play) {
  Color color = go::kBlack;
  if (a.empty() || !read_color(a[0], color)) throw Failure{"invalid color"};
  if (game_.to_move() != color) game_.set_to_move(color);
  const Vertex v = player_.choose(game_, seconds_for_move(color));
  if (v == GoPlayer::kResign) return "resign";
  if (play) game_.play(v, color);
  return upper_name(v, game_.size());
}

void GtpSession::add_question_commands() {
  commands_["final_score"] = [this](const Arguments&) {
    return go::result_of(territory_ ? go::territory_score(game_) : go::settled_score(game_));
  };
  commands_["final_status_list"] = [this](const Arguments& a) {
    if (a.size() != 1) throw Failure{"invalid status"};
    return list_of(lower(a[0]));
  };
  commands_["loadsgf"] = [this](const Arguments& a) {
    int most = 1 << 30;
    if (a.empty() || a.size() > 2 || (a.size() == 2 && (!read_number(a[1], most) || most < 0)))
      throw Failure{"cannot load file"};
    try {
      const auto trees = go::read_sgf(a[0]);
      // The number is of the move before which it stops.
      go::Game game =
          go::game_of(trees.front(), rules_, a.size() == 2 ? std::max(most - 1, 0) : most);
      if (!player_.set_size(game.size())) throw Failure{"unacceptable size"};
      player_.begin_game();
      rules_.komi = game.rules().komi;
      game_ = std::move(game);
    } catch (const go::SgfError&) {
      throw Failure{"cannot load file"};
    }
    return game_.to_move() == go::kBlack ? "black" : "white";
  };
  commands_["printsgf"] = [this](const Arguments&) {
    std::string text = go::write_sgf(go::tree_of(game_, {}));
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  };
  commands_["showboard"] = [this](const Arguments&) { return board_text(); };
}

std::string GtpSession::list_of(std::string_view status) const {
  go::Fate wanted = go::Fate::alive;
  if (status == "dead")
    wanted = go::Fate::dead;
  else if (status == "seki")
    wanted = go::Fate::seki;
  else if (status != "alive")
    throw Failure{"invalid status"};
  const auto fates = go::fates(game_);
  const go::Board& board = game_.board();
  std::string list;
  for (int p = 0; p < board.points(); ++p) {
    const Vertex name = board.vertex_of(p);
    if (board.at(name) == go::kEmpty || board.string_of(name) != name ||
        fates[static_cast<std::size_t>(p)] != wanted)
      continue;
    std::vector<int> points;
    Vertex s = name;
    do {
      points.push_back(board.point_of(s));
      s = board.next(s);
    } while (s != name);
    std::sort(points.begin(), points.end());
    std::string string;
    for (const int q : points)
      string += (string.empty() ? "" : " ") + go::vertex_name(board.vertex_of(q), board.size());
    list += (list.empty() ? "" : "\n") + string;
  }
  return list;
}

std::string GtpSession::board_text() const {
  const go::Board& board = game_.board();
  const int size = board.size();
  std::string letters = "   ";
  for (int column = 0; column < size; ++column)
    letters += ' ' + go::vertex_name(board.vertex(0, column), size).substr(0, 1);
  std::string text = "\n" + letters;
  for (int row = 0; row < size; ++row) {
    char line[16];
    std::snprintf(line, sizeof line, "\n%2d ", size - row);
    text += line;
    for (int column = 0; column < size; ++column) {
      text += ' ';
      text += ".XO"[board.at(board.vertex(row, column))];
    }
    std::snprintf(line, sizeof line, " %2d", size - row);
    text += line;
  }
  return text + "\n" + letters + "\nBlack (X) has taken " +
         std::to_string(game_.prisoners(go::kWhite)) + ", White (O) " +
         std::to_string(game_.prisoners(go::kBlack)) + ", komi " + number(game_.rules().komi) +
         ", " + (game_.to_move() == go::kBlack ? "Black" : "White") + " to move";
}

void GtpSession::add_analysis_commands() {
  commands_["lz-analyze"] = [this](const Arguments& a) { return begin_analysis(a, false); };
  commands_["kata-analyze"] = [this](const Arguments& a) { return begin_analysis(a, true); };
}

// [colour] [centiseconds], or key and value pairs such as `interval 50`.
std::string GtpSession::begin_analysis(const Arguments& a, bool kata) {
  Color color = game_.to_move();
  double centiseconds = 100;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (read_color(a[i], color) || read_number(a[i], centiseconds)) continue;
    ++i;  // a key and its value
    if (i < a.size() && lower(a[i - 1]) == "interval" && !read_number(a[i], centiseconds))
      throw Failure{"syntax error"};
  }
  if (!(centiseconds >= 0 && centiseconds < 1e7)) throw Failure{"syntax error"};
  if (game_.to_move() != color) game_.set_to_move(color);
  interval_ = std::max(centiseconds / 100, 0.05);
  kata_ = kata;
  analyzing_ = true;
  return "";
}

std::string GtpSession::analyze() {
  player_.choose(game_, interval_);
  std::string line;
  int order = 0;
  for (const auto& thought : player_.thoughts()) {
    if (thought.visits == 0 && order >= 10) break;
    const double winrate = kata_ ? thought.winrate : std::round(thought.winrate * 10000);
    line += (line.empty() ? "" : " ") + std::string("info move ") +
            upper_name(thought.vertex, game_.size()) + " visits " + std::to_string(thought.visits) +
            " winrate " + number(winrate) + " order " + std::to_string(order++) + " pv";
    for (const Vertex v : thought.line) line += " " + upper_name(v, game_.size());
  }
  return line + "\n";
}

}  // namespace sandlot
