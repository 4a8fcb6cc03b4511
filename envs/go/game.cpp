#include "envs/go/game.h"

#include <algorithm>

namespace sandlot::go {
namespace {

constexpr std::uint64_t kWhiteNext = 0x9d39247e33776d41u;

}  // namespace

Game::Game(int size, const Rules& rules) : board_(size), rules_(rules) {
  const auto moves =
      static_cast<std::size_t>(rules.most_moves > 0 ? rules.most_moves : 3 * board_.points());
  records_.reserve(moves);
  taken_.reserve(moves);
  history_.reserve(moves + 1);
  clear();
}

void Game::clear() {
  board_.clear();
  to_move_ = kBlack;
  passes_ = 0;
  prisoners_ = {};
  setup_.clear();
  records_.clear();
  taken_.clear();
  history_.clear();
  was_occupied_ = {};
  history_.push_back(key(board_.hash(), to_move_));
}

std::uint64_t Game::key(std::uint64_t stones, Color next) const {
  return rules_.superko == Superko::situational && next == kWhite ? stones ^ kWhiteNext : stones;
}

bool Game::repeats(std::uint64_t position) const {
  return std::find(history_.rbegin(), history_.rend(), position) != history_.rend();
}

bool Game::place(Vertex v, Color c) {
  if (v == kPass || board_.at(v) != kEmpty || !board_.keeps_liberties(v, c)) return false;
  for (const Vertex n : board_.neighbours(v))
    if (board_.at(n) == opponent(c) && board_.in_atari(n)) return false;
  board_.play(v, c);
  setup_.push_back({static_cast<std::uint16_t>(v), c});
  was_occupied_[static_cast<std::size_t>(v)] = true;
  history_.assign(1, key(board_.hash(), to_move_));
  return true;
}

void Game::set_to_move(Color c) {
  to_move_ = c;
  if (records_.empty()) history_.assign(1, key(board_.hash(), to_move_));
}

void Game::place_handicap(int stones) {
  const auto points = handicap_points(size(), stones);
  for (const Vertex v : points) place(v, kBlack);
  if (!points.empty()) set_to_move(kWhite);
}

bool Game::is_legal(Vertex v, Color c) const {
  if (v == kPass) return true;
  if (board_.at(v) != kEmpty) return false;
  const bool stays = board_.keeps_liberties(v, c);
  if (!stays && !rules_.suicide) return false;
  if (rules_.superko == Superko::simple)
    // One stone's suicide would be a pass under another name, without end.
    return v != board_.ko() && (stays || board_.has_own_neighbour(v, c));
  if (stays && !was_occupied_[static_cast<std::size_t>(v)]) return true;
  return !repeats(key(board_.hash_after(v, c), opponent(c)));
}

void Game::play(Vertex v, Color c) {
  const MoveRecord record = board_.play(v, c, taken_);
  records_.push_back(record);
  prisoners_[record.suicide ? c : opponent(c)] += record.taken;
  passes_ = v == kPass ? passes_ + 1 : 0;
  was_occupied_[static_cast<std::size_t>(v)] = true;
  to_move_ = opponent(c);
  history_.push_back(key(board_.hash(), to_move_));
}

bool Game::undo() {
  if (records_.empty()) return false;
  const MoveRecord record = records_.back();
  board_.undo(record, taken_);
  records_.pop_back();
  history_.pop_back();
  prisoners_[record.suicide ? record.color : opponent(record.color)] -= record.taken;
  to_move_ = record.color;
  passes_ = 0;
  for (auto r = records_.rbegin(); r != records_.rend() && r->vertex == kPass; ++r) ++passes_;
  return true;
}

std::string vertex_name(Vertex v, int size) {
  if (v == kPass) return "pass";
  const int column = v % (size + 1) - 1, row = v / (size + 1) - 1;
  return std::string(1, static_cast<char>('A' + column + (column >= 8 ? 1 : 0))) +
         std::to_string(size - row);
}

Vertex vertex_of_name(std::string_view text, int size) {
  std::string name(text);
  for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (name == "pass") return kPass;
  if (name.size() < 2 || name.size() > 3 || name[0] < 'a' || name[0] > 'z' || name[0] == 'i')
    return -1;
  const int column = name[0] - 'a' - (name[0] > 'i' ? 1 : 0);
  int line = 0;
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (name[i] < '0' || name[i] > '9') return -1;
    line = line * 10 + (name[i] - '0');
  }
  if (column >= size || line < 1 || line > size || name[1] == '0') return -1;
  return (size - line + 1) * (size + 1) + column + 1;
}

std::vector<Vertex> handicap_points(int size, int stones) {
  const bool middles = size % 2 == 1 && size >= 9;
  // From 7 points on; 7 × 7 and boards of even size have the corners alone.
  if (size < 7 || stones < 2 || stones > (middles ? 9 : 4)) return {};
  const int low = size >= 13 ? 4 : 3, high = size + 1 - low, middle = (size + 1) / 2;
  const auto at = [&](int column, int line) { return (size - line + 1) * (size + 1) + column; };
  std::vector<Vertex> points{at(low, low), at(high, high), at(low, high), at(high, low)};
  const bool center = stones >= 5 && stones % 2 == 1;
  if (stones >= 6) points.insert(points.end(), {at(low, middle), at(high, middle)});
  if (stones >= 8) points.insert(points.end(), {at(middle, low), at(middle, high)});
  points.resize(static_cast<std::size_t>(
      std::min(stones - (center ? 1 : 0), static_cast<int>(points.size()))));
  if (center) points.push_back(at(middle, middle));
  return points;
}

}  // namespace sandlot::go
