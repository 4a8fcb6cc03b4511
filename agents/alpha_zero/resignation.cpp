#include "agents/alpha_zero/resignation.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

double Resignation::wrong_share(double threshold) const {
  double all = 0, wrong = 0;
  for (const Side& side : sides_) {
    if (side.lowest >= threshold) continue;
    ++all;
    if (!side.lost) ++wrong;
  }
  return all > 0 ? wrong / all : 0;
}

void Resignation::learn(double lowest, bool lost) {
  if (sides_.size() < kRemembered) {
    sides_.push_back({lowest, lost});
  } else {
    sides_[next_] = {lowest, lost};
    next_ = (next_ + 1) % kRemembered;
  }
  adjust();
}

// The highest of the setting and of what those were at who did not lose, at which few enough would
// have been wrong.
void Resignation::adjust() {
  std::vector<double> tried{settings_.below};
  for (const Side& side : sides_)
    if (!side.lost && side.lowest < settings_.below) tried.push_back(side.lowest);
  std::sort(tried.begin(), tried.end(), std::greater<>());
  for (const double t : tried) {
    threshold_ = t;
    if (wrong_share(t) <= settings_.most_wrong) return;
  }
}

void Resignation::save(Writer& out) const {
  out.write(threshold_);
  out.write<std::uint64_t>(next_);
  out.write<std::uint64_t>(sides_.size());
  for (const Side& side : sides_) {
    out.write(side.lowest);
    out.write(side.lost);
  }
}

void Resignation::load(Reader& in) {
  const auto threshold = in.read<double>();
  const auto next = in.read<std::uint64_t>();
  const std::size_t count = in.read_count(sizeof(double) + 1);
  if (count > kRemembered || next >= kRemembered || (count < kRemembered && next != 0))
    in.fail("more ends of games than are remembered");
  if (!(std::abs(threshold) <= 1)) in.fail("the threshold of giving up is none");
  std::vector<Side> sides(count);
  for (Side& side : sides) {
    in.read(side.lowest);
    in.read(side.lost);
    if (!(std::abs(side.lowest) <= 2)) in.fail("an expectation is out of its bounds");
  }
  threshold_ = threshold;
  next_ = next;
  sides_ = std::move(sides);
}

}  // namespace sandlot
