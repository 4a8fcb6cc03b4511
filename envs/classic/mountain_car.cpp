#include "envs/classic/mountain_car.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "envs/classic/palette.h"

namespace sandlot::classic {
namespace {

constexpr double leftmost = -1.2;
constexpr double rightmost = 0.6;
constexpr double top_speed = 0.07;
constexpr double goal = 0.5;
constexpr double engine = 0.001;
constexpr double gravity = 0.0025;

// The hill as it is drawn; the dynamics know only its slope.
double height(double position) { return 0.45 * std::sin(3 * position) + 0.55; }

}  // namespace

MountainCar::MountainCar(const Settings&) {
  spec_.name = "mountain_car";
  spec_.has_goal = true;
  const auto speed = static_cast<float>(top_speed);
  spec_.observation = Space::box(std::vector<float>{static_cast<float>(leftmost), -speed},
                                 std::vector<float>{static_cast<float>(rightmost), speed});
  spec_.observation_names = {"position", "velocity"};
  spec_.action = Space::discrete(3);
  spec_.action_names = {"left", "coast", "right"};
  spec_.action_keys = {"left", "", "right"};
  spec_.step_limit = 200;
  spec_.reward_low = spec_.reward_high = -1;
  spec_.frames_per_second = 30;
  spec_.real_time = true;
}

void MountainCar::reset(Seed seed) {
  state_ = {Random(derive(seed, "start")).uniform(-0.6, -0.4), 0};
  throttle_ = 0;
}

StepResult MountainCar::step(Action action) {
  throttle_ = static_cast<std::int8_t>(action.index - 1);
  double& p = state_.position;
  double& v = state_.velocity;
  v += throttle_ * engine - gravity * std::cos(3 * p);
  v = std::clamp(v, -top_speed, top_speed);
  p = std::clamp(p + v, leftmost, rightmost);
  if (p == leftmost && v < 0) v = 0;
  return {-1, goal_reached() ? Status::terminated : Status::running};
}

bool MountainCar::goal_reached() const { return state_.position >= goal && state_.velocity >= 0; }

void MountainCar::observe(std::span<float> out) const {
  out[0] = static_cast<float>(state_.position);
  out[1] = static_cast<float>(state_.velocity);
}

void MountainCar::events(EventSink& sink) const {
  if (state_.position >= goal) sink.add("reached_the_flag");
  if (state_.position == leftmost) sink.add("hit_the_wall");
}

void MountainCar::save(Writer& out) const {
  out.write(state_.position);
  out.write(state_.velocity);
  out.write(throttle_);
}

void MountainCar::load(Reader& in) {
  in.read(state_.position);
  in.read(state_.velocity);
  in.read(throttle_);
  const bool valid = state_.position >= leftmost && state_.position <= rightmost &&
                     std::abs(state_.velocity) <= top_speed && std::abs(int{throttle_}) <= 1;
  if (!valid) in.fail("the car's state is not valid");
}

void MountainCar::draw(Scene& scene) const {
  scene.begin(800, 500, palette::sky);
  scene.use_world({.center = {-0.3f, 0.66f}, .width = 1.9f, .y_up = true});
  scene.circle({-0.3f, 1.0f}, 0.09f, palette::amber.with_alpha(60));
  scene.circle({-0.3f, 1.0f}, 0.065f, palette::amber);
  constexpr int pieces = 120;
  std::array<Point, pieces + 3> far{}, hill{};
  for (int i = 0; i <= pieces; ++i) {
    const double x = leftmost - 0.1 + 2.0 * i / pieces;
    const auto at = static_cast<std::size_t>(i);
    far[at] = {static_cast<float>(x), static_cast<float>(0.4 + 0.16 * std::sin(5.3 * x + 1))};
    hill[at] = {static_cast<float>(x), static_cast<float>(height(x))};
  }
  far[pieces + 1] = hill[pieces + 1] = {0.8f, -0.5f};
  far[pieces + 2] = hill[pieces + 2] = {-1.3f, -0.5f};
  scene.polygon(far, palette::far_hill);
  scene.polygon(hill, palette::hill);
  scene.line(std::span(hill).first(pieces + 1), palette::grass, 0.022f);
  // The wall and the flag.
  scene.line({-1.2f, static_cast<float>(height(-1.2))},
             {-1.2f, static_cast<float>(height(-1.2)) + 0.22f}, palette::lava, 0.018f);
  const float foot = static_cast<float>(height(goal));
  scene.line({0.5f, foot}, {0.5f, foot + 0.2f}, palette::ink, 0.01f);
  const std::array cloth{Point{0.505f, foot + 0.2f}, Point{0.6f, foot + 0.165f},
                         Point{0.505f, foot + 0.13f}};
  scene.polygon(cloth, palette::lava);

  const double slope = std::atan(1.35 * std::cos(3 * state_.position));
  const auto sine = static_cast<float>(std::sin(slope)),
             cosine = static_cast<float>(std::cos(slope));
  const auto x = static_cast<float>(state_.position);
  const auto y = static_cast<float>(height(state_.position));
  // From the car's own axes, along and across the road, to the world's.
  const auto place = [=](float along, float across) {
    return Point{x + along * cosine - across * sine, y + along * sine + across * cosine};
  };
  const auto angle = static_cast<float>(slope);
  const std::array cabin{place(-0.04f, 0.06f), place(-0.028f, 0.098f), place(0.018f, 0.098f),
                         place(0.036f, 0.06f)};
  scene.polygon(cabin, palette::window, {palette::agent_dark, 0.008f});
  scene.rectangle(place(0, 0.047f), 0.15f, 0.042f, palette::agent, 0.014f, angle);
  scene.rectangle(place(0.07f, 0.05f), 0.012f, 0.016f, palette::amber, 0.004f, angle);
  for (const float wheel : {-0.043f, 0.043f})
    scene.circle(place(wheel, 0.024f), 0.021f, palette::ink, {palette::tile, 0.007f});
  if (throttle_ != 0) {  // exhaust
    const float side = static_cast<float>(throttle_);
    scene.circle(place(-side * 0.095f, 0.035f), 0.013f, palette::muted.with_alpha(150));
    scene.circle(place(-side * 0.122f, 0.047f), 0.017f, palette::muted.with_alpha(90));
  }
}

}  // namespace sandlot::classic
