#include "envs/platformer/generator.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

#include "envs/platformer/solver.h"
#include "sim/core/random.h"

namespace sandlot::platformer {
namespace {

constexpr int height = 14;
constexpr int runway = 9;  // flat columns at both ends
constexpr int highest_ground = 6;
constexpr int max_drafts = 40;

// Draws one draft from left to right.
class Draft {
 public:
  Draft(Seed seed, double difficulty, int length)
      : random_(seed),
        difficulty_(difficulty),
        length_(length),
        rows_(height, std::string(static_cast<std::size_t>(length), '-')) {}

  std::string text() {
    ground(runway);
    put(3, ground_, 'P');
    while (column_ < length_ - runway - 14) segment();
    ground(length_ - column_);
    put(length_ - 4, ground_, 'F');
    std::string out;
    for (int row = height - 1; row >= 0; --row) out += rows_[static_cast<std::size_t>(row)] + '\n';
    return out;
  }

 private:
  void put(int column, int row, char tile) {
    if (column >= 0 && column < length_ && row >= 0 && row < height)
      rows_[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] = tile;
  }
  int between(int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<std::uint32_t>(high - low + 1)));
  }
  // A whole number that grows from `easy` to `hard` with the difficulty.
  int scaled(double easy, double hard) {
    return static_cast<int>(easy + (hard - easy) * difficulty_ + 0.5);
  }

  void ground(int columns) {
    for (int i = 0; i < columns; ++i, ++column_)
      for (int row = 0; row < ground_; ++row) put(column_, row, 'X');
  }

  void enemy(int column, int row) {
    put(column, row, difficulty_ > 0.3 && random_.bernoulli(0.35) ? 'k' : 'E');
  }

  void segment() {
    const double d = difficulty_;
    const std::array<double, 9> weights = {
        3 - 2 * d,                    // flat
        1 + 2 * d,                    // gap
        1 + d,                        // step
        0.8 + 0.6 * d,                // pipe
        1.2,                          // blocks
        d < 0.1 ? 0 : 0.4 + 0.8 * d,  // stairs
        d < 0.25 ? 0 : 0.3 + d,       // moving platform
        d < 0.35 ? 0 : 0.2 + d,       // cannon
        0.6,                          // coins
    };
    int kind = last_;
    while (kind == last_) kind = random_.categorical(weights);
    last_ = kind;
    switch (kind) {
      case 0:
        flat();
        break;
      case 1:
        gap();
        break;
      case 2:
        step();
        break;
      case 3:
        pipe();
        break;
      case 4:
        blocks();
        break;
      case 5:
        stairs();
        break;
      case 6:
        lift();
        break;
      case 7:
        cannon();
        break;
      default:
        coins();
        break;
    }
    ground(between(2, scaled(4, 2)));
  }

  void flat() {
    const int width = between(3, 6);
    const int enemies = random_.bernoulli(0.25 + 0.6 * difficulty_) ? between(1, scaled(1, 3)) : 0;
    for (int i = 0; i < enemies; ++i) enemy(column_ + width - 1 - i, ground_);
    ground(width);
  }

  void gap() {
    const int width = between(1 + scaled(0, 2), scaled(2, 6));
    if (random_.bernoulli(0.3))
      for (int i = 0; i < width; ++i) put(column_ + i, ground_ + 3, 'o');
    column_ += width;
    ground_ = std::clamp(ground_ + between(-1, scaled(0, 2)), 1, highest_ground);
    ground(2);
  }

  void step() {
    const int rise = between(1, scaled(1, 3));
    ground_ = std::clamp(ground_ + (random_.bernoulli(0.5) ? rise : -rise), 1, highest_ground);
    const int width = between(3, 5);
    if (random_.bernoulli(0.5 * difficulty_)) enemy(column_ + width - 1, ground_);
    ground(width);
  }

  void pipe() {
    const int rise = between(2, scaled(2, 4));
    ground(1);
    for (int row = ground_; row < ground_ + rise; ++row) {
      const bool top = row == ground_ + rise - 1;
      put(column_, row, top ? '<' : '[');
      put(column_ + 1, row, top ? '>' : ']');
    }
    ground(2);
    if (random_.bernoulli(0.3 + 0.4 * difficulty_)) enemy(column_ + 2, ground_);
    ground(3);
  }

  void blocks() {
    const int width = between(2, 5);
    const int row = ground_ + 3;
    for (int i = 0; i < width; ++i) {
      const double kind = random_.uniform();
      put(column_ + 1 + i, row, kind < 0.55 ? 'S' : (kind < 0.92 ? '?' : 'M'));
    }
    if (random_.bernoulli(0.2 + 0.4 * difficulty_)) enemy(column_ + width, ground_);
    if (random_.bernoulli(0.3 * difficulty_)) enemy(column_ + width, row + 1);
    ground(width + 2);
  }

  void stairs() {
    const int steps = between(2, scaled(2, 4));
    const int base = ground_;
    for (int i = 1; i <= steps; ++i) {
      ground_ = base + i;
      ground(1);
    }
    if (random_.bernoulli(difficulty_)) column_ += between(1, scaled(1, 4));
    for (int i = steps; i >= 1; --i) {
      ground_ = base + i;
      ground(1);
    }
    ground_ = base;
  }

  void lift() {
    const int lifts = between(1, scaled(1, 2));
    for (int i = 0; i < lifts; ++i) {
      const bool vertical = random_.bernoulli(0.4);
      const int before = vertical ? between(2, 3) : between(3, 4);
      const int width = 3;
      const int row = std::clamp(ground_ - 1 + (vertical ? 1 : between(-1, 1)), 1, height - 6);
      for (int c = 0; c < width; ++c) put(column_ + before + c, row, vertical ? 'V' : 'H');
      column_ += before + width;
    }
    column_ += between(2, 4);
    ground(3);
  }

  void cannon() {
    const int rise = between(0, scaled(0, 2));
    ground(1);
    for (int row = ground_; row < ground_ + rise; ++row) put(column_, row, 'b');
    put(column_, ground_ + rise, 'B');
    ground(between(3, 5));
  }

  void coins() {
    const int width = between(3, 5);
    const int row = ground_ + between(0, 3);
    for (int i = 0; i < width; ++i)
      put(column_ + i, row + (row > ground_ && i > 0 && i < width - 1 ? 1 : 0), 'o');
    ground(width);
  }

  Random random_;
  double difficulty_;
  int length_;
  std::vector<std::string> rows_;  // from the bottom
  int column_ = 0;
  int ground_ = 2;
  int last_ = -1;  // kind of the segment before: no two alike in a row
};

}  // namespace

GeneratedLevel generate_level(std::uint64_t seed, int difficulty, int length) {
  const Seed root = derive(derive(seed, "platformer level", static_cast<std::uint64_t>(difficulty)),
                           "length", static_cast<std::uint64_t>(length));
  GeneratedLevel result;
  // Where many drafts fail, the next ones are easier; flat ground, at the latest, can be finished.
  for (int draft = 0;; ++draft) {
    const int eased = difficulty * std::max(0, max_drafts - draft) / max_drafts;
    result.text = Draft(derive(root, "draft", static_cast<std::uint64_t>(draft)),
                        (draft < max_drafts / 2 ? difficulty : eased) / 100.0, length)
                      .text();
    result.drafts = draft + 1;
    SolverLimits limits;
    limits.max_states = 4000;
    if (solve(parse_level(result.text, "draft"), limits).found) return result;
  }
}

std::shared_ptr<const Level> generated_level(std::uint64_t seed, int difficulty, int length) {
  using Key = std::tuple<std::uint64_t, int, int>;
  constexpr std::size_t most_kept = 4096;
  static std::mutex mutex;
  static std::map<Key, std::shared_ptr<const Level>> kept;
  const Key key{seed, difficulty, length};
  {
    const std::lock_guard lock(mutex);
    if (const auto found = kept.find(key); found != kept.end()) return found->second;
  }
  // Made outside of the lock: two threads may make the same level, which is the same either way.
  auto level =
      parse_level(generate_level(seed, difficulty, length).text, "level " + std::to_string(seed));
  const std::lock_guard lock(mutex);
  if (kept.size() >= most_kept) kept.clear();
  return kept.emplace(key, std::move(level)).first->second;
}

}  // namespace sandlot::platformer
