// The intelligent driver model (Treiber, Hennecke & Helbing 2000, "Congested traffic states in
// empirical observations and microscopic simulations", eqs. 1–3):
//
//   dv/dt = a [1 − (v/v0)^4 − (s*/s)²],   s* = s0 + max(0, vT + vΔv / (2√(ab))),
//
// with the gap s to the vehicle ahead in metres, v in m/s and Δv the speed of approach.
#pragma once

#include <algorithm>
#include <cmath>

namespace sandlot::city {

struct Idm {
  float acceleration = 1.5f;  // a, m/s²
  float braking = 2.0f;       // b, comfortable, m/s²
  float headway = 1.2f;       // T, s
  float gap = 2.0f;           // s0, m
};

// No car brakes harder.
constexpr float hardest_braking = 8.0f;
constexpr float least_gap = 0.1f;  // a gap in the formula is never smaller

// 1 − (v/v0)^4. The model brakes unreasonably hard where a limit falls, so that above v0 no more
// than comfortably is braked.
inline float idm_freedom(const Idm& m, float v, float v0) {
  const float share = v / v0;
  const float squared = share * share;
  return std::max(1 - squared * squared, -m.braking / m.acceleration);
}

// s*/s towards a leader `gap` ahead whom one approaches by `approach` m/s.
inline float idm_pressure(const Idm& m, float v, float gap, float approach) {
  const float wanted =
      m.gap +
      std::max(0.0f, v * m.headway + v * approach / (2 * std::sqrt(m.acceleration * m.braking)));
  return wanted / std::max(gap, least_gap);
}

inline float idm_acceleration(const Idm& m, float freedom, float pressure) {
  return std::max(m.acceleration * (freedom - pressure * pressure), -hardest_braking);
}

inline float idm_acceleration(const Idm& m, float v, float v0, float gap, float approach) {
  return idm_acceleration(m, idm_freedom(m, v, v0), idm_pressure(m, v, gap, approach));
}

// The gap at which all drive at v < v0 for ever: s_e(v) = (s0 + vT) / √(1 − (v/v0)^4).
inline double idm_equilibrium_gap(const Idm& m, double v, double v0) {
  const double share = v / v0;
  return (m.gap + v * m.headway) / std::sqrt(1 - share * share * share * share);
}

// The speed at which a gap ≥ s0 stays: the inverse of the above, by bisection.
inline double idm_equilibrium_speed(const Idm& m, double gap, double v0) {
  double low = 0, high = v0;
  for (int i = 0; i < 100; ++i) {
    const double v = (low + high) / 2;
    (idm_equilibrium_gap(m, v, v0) < gap ? low : high) = v;
  }
  return low;
}

// One step of constant acceleration (the ballistic update, Treiber & Kanagaraj 2015, "Comparing
// numerical integration schemes for time-continuous car-following models"); nobody rolls backward.
// Returns how far it went.
inline float advance(float& v, float acceleration, float dt) {
  const float next = v + acceleration * dt;
  if (next < 0) {
    const float way = acceleration < 0 ? -v * v / (2 * acceleration) : 0.0f;
    v = 0;
    return way;
  }
  const float way = (v + next) * dt / 2;
  v = next;
  return way;
}

}  // namespace sandlot::city
