// The reward of one step: a sum of terms, each weighted by the settings.
#pragma once

#include <algorithm>
#include <cmath>

#include "envs/city/city_world.h"

namespace sandlot::city {

inline double reward_of(const World& world, const RewardSettings& weights) {
  const double dt = static_cast<double>(step_time);
  double sum = weights.time * dt + weights.progress * static_cast<double>(world.progress());
  const double over = static_cast<double>(world.car().speed() - world.limit());
  sum += weights.speeding * std::clamp(over, 0.0, 20.0) * dt;
  // A jerk up to 2 m/s³ is comfortable (Hoberock 1977); a crash is no matter of comfort.
  const double jerk = static_cast<double>(std::abs(world.jerk()));
  sum += weights.discomfort * std::clamp(jerk - 2, 0.0, 80.0) * dt;
  sum += weights.off_centre * std::min(std::abs(static_cast<double>(world.route().offset())), 4.0) *
         dt;
  if (world.off_road()) sum += weights.off_road * dt;
  if (world.wrong_way()) sum += weights.wrong_way * dt;
  for (const Event event : world.events()) {
    switch (event) {
      case Event::collision_pedestrian:
        sum += weights.pedestrian;
        break;
      case Event::collision_vehicle:
        sum += weights.vehicle;
        break;
      case Event::collision_obstacle:
        sum += weights.obstacle;
        break;
      case Event::red_light:
        sum += weights.red_light;
        break;
      case Event::stop_sign:
        sum += weights.stop_sign;
        break;
      case Event::not_yielded:
        sum += weights.not_yielded;
        break;
      case Event::blocked:
        sum += weights.blocked;
        break;
      case Event::arrived:
        sum += weights.arrival;
        break;
      default:
        break;
    }
  }
  return sum;
}

}  // namespace sandlot::city
