#include "envs/classic/xor.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

float wanted(std::int32_t pattern) { return pattern == 1 || pattern == 2 ? 1.0f : 0.0f; }

}  // namespace

Xor::Xor(const Settings&) {
  spec_.name = "xor";
  spec_.observation = Space::box({2}, 0, 1);
  spec_.observation_names = {"a", "b"};
  spec_.action = Space::box({1}, 0, 1);
  spec_.step_limit = 4;
  spec_.reward_low = 0;
  spec_.reward_high = 16;
  spec_.frames_per_second = 1;
  spec_.has_goal = true;
}

StepResult Xor::step(Action action) {
  const float answer = action.values[0];
  const std::int32_t pattern = std::min(shown_, 3);
  answers_[static_cast<std::size_t>(pattern)] = answer;
  const float error = std::abs(answer - wanted(pattern));
  error_ += error;
  if (error < 0.5f) ++right_;
  shown_ = pattern + 1;
  if (shown_ < 4) return {0, Status::running};
  return {(4 - error_) * (4 - error_), Status::terminated};
}

void Xor::observe(std::span<float> out) const {
  const std::int32_t pattern = std::min(shown_, 3);
  out[0] = static_cast<float>(pattern / 2);
  out[1] = static_cast<float>(pattern % 2);
}

void Xor::save(Writer& out) const {
  out.write(shown_);
  out.write(right_);
  out.write(error_);
  out.write(answers_);
}

void Xor::load(Reader& in) {
  in.read(shown_);
  in.read(right_);
  in.read(error_);
  in.read(answers_);
  if (shown_ < 0 || shown_ > 4 || right_ < 0 || right_ > shown_ || !(error_ >= 0 && error_ <= 4))
    in.fail("the answers are not valid");
  for (const float answer : answers_)
    if (!(answer >= 0 && answer <= 1)) in.fail("an answer is outside [0, 1]");
}

// The truth table, with the answers as far as they were given.
void Xor::draw(Scene& scene) const {
  scene.begin(480, 400, palette::background);
  scene.use_world({.center = {0, 0}, .width = 12, .y_up = true});
  scene.text({-4, 4}, "a", 0.6f, palette::muted, Align::center);
  scene.text({-2, 4}, "b", 0.6f, palette::muted, Align::center);
  scene.text({0.4f, 4}, "a xor b", 0.6f, palette::muted, Align::center);
  scene.text({3.8f, 4}, "answer", 0.6f, palette::muted, Align::center);
  for (std::int32_t i = 0; i < 4; ++i) {
    const float y = 2.8f - 2 * static_cast<float>(i);
    scene.rectangle({0, y}, 11, 1.7f, i == shown_ ? palette::wind : palette::tile, 0.2f);
    const auto digit = [&](float x, int value) {
      scene.text({x, y - 0.3f}, value == 1 ? "1" : "0", 0.9f, palette::ink, Align::center, true);
    };
    digit(-4, i / 2);
    digit(-2, i % 2);
    digit(0.4f, wanted(i) > 0.5f ? 1 : 0);
    if (i >= shown_) continue;
    const float answer = answers_[static_cast<std::size_t>(i)];
    const Color color = std::abs(answer - wanted(i)) < 0.5f ? palette::goal : palette::lava;
    scene.rectangle({3.8f, y}, 2.4f, 0.9f, palette::board, 0.2f);
    if (answer > 0.01f)
      scene.rectangle({2.6f + 1.2f * answer, y}, 2.4f * answer, 0.9f, color,
                      std::min(0.2f, 1.2f * answer));
    char text[16];
    std::snprintf(text, sizeof text, "%.2f", static_cast<double>(answer));
    scene.text({3.8f, y - 0.2f}, text, 0.6f, palette::ink, Align::center);
  }
}

}  // namespace sandlot::classic
