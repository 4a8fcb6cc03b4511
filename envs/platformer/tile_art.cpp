// Textures of tiles: a few lines of arithmetic each, instead of drawn pixels.
#include <cmath>

#include "envs/platformer/sprites.h"

namespace sandlot::platformer {
namespace {

constexpr Color none{0, 0, 0, 0};
constexpr Color outline = Color::hex(0x2b1b2e);

// A value 0 … n−1 that looks random but belongs to the pixel.
unsigned speckle(int x, int y, unsigned n) {
  unsigned h = static_cast<unsigned>(x) * 374761393u + static_cast<unsigned>(y) * 668265263u;
  h = (h ^ (h >> 13)) * 1274126177u;
  return (h ^ (h >> 16)) % n;
}

Color earth(int x, int y) {
  // Stones of uneven size in loam.
  const int stone_x = (x + (y / 6 % 2) * 5) % 10, stone_y = y % 6;
  if (stone_x == 2 && stone_y > 1 && stone_y < 5) return Color::hex(0xa06a48);
  if (stone_x > 2 && stone_x < 7 && stone_y > 1 && stone_y < 5 && speckle(x / 4, y / 6, 3) == 0)
    return stone_y == 2 ? Color::hex(0xb98158) : Color::hex(0xa06a48);
  return speckle(x, y, 14) == 0 ? Color::hex(0x784a33) : Color::hex(0x84543a);
}

Color grass(int x, int y) {
  const int depth = 4 + static_cast<int>(speckle(x / 2, 7, 3));
  if (y == 0) return Color::hex(0xb4ec7c);
  if (y < depth - 1) return speckle(x, y, 6) == 0 ? Color::hex(0x8ddb62) : Color::hex(0x6ccf5a);
  if (y == depth - 1) return Color::hex(0x35964f);
  if (y == depth) return Color::hex(0x5c3626);
  return earth(x, y);
}

Color bricks(int x, int y) {
  const int row = y / 4, shift = row % 2 * 4;
  if (y % 4 == 3 || (x + shift) % 8 == 7) return Color::hex(0x6d3328);
  if (y % 4 == 0) return Color::hex(0xe59a63);
  return speckle(x, y, 7) == 0 ? Color::hex(0xb5623c) : Color::hex(0xc87445);
}

constexpr const char* question_mark[] = {"..####..", ".##..##.", ".....##.", "....##..",
                                         "...##...", "........", "...##...", "...##..."};

bool in_mark(int x, int y) {
  return x >= 4 && x < 12 && y >= 4 && y < 12 && question_mark[y - 4][x - 4] == '#';
}

Color question(int x, int y, Color face) {
  if (x == 0 || y == 0 || x == 15 || y == 15) return outline;
  if (in_mark(x, y)) return Color::hex(0xffffff);
  if (in_mark(x - 1, y - 1)) return Color::hex(0x9a5b1d);
  if ((x == 2 || x == 13) && (y == 2 || y == 13)) return Color::hex(0x9a5b1d);
  if (x == 1 || y == 1) return Color::hex(0xfff0a8);
  if (x == 14 || y == 14) return Color::hex(0xb97524);
  return face;
}

Color used(int x, int y) {
  if (x == 0 || y == 0 || x == 15 || y == 15) return outline;
  if ((x == 2 || x == 13) && (y == 2 || y == 13)) return Color::hex(0x4b3f3a);
  if (x == 1 || y == 1) return Color::hex(0xa8917a);
  if (x == 14 || y == 14) return Color::hex(0x5c4c42);
  return Color::hex(0x84715f);
}

// A copper pipe, turned a little green; x runs over both halves.
Color pipe(int x, int y, bool top) {
  const int inset = top && y < 10 ? 0 : 2;
  const int at = x - inset, width = 32 - 2 * inset;
  if (at < 0 || at >= width) return none;
  if (at == 0 || at == width - 1) return outline;
  if (top && (y == 0 || y == 9)) return outline;
  if (top && y == 10) return Color::hex(0x1f6b5c);
  if (at < 4) return Color::hex(0x4fc2a1);
  if (at < 7) return Color::hex(0xb9f2d6);
  if (at < 17) return Color::hex(0x3fae8e);
  if (at < width - 6) return Color::hex(0x2f957a);
  return Color::hex(0x237762);
}

Color cannon(int x, int y) {
  const float dx = static_cast<float>(x) - 7.5f, dy = static_cast<float>(y) - 7.5f;
  const float radius = std::sqrt(dx * dx + dy * dy);
  if (y >= 12 && (x < 2 || x > 13)) return y == 12 ? outline : Color::hex(0x5d4a3f);
  if (radius > 8.2f) return none;
  if (radius > 7.2f) return outline;
  if (radius < 3) return Color::hex(0x15131f);
  if (radius < 4) return Color::hex(0xe5533f);
  return dx + dy < -4 ? Color::hex(0x7e88a6)
                      : (dx + dy > 5 ? Color::hex(0x2d3145) : Color::hex(0x474e6b));
}

Color cannon_base(int x, int y) {
  if (x < 2 || x > 13) return none;
  if (x == 2 || x == 13) return outline;
  if (y % 8 == 0) return outline;
  if (x < 5) return Color::hex(0x7e88a6);
  return x > 10 ? Color::hex(0x2d3145) : Color::hex(0x474e6b);
}

Color lift(int x, int y) {
  if (y > 8) return none;
  if (y == 0 || y == 8) return outline;
  if (y == 1) return Color::hex(0xf6d9a0);
  if (x % 8 == 7) return Color::hex(0x8a5a33);
  if (x % 8 == 3 && y == 4) return Color::hex(0x6d4526);
  return y > 5 ? Color::hex(0xb98149) : Color::hex(0xd9a566);
}

Color flag(int x, int y, int wave) {
  const int shift = wave != 0 ? (x / 4) % 2 : (x / 4 + 1) % 2;
  const int row = y - 1 - shift;
  if (row < 0 || row > 11) return none;
  if (row == 0 || row == 11 || x == 15) return outline;
  const int dx = x - 7, dy = row - 6;
  if (dx * dx + dy * dy < 8) return Color::hex(0xfff1dc);  // a paw's pad
  return row > 8 ? Color::hex(0xc2412f) : Color::hex(0xe5533f);
}

}  // namespace

Color tile_pixel(Art art, int x, int y) {
  switch (art) {
    case Art::grass:
      return grass(x, y);
    case Art::earth:
      return earth(x, y);
    case Art::bricks:
      return bricks(x, y);
    case Art::question_dim:
      return question(x, y, Color::hex(0xe09a2c));
    case Art::question:
      return question(x, y, Color::hex(0xf2b63c));
    case Art::question_bright:
      return question(x, y, Color::hex(0xffd24f));
    case Art::used:
      return used(x, y);
    case Art::pipe_top_left:
      return pipe(x, y, true);
    case Art::pipe_top_right:
      return pipe(x + 16, y, true);
    case Art::pipe_left:
      return pipe(x, y, false);
    case Art::pipe_right:
      return pipe(x + 16, y, false);
    case Art::cannon:
      return cannon(x, y);
    case Art::cannon_base:
      return cannon_base(x, y);
    case Art::lift:
      return lift(x, y);
    case Art::shard:
      if (x < 4 || x > 11 || y < 4 || y > 11) return none;
      return x == 4 || y == 4 || x == 11 || y == 11 ? outline : bricks(x, y);
    case Art::flag:
      return flag(x, y, 0);
    case Art::flag_waving:
      return flag(x, y, 1);
    default:
      return none;
  }
}

}  // namespace sandlot::platformer
