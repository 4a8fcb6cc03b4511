// MOBIL, "minimizing overall braking induced by lane changes" (Kesting, Treiber & Helbing 2007,
// "General lane-changing model MOBIL for car-following models", eqs. 2 and 3).
#pragma once

namespace sandlot::city {

struct Mobil {
  float politeness = 0.2f;    // p
  float threshold = 0.2f;     // Δa_th, m/s²
  float safe_braking = 2.0f;  // b_safe: nobody is made to brake harder, m/s²
};

// Accelerations in m/s² of the one who may change (own), of who would follow it in the new lane
// and of who follows it in the old one: now, and after the change. A follower that is not there has
// 0 in both.
struct LaneChange {
  float own = 0, own_after = 0;
  float new_follower = 0, new_follower_after = 0;
  float old_follower = 0, old_follower_after = 0;
};

// What is gained over the threshold; a change is wanted where it is above 0.
inline float mobil_incentive(const Mobil& m, const LaneChange& c) {
  return c.own_after - c.own +
         m.politeness *
             (c.new_follower_after - c.new_follower + c.old_follower_after - c.old_follower) -
         m.threshold;
}

inline bool mobil_safe(const Mobil& m, const LaneChange& c) {
  return c.new_follower_after >= -m.safe_braking;
}

}  // namespace sandlot::city
