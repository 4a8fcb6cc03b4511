// Lines of points: what streets, lanes and kerbs are made of.
#pragma once

#include <span>
#include <vector>

#include "envs/city/map.h"

namespace sandlot::city {

using Polyline = std::vector<Vec2>;

float length_of(std::span<const Vec2> line);
// Without points closer than `gap` to the one before; the last point stays.
Polyline without_short_steps(std::span<const Vec2> line, float gap);
// The part from arc length `begin` to `end`, 0 ≤ begin < end ≤ length.
Polyline part_of(std::span<const Vec2> line, float begin, float end);
// Parallel, `offset` to the left; loops on the inner side of tight bends are left out.
Polyline parallel_to(std::span<const Vec2> line, float offset);
// Corners replaced by arcs of about this radius, where the segments are long enough for it.
Polyline rounded(std::span<const Vec2> line, float radius);
Polyline reversed(std::span<const Vec2> line);
// Position and direction at arc length s, taken into the line.
Pose at(std::span<const Vec2> line, float s);
// Arc length of the line's point nearest to p.
float nearest_s(std::span<const Vec2> line, Vec2 p);
// A cubic Bézier curve that leaves `from` and reaches `to` in their directions; `from` and `to`
// included, a point for each `step` metres or less.
Polyline smooth_path(Pose from, Pose to, float step);
// Twice the signed area: positive for counter-clockwise outlines.
float signed_area(std::span<const Vec2> outline);
bool inside(std::span<const Vec2> outline, Vec2 p);
// Where the segments a–b and c–d cross: the share of a–b in `t`, of c–d in `u`, both in [0, 1].
bool segments_cross(Vec2 a, Vec2 b, Vec2 c, Vec2 d, float& t, float& u);

}  // namespace sandlot::city
