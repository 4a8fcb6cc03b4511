// What a move does, inline: for board.cpp and for the loops of playouts.
#pragma once

#include <utility>

#include "envs/go/board.h"

namespace sandlot::go {

template <bool kHash>
inline void Board::put(Vertex v, Color c) {
  const std::uint16_t last = empties_[static_cast<std::size_t>(--empty_count_)];
  const std::uint16_t hole = place_[idx(v)];
  empties_[hole] = last;
  place_[last] = hole;
  color_[idx(v)] = c;
  ++stones_[c];
  if constexpr (kHash) hash_ ^= zobrist_keys[c][idx(v)];
  const auto change = static_cast<std::uint16_t>(one(c) - kOneEmpty);
  const std::uint64_t liberty = packed(v);
  for (const Vertex n : neighbours(v)) {
    nearby_[idx(n)] = static_cast<std::uint16_t>(nearby_[idx(n)] + change);
    liberties_[string_[idx(n)]] -= liberty;
  }
}

template <bool kHash>
inline void Board::lift(Vertex v) {
  const auto c = static_cast<Color>(color_[idx(v)]);
  place_[idx(v)] = static_cast<std::uint16_t>(empty_count_);
  empties_[static_cast<std::size_t>(empty_count_++)] = static_cast<std::uint16_t>(v);
  color_[idx(v)] = kEmpty;
  string_[idx(v)] = 0;
  --stones_[c];
  if constexpr (kHash) hash_ ^= zobrist_keys[c][idx(v)];
  const auto change = static_cast<std::uint16_t>(kOneEmpty - one(c));
  const std::uint64_t liberty = packed(v);
  for (const Vertex n : neighbours(v)) {
    nearby_[idx(n)] = static_cast<std::uint16_t>(nearby_[idx(n)] + change);
    liberties_[string_[idx(n)]] += liberty;
  }
}

inline void Board::merge(Vertex a, Vertex b) {
  if (length_[idx(a)] < length_[idx(b)]) std::swap(a, b);
  Vertex s = b;
  do {
    string_[idx(s)] = static_cast<std::uint16_t>(a);
    s = next_[idx(s)];
  } while (s != b);
  std::swap(next_[idx(a)], next_[idx(b)]);
  length_[idx(a)] = static_cast<std::uint16_t>(length_[idx(a)] + length_[idx(b)]);
  liberties_[idx(a)] += liberties_[idx(b)];
}

template <bool kHash>
inline int Board::remove_string(Vertex stone, std::vector<std::uint16_t>* removed) {
  int count = 0;
  Vertex s = stone;
  do {
    const Vertex following = next_[idx(s)];
    if (removed) removed->push_back(static_cast<std::uint16_t>(s));
    lift<kHash>(s);
    ++count;
    s = following;
  } while (s != stone);
  return count;
}

template <bool kRemember, bool kHash>
inline int Board::play_and_remember(Vertex v, Color c, std::vector<std::uint16_t>* removed) {
  ko_ = kPass;
  const bool surrounded = count(v, opponent(c)) == 4;
  put<kHash>(v, c);
  // What is rare is asked once for all four neighbours: guesses of the processor that fail cost
  // most of the time here.
  std::uint64_t liberties = 0;
  bool takes = false, joins = false;
  for (const Vertex n : neighbours(v)) {
    const std::uint8_t there = color_[idx(n)];
    liberties += there == kEmpty ? packed(n) : std::uint64_t{0};
    joins |= there == c;
    takes |= (there == opponent(c)) & ((liberties_[string_[idx(n)]] & kCountMask) == 0);
  }
  string_[idx(v)] = static_cast<std::uint16_t>(v);
  next_[idx(v)] = static_cast<std::uint16_t>(v);
  length_[idx(v)] = 1;
  liberties_[idx(v)] = liberties;
  if (joins) {
    for (const Vertex n : neighbours(v))
      if (color_[idx(n)] == c && string_[idx(n)] != string_[idx(v)])
        merge(string_[idx(n)], string_[idx(v)]);
  }
  if (takes) {
    int taken = 0;
    Vertex last_taken = kPass;
    for (const Vertex n : neighbours(v)) {
      if (color_[idx(n)] != opponent(c) || (liberties_[string_[idx(n)]] & kCountMask) != 0)
        continue;
      last_taken = n;
      taken += remove_string<kHash>(n, kRemember ? removed : nullptr);
    }
    if (surrounded && taken == 1) ko_ = last_taken;
    return taken;
  }
  if (joins && (liberties_[string_[idx(v)]] & kCountMask) == 0)
    return remove_string<kHash>(v, kRemember ? removed : nullptr);
  if (!joins && surrounded) return remove_string<kHash>(v, kRemember ? removed : nullptr);
  return 0;
}

}  // namespace sandlot::go
