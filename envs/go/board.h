// The stones of a game of Go: strings of stones and their liberties, kept up to date move by move.
//
// A vertex is a number: rows of size + 1 cells, so that the edge on the right of a row is that on
// the left of the next one. A string is named by one of its stones. Its liberties are counted once
// for each stone that they touch (pseudo-liberties), and beside their number n their sum Σv and sum
// of squares Σv² are kept, in one 64-bit word that one addition changes: all liberties are the same
// vertex, the string is in atari, exactly where n Σv² = (Σv)² (Cauchy & Schwarz), and Σv / n is
// that vertex.
//
// A Board knows no history: no superko, only the vertex that simple ko forbids. See game.h.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "sim/core/random.h"

namespace sandlot::go {

inline constexpr int kSmallest = 2, kLargest = 25;
inline constexpr int kVertices = (kLargest + 2) * (kLargest + 1) + 1;  // with the edges
inline constexpr int kMostPoints = kLargest * kLargest;

using Vertex = int;
inline constexpr Vertex kPass = 0;  // no point of any board

enum Color : std::uint8_t { kEmpty, kBlack, kWhite, kEdge };
constexpr Color opponent(Color c) { return static_cast<Color>(3 - c); }

// What a stone of a colour on a vertex adds to a position's hash (Zobrist 1970).
std::uint64_t zobrist(Color color, Vertex v);
using ZobristKeys = std::array<std::array<std::uint64_t, kVertices>, 3>;
extern const ZobristKeys zobrist_keys;  // by colour and vertex

// What a move changed, enough to take it back with the stones it took.
struct MoveRecord {
  std::uint16_t vertex = kPass;
  std::uint16_t ko_before = kPass;
  std::uint16_t taken = 0;  // stones: of a suicide the whole string, the stone just placed included
  Color color = kBlack;
  bool suicide = false;
};

class Board {
 public:
  explicit Board(int size = 9);
  Board(const Board& other) { *this = other; }
  // Copies what boards of this size use.
  Board& operator=(const Board& other);

  void clear();
  int size() const { return size_; }
  int points() const { return size_ * size_; }
  int stride() const { return stride_; }
  // Rows from the top, columns from the left, both from 0.
  Vertex vertex(int row, int column) const { return (row + 1) * stride_ + column + 1; }
  // Points row by row: 0 … size² − 1, size² is the pass.
  Vertex vertex_of(int point) const {
    return point == points() ? kPass : vertex(point / size_, point % size_);
  }
  int point_of(Vertex v) const {
    return v == kPass ? points() : (v / stride_ - 1) * size_ + v % stride_ - 1;
  }

  Color at(Vertex v) const { return static_cast<Color>(color_[idx(v)]); }
  std::array<Vertex, 4> neighbours(Vertex v) const {
    return {v - stride_, v - 1, v + 1, v + stride_};
  }
  std::array<Vertex, 4> diagonals(Vertex v) const {
    return {v - stride_ - 1, v - stride_ + 1, v + stride_ - 1, v + stride_ + 1};
  }
  int stones(Color c) const { return stones_[c]; }
  std::uint64_t hash() const { return hash_; }  // of the stones alone
  Vertex ko() const { return ko_; }             // kPass where none is forbidden
  std::span<const std::uint16_t> empties() const {
    return {empties_.data(), static_cast<std::size_t>(empty_count_)};
  }

  // Neighbours of a vertex; edges count as both colours.
  int count(Vertex v, Color c) const {
    return nearby_[idx(v)] >> (c == kEmpty ? 6 : c == kBlack ? 0 : 3) & 7;
  }
  // The string of a stone: its name, and the next stone of it in a ring.
  Vertex string_of(Vertex stone) const { return string_[idx(stone)]; }
  Vertex next(Vertex stone) const { return next_[idx(stone)]; }
  int string_size(Vertex stone) const { return length_[string_[idx(stone)]]; }
  int pseudo_liberties(Vertex stone) const {
    return static_cast<int>(liberties_[string_[idx(stone)]] & kCountMask);
  }
  bool in_atari(Vertex stone) const { return single(liberties_[string_[idx(stone)]]); }
  // The only liberty of a string in atari.
  Vertex last_liberty(Vertex stone) const {
    const std::uint64_t l = liberties_[string_[idx(stone)]];
    return static_cast<Vertex>((l >> kSumShift & kSumMask) / (l & kCountMask));
  }
  // Different liberties of a string, counted up to `most`.
  int liberties(Vertex stone, int most = kMostPoints) const;
  void list_liberties(Vertex stone, std::vector<Vertex>& out) const;

  // Whether a stone on an empty vertex would stay, or take others. Ko is not asked.
  bool keeps_liberties(Vertex v, Color c) const {
    if (count(v, kEmpty) > 0) return true;
    // All four are asked: a wrong guess costs more than an early end saves.
    bool keeps = false;
    for (const Vertex n : neighbours(v)) {
      const std::uint8_t there = color_[idx(n)];
      keeps |= (there != kEdge) & (single(liberties_[string_[idx(n)]]) == (there != c));
    }
    return keeps;
  }
  // The stone would be taken as soon as it stands, and nothing with it: the position is the same.
  bool is_single_suicide(Vertex v, Color c) const {
    return !keeps_liberties(v, c) && !has_own_neighbour(v, c);
  }
  bool has_own_neighbour(Vertex v, Color c) const;
  // An empty point surrounded by stones of a colour that no later capture opens: all four
  // neighbours, and all but one of the diagonals, on the edge all of them.
  bool is_eye(Vertex v, Color c) const {
    if (count(v, c) != 4) return false;
    int others = 0, edge = 0;
    for (const Vertex d : diagonals(v)) {
      others += color_[idx(d)] == opponent(c);
      edge |= color_[idx(d)] == kEdge;
    }
    return others + edge < 2;
  }

  // Places a stone on an empty vertex and takes what has no liberties left: the opponent's strings,
  // else the stone's own. Returns the number of stones taken from the board.
  int play(Vertex v, Color c);
  void pass() { ko_ = kPass; }
  // The same, or a pass, remembering; the stones taken are added to `taken`.
  MoveRecord play(Vertex v, Color c, std::vector<std::uint16_t>& taken);
  // Takes the last move back, and its stones out of `taken`. The order of empties() may differ from
  // what it was.
  void undo(const MoveRecord& record, std::vector<std::uint16_t>& taken);

  // The hash after a move, without making it.
  std::uint64_t hash_after(Vertex v, Color c) const;

  // Black's points minus White's by area: stones, and empty regions that reach one colour only.
  int area() const;
  // To whom each point belongs by area, by point: kBlack, kWhite, kEmpty for neither.
  void owners(std::span<std::uint8_t> out) const;
  // The same difference for a board on which all empty points left are single.
  int simple_area() const;

 private:
  friend class Playout;
  static constexpr int kSumShift = 12, kSquareShift = 33;
  static constexpr std::uint64_t kCountMask = (1u << 12) - 1, kSumMask = (1u << 21) - 1;
  static constexpr std::size_t idx(Vertex v) { return static_cast<std::size_t>(v); }
  static constexpr std::uint64_t packed(Vertex v) {
    const auto u = static_cast<std::uint64_t>(v);
    return 1 | u << kSumShift | u * u << kSquareShift;
  }
  static bool single(std::uint64_t l) {
    const std::uint64_t sum = l >> kSumShift & kSumMask;
    return (l & kCountMask) * (l >> kSquareShift) == sum * sum;
  }
  static constexpr std::uint16_t one(Color c) {
    return static_cast<std::uint16_t>(c == kBlack ? 1 : 8);
  }
  static constexpr std::uint16_t kOneEmpty = 64;

  // Colour, neighbours, liberties around and, if asked for, the hash; no string.
  template <bool kHash = true>
  void put(Vertex v, Color c);
  template <bool kHash = true>
  void lift(Vertex v);  // the reverse
  void merge(Vertex a, Vertex b);
  template <bool kHash = true>
  int remove_string(Vertex stone, std::vector<std::uint16_t>* removed);
  // Without kHash the hash is left as it was, and wrong from then on: playouts ask for none.
  template <bool kRemember, bool kHash = true>
  int play_and_remember(Vertex v, Color c, std::vector<std::uint16_t>* removed);
  void rebuild(Vertex stone);  // the string at a stone, from the colours

  int size_ = 0, stride_ = 0;
  int empty_count_ = 0;
  std::array<int, 3> stones_{};
  Vertex ko_ = kPass;
  std::uint64_t hash_ = 0;
  // By vertex.
  std::array<std::uint8_t, kVertices> color_;
  std::array<std::uint16_t, kVertices> nearby_;  // neighbours: 3 bits each black, white, empty
  std::array<std::uint16_t, kVertices> string_;  // 0 for all but stones
  std::array<std::uint16_t, kVertices> next_;
  std::array<std::uint16_t, kVertices> place_;      // in empties_
  std::array<std::uint16_t, kVertices> length_;     // by string: stones
  std::array<std::uint64_t, kVertices> liberties_;  // by string: n, Σv, Σv²; [0] is never read
  std::array<std::uint16_t, kMostPoints> empties_;
};

}  // namespace sandlot::go
