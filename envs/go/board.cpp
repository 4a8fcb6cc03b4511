#include <algorithm>

#include "envs/go/board_play.h"

namespace sandlot::go {
namespace {

ZobristKeys drawn_keys() {
  ZobristKeys keys{};
  Random random(derive(0, "zobrist keys of Go"));
  for (std::size_t c = kBlack; c <= kWhite; ++c)
    for (auto& key : keys[c]) key = random.next_u64();
  return keys;
}

template <class T, std::size_t N>
void copy_part(std::array<T, N>& to, const std::array<T, N>& from, int count) {
  std::memcpy(to.data(), from.data(), sizeof(T) * static_cast<std::size_t>(count));
}

}  // namespace

const ZobristKeys zobrist_keys = drawn_keys();

std::uint64_t zobrist(Color color, Vertex v) {
  return zobrist_keys[color][static_cast<std::size_t>(v)];
}

Board::Board(int size) : size_(size), stride_(size + 1) { clear(); }

Board& Board::operator=(const Board& other) {
  size_ = other.size_;
  stride_ = other.stride_;
  empty_count_ = other.empty_count_;
  stones_ = other.stones_;
  ko_ = other.ko_;
  hash_ = other.hash_;
  const int used = (size_ + 2) * stride_ + 1;
  copy_part(color_, other.color_, used);
  copy_part(nearby_, other.nearby_, used);
  copy_part(string_, other.string_, used);
  copy_part(next_, other.next_, used);
  copy_part(place_, other.place_, used);
  copy_part(length_, other.length_, used);
  copy_part(liberties_, other.liberties_, used);
  copy_part(empties_, other.empties_, empty_count_);
  return *this;
}

void Board::clear() {
  const int used = (size_ + 2) * stride_ + 1;
  for (std::size_t v = 0; v < static_cast<std::size_t>(used); ++v) {
    color_[v] = kEdge;
    nearby_[v] = string_[v] = next_[v] = place_[v] = length_[v] = 0;
    liberties_[v] = 0;
  }
  hash_ = 0;
  ko_ = kPass;
  stones_ = {};
  empty_count_ = 0;
  for (int p = 0; p < points(); ++p) {
    const Vertex v = vertex_of(p);
    color_[idx(v)] = kEmpty;
    place_[idx(v)] = static_cast<std::uint16_t>(empty_count_);
    empties_[static_cast<std::size_t>(empty_count_++)] = static_cast<std::uint16_t>(v);
  }
  for (const auto v : empties()) {
    unsigned nearby = 0;
    for (const Vertex n : neighbours(v)) nearby += color_[idx(n)] == kEdge ? 9u : 64u;
    nearby_[v] = static_cast<std::uint16_t>(nearby);
  }
}

bool Board::has_own_neighbour(Vertex v, Color c) const {
  for (const Vertex n : neighbours(v))
    if (color_[idx(n)] == c) return true;
  return false;
}

int Board::liberties(Vertex stone, int most) const {
  std::array<std::uint16_t, kMostPoints> seen;
  std::size_t count = 0;
  Vertex s = stone;
  do {
    for (const Vertex n : neighbours(s)) {
      if (color_[idx(n)] != kEmpty) continue;
      if (std::find(seen.begin(), seen.begin() + static_cast<std::ptrdiff_t>(count), n) !=
          seen.begin() + static_cast<std::ptrdiff_t>(count))
        continue;
      seen[count++] = static_cast<std::uint16_t>(n);
      if (static_cast<int>(count) >= most) return most;
    }
    s = next_[idx(s)];
  } while (s != stone);
  return static_cast<int>(count);
}

void Board::list_liberties(Vertex stone, std::vector<Vertex>& out) const {
  out.clear();
  Vertex s = stone;
  do {
    for (const Vertex n : neighbours(s))
      if (color_[idx(n)] == kEmpty && std::find(out.begin(), out.end(), n) == out.end())
        out.push_back(n);
    s = next_[idx(s)];
  } while (s != stone);
}

int Board::play(Vertex v, Color c) { return play_and_remember<false>(v, c, nullptr); }

MoveRecord Board::play(Vertex v, Color c, std::vector<std::uint16_t>& taken) {
  MoveRecord record{.vertex = static_cast<std::uint16_t>(v),
                    .ko_before = static_cast<std::uint16_t>(ko_),
                    .color = c};
  if (v == kPass) {
    pass();
    return record;
  }
  record.taken = static_cast<std::uint16_t>(play_and_remember<true>(v, c, &taken));
  record.suicide = at(v) == kEmpty;
  return record;
}

void Board::rebuild(Vertex stone) {
  const std::uint8_t c = color_[idx(stone)];
  std::array<std::uint16_t, kMostPoints> queue;
  std::size_t count = 0;
  const auto name = static_cast<std::uint16_t>(stone);
  const auto visit = [&](Vertex v) {
    string_[idx(v)] = name;
    queue[count++] = static_cast<std::uint16_t>(v);
  };
  std::uint64_t liberties = 0;
  visit(stone);
  for (std::size_t i = 0; i < count; ++i) {
    for (const Vertex n : neighbours(queue[i])) {
      if (color_[idx(n)] == kEmpty) liberties += packed(n);
      if (color_[idx(n)] == c && string_[idx(n)] == 0) visit(n);
    }
  }
  for (std::size_t i = 0; i < count; ++i) next_[queue[i]] = queue[(i + 1) % count];
  length_[idx(stone)] = static_cast<std::uint16_t>(count);
  liberties_[idx(stone)] = liberties;
}

void Board::undo(const MoveRecord& record, std::vector<std::uint16_t>& all_taken) {
  if (record.vertex != kPass) {
    const std::span<const std::uint16_t> captured =
        std::span(all_taken).last(static_cast<std::size_t>(record.taken));
    std::array<std::uint16_t, kMostPoints> own;
    std::size_t own_count = 0;
    if (!record.suicide) {
      // The string falls into what it was made of.
      Vertex s = record.vertex;
      do {
        own[own_count++] = static_cast<std::uint16_t>(s);
        s = next_[idx(s)];
      } while (s != record.vertex);
      for (std::size_t i = 0; i < own_count; ++i) string_[own[i]] = 0;
      lift(record.vertex);
    }
    const Color taken = record.suicide ? record.color : opponent(record.color);
    for (const auto v : captured)
      if (v != record.vertex) put(v, taken);
    for (std::size_t i = 0; i < own_count; ++i)
      if (own[i] != record.vertex && string_[own[i]] == 0) rebuild(own[i]);
    for (const auto v : captured)
      if (v != record.vertex && string_[v] == 0) rebuild(v);
    all_taken.resize(all_taken.size() - record.taken);
  }
  ko_ = record.ko_before;
}

std::uint64_t Board::hash_after(Vertex v, Color c) const {
  std::uint64_t hash = hash_ ^ zobrist_keys[c][idx(v)];
  std::array<Vertex, 4> seen{};
  std::size_t count = 0;
  const auto remove = [&](Vertex stone) {
    const auto there = color_[idx(stone)];
    Vertex s = stone;
    do {
      hash ^= zobrist_keys[there][idx(s)];
      s = next_[idx(s)];
    } while (s != stone);
  };
  const auto first_sight = [&](Vertex stone) {
    const Vertex name = string_[idx(stone)];
    for (std::size_t i = 0; i < count; ++i)
      if (seen[i] == name) return false;
    seen[count++] = name;
    return true;
  };
  if (!keeps_liberties(v, c)) {  // suicide
    hash ^= zobrist_keys[c][idx(v)];
    for (const Vertex n : neighbours(v))
      if (color_[idx(n)] == c && first_sight(n)) remove(n);
    return hash;
  }
  for (const Vertex n : neighbours(v))
    if (color_[idx(n)] == opponent(c) && in_atari(n) && first_sight(n)) remove(n);
  return hash;
}

void Board::owners(std::span<std::uint8_t> out) const {
  std::array<std::uint8_t, kVertices> seen{};
  std::array<std::uint16_t, kMostPoints> queue;
  for (int p = 0; p < points(); ++p) {
    const Vertex v = vertex_of(p);
    if (color_[idx(v)] != kEmpty) {
      out[static_cast<std::size_t>(p)] = color_[idx(v)];
      continue;
    }
    if (seen[idx(v)]) continue;
    std::size_t count = 0;
    unsigned reaches = 0;
    queue[count++] = static_cast<std::uint16_t>(v);
    seen[idx(v)] = 1;
    for (std::size_t i = 0; i < count; ++i) {
      for (const Vertex n : neighbours(queue[i])) {
        const std::uint8_t there = color_[idx(n)];
        if (there == kBlack || there == kWhite) reaches |= there;
        if (there != kEmpty || seen[idx(n)]) continue;
        seen[idx(n)] = 1;
        queue[count++] = static_cast<std::uint16_t>(n);
      }
    }
    const auto owner = static_cast<std::uint8_t>(reaches == 3 ? 0 : reaches);
    for (std::size_t i = 0; i < count; ++i)
      out[static_cast<std::size_t>(point_of(queue[i]))] = owner;
  }
}

int Board::area() const {
  std::array<std::uint8_t, kMostPoints> owner;
  owners(owner);
  int difference = 0;
  for (std::size_t p = 0; p < static_cast<std::size_t>(points()); ++p)
    difference += (owner[p] == kBlack) - (owner[p] == kWhite);
  return difference;
}

int Board::simple_area() const {
  int difference = stones_[kBlack] - stones_[kWhite];
  for (const auto v : empties()) difference += (count(v, kBlack) == 4) - (count(v, kWhite) == 4);
  return difference;
}

}  // namespace sandlot::go
