// The board as people know it: wood with its grain, lines, star points and coordinates, stones that
// catch the light from the upper left.
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "envs/go/go.h"
#include "sim/core/scene.h"

namespace sandlot::go {
namespace {

using Paint = sandlot::Color;
using Spot = sandlot::Point;

constexpr Paint kTable = Paint::hex(0x3A4A45), kWood = Paint::hex(0xE2B36B),
                kWoodLight = Paint::hex(0xEFC98A), kWoodDark = Paint::hex(0x9A6A2F),
                kGrain = Paint::hex(0xA87432), kLine = Paint::hex(0x3B2814),
                kLetters = Paint::hex(0x5C3F1C), kMark = Paint::hex(0xE4572E),
                kBright = Paint::hex(0xF3EFE6), kDim = Paint::hex(0xB9C4BE);

Paint between(Paint a, Paint b, float part) {
  const auto mix = [part](std::uint8_t x, std::uint8_t y) {
    return static_cast<std::uint8_t>(static_cast<float>(x) +
                                     (static_cast<float>(y) - static_cast<float>(x)) * part);
  };
  return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b), mix(a.a, b.a)};
}

void stone(Scene& scene, Spot at, float radius, Color color) {
  for (int i = 0; i < 3; ++i) {
    const float spread = 0.03f * static_cast<float>(i);
    scene.circle({at.x + 0.11f * radius + spread * 0.5f, at.y - 0.14f * radius - spread * 0.5f},
                 radius * (1.06f - spread), Paint::hex(0x2A1A08, 42));
  }
  const bool black = color == kBlack;
  const Paint rim = black ? Paint::hex(0x0C0E12) : Paint::hex(0xB9B3A6);
  const Paint lit = black ? Paint::hex(0x6C7480) : Paint::hex(0xFFFFFF);
  constexpr int kSteps = 12;
  for (int i = 0; i < kSteps; ++i) {
    const float part = static_cast<float>(i) / (kSteps - 1);
    // A black stone is lit in a spot, a white one nearly all over.
    const float light = black ? part * part * part : std::sqrt(part);
    const float shift = radius * (black ? 0.42f : 0.24f) * part;
    const float r = radius * (1 - (black ? 0.86f : 0.72f) * part);
    scene.circle({at.x - 0.7f * shift, at.y + 0.8f * shift}, r, between(rim, lit, light));
  }
}

void wood(Scene& scene, float middle, float side) {
  scene.rectangle({middle + 0.10f, middle - 0.16f}, side + 0.12f, side + 0.12f,
                  Paint::hex(0x101614, 110), 0.12f);
  scene.rectangle({middle, middle - 0.07f}, side, side, kWoodDark, 0.1f);
  scene.rectangle({middle, middle}, side, side, kWood, 0.08f);
  const float low = middle - side / 2, step = side / 46;
  for (int i = 1; i < 46; ++i) {
    std::array<Spot, 17> grain{};
    const auto k = static_cast<float>(i);
    for (std::size_t j = 0; j < grain.size(); ++j) {
      const float t = static_cast<float>(j) / static_cast<float>(grain.size() - 1);
      const float wave = 0.32f * std::sin(2.2f * t + 0.31f * k) +
                         0.2f * std::sin(5.1f * t + 1.7f * k) * std::sin(0.9f * k);
      grain[j] = {low + step * (k + wave), low + 0.08f + (side - 0.16f) * t};
    }
    const auto alpha = static_cast<std::uint8_t>(18 + 16 * (1 + std::sin(k * 2.4f)));
    scene.line(grain, (i % 3 == 0 ? kWoodLight : kGrain).with_alpha(alpha),
               step * (i % 4 == 0 ? 0.5f : 0.28f));
  }
}

// Where boards have their star points; as handicap stones lie, with the sides' middles from 13 on.
std::vector<Spot> star_points(int size) {
  std::vector<Spot> stars;
  const auto n = static_cast<float>(size - 1);
  if (size < 7) {
    if (size == 5) stars = {{2, 2}};
    return stars;
  }
  const float low = size >= 13 ? 3 : 2, high = n - low;
  for (const float x : {low, high})
    for (const float y : {low, high}) stars.push_back({x, y});
  if (size % 2 == 0) return stars;
  stars.push_back({n / 2, n / 2});
  if (size >= 15)
    for (const float x : {low, high}) {
      stars.push_back({x, n / 2});
      stars.push_back({n / 2, x});
    }
  return stars;
}

void status(Scene& scene, const Game& game, std::string_view note) {
  scene.use_screen();
  const float y = 770;
  const auto side = [&](float x, Color c, std::string_view name) {
    const bool black = c == kBlack;
    scene.circle({x + 1, y + 2}, 13, Paint::hex(0x101614, 90));
    scene.circle({x, y}, 13, black ? Paint::hex(0x0C0E12) : Paint::hex(0xD8D3C8));
    scene.circle({x - 3, y - 3}, 8, black ? Paint::hex(0x2A2F37) : Paint::hex(0xFFFFFF));
    std::string text(name);
    const int taken = game.prisoners(opponent(c));
    if (taken > 0) text += "  +" + std::to_string(taken);
    const bool turn = !game.over() && game.to_move() == c;
    scene.text({x + 24, y + 6}, text, 17, turn ? kBright : kDim, Align::left, turn);
  };
  side(44, kBlack, "Black");
  side(204, kWhite, "White");
  std::string right(note);
  if (right.empty()) {
    const int count = game.move_count();
    if (count > 0)
      right = "move " + std::to_string(count) + ": " +
              vertex_name(game.move(count - 1).vertex, game.size());
    else
      right = "Black begins";
    if (count == 0 && game.to_move() == kWhite) right = "White begins";
  }
  scene.text({700, y + 6}, right, 17, note.empty() ? kDim : kBright, Align::right, !note.empty());
}

}  // namespace

void draw_board(Scene& scene, const Game& game, std::string_view note) {
  const Board& board = game.board();
  const int size = board.size();
  const auto n = static_cast<float>(size);
  const float middle = (n - 1) / 2, side = n + 1.25f, view = side + 0.55f;
  scene.begin(720, 800, kTable);
  // The board above, the line of words below.
  scene.use_world({.center = {middle, middle - view * 0.5f * (800.0f - 720.0f) / 720.0f},
                   .width = view,
                   .y_up = true});
  wood(scene, middle, side);
  const float thin = 0.025f + 0.0012f * n;
  for (int i = 0; i < size; ++i) {
    const auto k = static_cast<float>(i);
    const float width = i == 0 || i == size - 1 ? thin * 1.9f : thin;
    scene.line({0, k}, {n - 1, k}, kLine, width);
    scene.line({k, 0}, {k, n - 1}, kLine, width);
  }
  for (const Spot& star : star_points(size)) scene.circle(star, 0.095f, kLine);
  for (int i = 0; i < size; ++i) {
    const auto k = static_cast<float>(i);
    const std::string name = vertex_name(board.vertex(size - 1 - i, i), size);
    const float type = 0.3f;
    scene.text({k, n - 1 + 0.66f}, name.substr(0, 1), type, kLetters, Align::center);
    scene.text({k, -0.88f}, name.substr(0, 1), type, kLetters, Align::center);
    scene.text({-0.8f, k - 0.11f}, name.substr(1), type, kLetters, Align::center);
    scene.text({n - 1 + 0.8f, k - 0.11f}, name.substr(1), type, kLetters, Align::center);
  }
  const int count = game.move_count();
  const Vertex last = count > 0 ? Vertex{game.move(count - 1).vertex} : kPass;
  for (int p = 0; p < board.points(); ++p) {
    const Vertex v = board.vertex_of(p);
    if (board.at(v) == kEmpty) continue;
    const Spot at{static_cast<float>(p % size), static_cast<float>(size - 1 - p / size)};
    stone(scene, at, 0.475f, board.at(v));
    if (v == last)
      scene.circle(at, 0.21f, {0, 0, 0, 0}, {board.at(v) == kBlack ? kBright : kMark, 0.065f});
  }
  status(scene, game, note);
}

namespace {

// From blue (0) over the wood's own tone to red (1).
Paint warmth(float part) {
  const Paint cold = Paint::hex(0x2B6CB0), mild = Paint::hex(0xF4E9C8), hot = Paint::hex(0xC62828);
  return part < 0.5f ? between(cold, mild, 2 * part) : between(mild, hot, 2 * part - 1);
}

}  // namespace

void draw_heat(Scene& scene, const Game& game, Heat heat, std::span<const float> by_action) {
  const Board& board = game.board();
  const int size = board.size();
  if (heat == Heat::none || by_action.size() != static_cast<std::size_t>(board.points() + 1))
    return;
  float most = 0;
  for (const float x : by_action)
    if (x > most) most = x;
  char text[48];
  const auto words = [&](float x) {
    if (heat == Heat::shares)
      std::snprintf(text, sizeof text, "%.0f", static_cast<double>(100 * x));
    else
      std::snprintf(text, sizeof text, "%+.2f", static_cast<double>(x));
    return std::string(text);
  };
  scene.use_camera(1);
  for (int p = 0; p < board.points(); ++p) {
    const float x = by_action[static_cast<std::size_t>(p)];
    // Less than half a percent is left out: it would hide the board.
    if (std::isnan(x) || (heat == Heat::shares && x < 0.005f)) continue;
    const Spot at{static_cast<float>(p % size), static_cast<float>(size - 1 - p / size)};
    const float part = heat == Heat::shares ? x / most : (x + 1) / 2;
    // Thought of before the last moves, whose stones stay to be seen below it.
    const bool taken = board.at(board.vertex_of(p)) != kEmpty;
    const float radius = taken                  ? 0.2f
                         : heat == Heat::shares ? 0.24f + 0.2f * std::sqrt(part)
                                                : 0.4f;
    scene.circle(at, radius,
                 warmth(heat == Heat::shares ? 0.5f + 0.5f * part : part).with_alpha(225),
                 {Paint::hex(0x1A1208, 120), 0.03f});
    const bool dark = heat == Heat::shares ? part > 0.55f : part < 0.25f || part > 0.75f;
    const float height = taken ? 0.16f : heat == Heat::shares ? 0.3f : 0.24f;
    scene.text({at.x, at.y - height / 3}, words(x), height,
               dark ? Paint::hex(0xFFFFFF) : Paint::hex(0x2A1A08), Align::center, part > 0.99f);
  }
  const float pass = by_action.back();
  scene.use_screen();
  if (std::isnan(pass) || (heat == Heat::shares && pass < 0.005f)) return;
  scene.text({44, 746}, "pass " + words(pass) + (heat == Heat::shares ? " %" : ""), 15, kDim,
             Align::left);
}

void draw_territory(Scene& scene, const Game& game, const Outlook& outlook) {
  const Board& board = game.board();
  const int size = board.size();
  scene.use_camera(1);
  double black = 0;
  for (int p = 0; p < board.points(); ++p) {
    const auto i = static_cast<std::size_t>(p);
    const float white = 1 - outlook.black[i] - outlook.neither[i];
    const float lead = outlook.black[i] - white;
    black += static_cast<double>(lead);
    // Nobody's yet, or a stone that stands where it is expected to.
    const Color there = board.at(board.vertex_of(p));
    if (std::abs(lead) < 0.15f || (there == kBlack && lead > 0) || (there == kWhite && lead < 0))
      continue;
    const Spot at{static_cast<float>(p % size), static_cast<float>(size - 1 - p / size)};
    const float side = 0.16f + 0.24f * std::abs(lead);
    scene.rectangle(at, side, side,
                    lead > 0 ? Paint::hex(0x0C0E12, 215) : Paint::hex(0xFFFFFF, 225), 0.04f, 0,
                    {lead > 0 ? Paint::hex(0xFFFFFF, 70) : Paint::hex(0x1A1208, 110), 0.02f});
  }
  const double score = black - game.rules().komi;
  char text[64];
  std::snprintf(text, sizeof text, "%s +%.1f expected", score > 0 ? "Black" : "White",
                std::abs(score));
  scene.use_screen();
  scene.text({700, 750}, text, 14, kDim, Align::right);
}

std::optional<int> action_at(const Scene& scene, int size, Spot screen) {
  if (scene.cameras().size() < 2) return std::nullopt;
  const Camera& camera = scene.cameras()[1];
  const float scale = static_cast<float>(scene.view_width()) / camera.width;
  const float x = camera.center.x + (screen.x - static_cast<float>(scene.view_width()) / 2) / scale;
  const float y = camera.center.y - (screen.y - static_cast<float>(scene.height()) / 2) / scale;
  const auto column = static_cast<int>(std::lround(x)), up = static_cast<int>(std::lround(y));
  if (column < 0 || column >= size || up < 0 || up >= size) return std::nullopt;
  return (size - 1 - up) * size + column;
}

}  // namespace sandlot::go
