#include "envs/city/polyline.h"

#include <algorithm>
#include <limits>
#include <numbers>

namespace sandlot::city {
namespace {

constexpr float kPi = std::numbers::pi_v<float>;

Vec2 unit(Vec2 v) {
  const float d = length(v);
  return d > 0 ? v * (1 / d) : Vec2{1, 0};
}

}  // namespace

float length_of(std::span<const Vec2> line) {
  float sum = 0;
  for (std::size_t i = 1; i < line.size(); ++i) sum += distance(line[i - 1], line[i]);
  return sum;
}

Polyline without_short_steps(std::span<const Vec2> line, float gap) {
  Polyline result;
  for (const Vec2 p : line)
    if (result.empty() || distance(result.back(), p) >= gap) result.push_back(p);
  if (line.size() >= 2 && result.back() != line.back()) {
    if (result.size() > 1)
      result.back() = line.back();
    else
      result.push_back(line.back());
  }
  return result;
}

Polyline part_of(std::span<const Vec2> line, float begin, float end) {
  Polyline result{at(line, begin).position};
  float s = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    s += distance(line[i - 1], line[i]);
    if (s > begin + 0.01f && s < end - 0.01f) result.push_back(line[i]);
  }
  result.push_back(at(line, end).position);
  return result;
}

Polyline parallel_to(std::span<const Vec2> line, float offset) {
  const std::size_t n = line.size();
  Polyline moved(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Vec2 before = unit(line[i] - line[i > 0 ? i - 1 : 0]);
    const Vec2 after = unit(line[i + 1 < n ? i + 1 : i] - line[i]);
    const Vec2 in = i > 0 ? before : after, out = i + 1 < n ? after : before;
    const Vec2 bisector = unit(left_of(in) + left_of(out));
    // The mitre, at most twice the offset.
    const float cosine = std::max(dot(bisector, left_of(out)), 0.5f);
    moved[i] = line[i] + bisector * (offset / cosine);
  }
  Polyline result{moved[0]};
  for (std::size_t i = 1; i < n; ++i) {
    const Vec2 along = line[i] - line[i - 1];
    const bool last = i + 1 == n;
    // A segment that runs backward is the loop of an inner bend.
    while (last && result.size() > 1 && dot(moved[i] - result.back(), along) <= 0)
      result.pop_back();
    if (last || dot(moved[i] - result.back(), along) > 0.05f * length(along))
      result.push_back(moved[i]);
  }
  return without_short_steps(result, 0.02f);
}

Polyline rounded(std::span<const Vec2> line, float radius) {
  constexpr float kSharp = 0.05f;  // rad: less is no corner
  constexpr float kStep = 0.12f;   // rad between the points of an arc
  if (line.size() < 3) return {line.begin(), line.end()};
  Polyline result{line[0]};
  for (std::size_t i = 1; i + 1 < line.size(); ++i) {
    const Vec2 in = line[i] - line[i - 1], out = line[i + 1] - line[i];
    const float bend = wrap_angle(heading_of(out) - heading_of(in));
    if (std::abs(bend) < kSharp) {
      result.push_back(line[i]);
      continue;
    }
    const float half = std::min(std::abs(bend), kPi * 0.9f) / 2;
    const float room = 0.45f * std::min(length(in), length(out));
    const float cut = std::min(radius * std::tan(half), room);
    const Vec2 a = line[i] - unit(in) * cut, b = line[i] + unit(out) * cut;
    const int steps = std::max(2, static_cast<int>(std::abs(bend) / kStep));
    for (int k = 0; k <= steps; ++k) {  // a quadratic Bézier curve is near enough to an arc
      const float t = static_cast<float>(k) / static_cast<float>(steps);
      result.push_back(a * ((1 - t) * (1 - t)) + line[i] * (2 * t * (1 - t)) + b * (t * t));
    }
  }
  result.push_back(line.back());
  return without_short_steps(result, 0.05f);
}

Polyline reversed(std::span<const Vec2> line) { return {line.rbegin(), line.rend()}; }

Pose at(std::span<const Vec2> line, float s) {
  float begin = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const Vec2 along = line[i] - line[i - 1];
    const float step = length(along);
    if ((s <= begin + step || i + 1 == line.size()) && step > 0) {
      const float t = std::clamp((s - begin) / step, 0.0f, 1.0f);
      return {line[i - 1] + along * t, heading_of(along)};
    }
    begin += step;
  }
  return {line.empty() ? Vec2{} : line.front(), 0};
}

float nearest_s(std::span<const Vec2> line, Vec2 p) {
  float best = std::numeric_limits<float>::max(), result = 0, begin = 0;
  for (std::size_t i = 1; i < line.size(); ++i) {
    const Vec2 along = line[i] - line[i - 1];
    const float square = dot(along, along);
    const float t = square > 0 ? std::clamp(dot(p - line[i - 1], along) / square, 0.0f, 1.0f) : 0;
    const float d = distance(line[i - 1] + along * t, p);
    if (d < best) {
      best = d;
      result = begin + t * std::sqrt(square);
    }
    begin += std::sqrt(square);
  }
  return result;
}

Polyline smooth_path(Pose from, Pose to, float step) {
  const Vec2 across = to.position - from.position;
  const float apart = length(across);
  const float bend = wrap_angle(to.heading - from.heading);
  Vec2 leave = direction(from.heading), reach = direction(to.heading);
  const bool straight = std::abs(bend) < 0.02f && std::abs(cross(leave, across)) < 0.02f * apart;
  if (straight && dot(leave, across) > 0) return {from.position, to.position};
  // The length of the handles for an arc of this angle (Riškus 2006); longer ones where the path
  // turns back, so that it has room.
  float handle = apart * 0.45f;
  if (std::abs(bend) > 0.1f && std::abs(bend) < 2.6f) {
    const float radius = apart / (2 * std::sin(std::abs(bend) / 2));
    handle = std::min(4.0f / 3 * std::tan(std::abs(bend) / 4) * radius, apart);
  } else if (std::abs(bend) >= 2.6f) {
    handle = std::max(apart, 8.0f);
    const float flare = bend > 0 ? -0.3f : 0.3f;
    leave = direction(from.heading + (apart < 6 ? flare : 0));
    reach = direction(to.heading - (apart < 6 ? flare : 0));
  }
  handle = std::max(handle, 1.0f);
  const Vec2 a = from.position + leave * handle, b = to.position - reach * handle;
  const float rough = (apart + 2 * handle + distance(a, b)) / 2;
  const float finer = std::abs(bend) > 2 ? 2.5f : 1.5f;
  const int steps = std::max(10, static_cast<int>(std::ceil(finer * rough / step)));
  Polyline result;
  for (int k = 0; k <= steps; ++k) {
    // Denser at the ends, where the first and last pieces give the lane its directions.
    const float even = static_cast<float>(k) / static_cast<float>(steps);
    const float t = even * even * (3 - 2 * even), u = 1 - t;
    result.push_back(from.position * (u * u * u) + a * (3 * u * u * t) + b * (3 * u * t * t) +
                     to.position * (t * t * t));
  }
  result.front() = from.position;
  result.back() = to.position;
  return without_short_steps(result, 0.02f);
}

float signed_area(std::span<const Vec2> outline) {
  float sum = 0;
  for (std::size_t i = 0; i < outline.size(); ++i)
    sum += cross(outline[i] - outline[0], outline[(i + 1) % outline.size()] - outline[0]);
  return sum;
}

bool inside(std::span<const Vec2> outline, Vec2 p) {
  bool in = false;
  for (std::size_t i = 0, j = outline.size() - 1; i < outline.size(); j = i++) {
    const Vec2 a = outline[i], b = outline[j];
    if ((a.y > p.y) != (b.y > p.y) && p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y)) in = !in;
  }
  return in;
}

bool segments_cross(Vec2 a, Vec2 b, Vec2 c, Vec2 d, float& t, float& u) {
  const Vec2 ab = b - a, cd = d - c;
  const float area = cross(ab, cd);
  if (area == 0) return false;
  t = cross(c - a, cd) / area;
  u = cross(c - a, ab) / area;
  return t >= 0 && t <= 1 && u >= 0 && u <= 1;
}

}  // namespace sandlot::city
