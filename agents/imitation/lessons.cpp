#include "agents/imitation/lessons.h"

#include <cmath>

namespace sandlot {
namespace {

MatrixMap rows_of(const Lessons& lessons, const Classifier& classifier) {
  return {lessons.seen.data(), static_cast<Eigen::Index>(lessons.size()),
          static_cast<Eigen::Index>(classifier.input().size())};
}

}  // namespace

void Lessons::add(std::span<const float> observations, std::span<const std::int32_t> actions) {
  seen.insert(seen.end(), observations.begin(), observations.end());
  said.insert(said.end(), actions.begin(), actions.end());
}

void Lessons::teach(Classifier& classifier) const {
  classifier.fit(rows_of(*this, classifier), said);
}

double Lessons::agreement(const Classifier& classifier) const {
  const auto taken = classifier.predict(rows_of(*this, classifier));
  double same = 0;
  for (std::size_t i = 0; i < said.size(); ++i) same += taken[i] == said[i];
  return same / static_cast<double>(said.size());
}

void Lessons::save(Writer& out) const {
  out.write(seen);
  out.write(said);
}

void Lessons::load(Reader& in, const Space& observation, int actions) {
  in.read(seen);
  in.read(said);
  if (seen.size() != said.size() * observation.size())
    in.fail("there are more observations than answers, or fewer");
  for (const float& value : seen)
    if (observation.is_discrete() ? !observation.contains(&value) : !std::isfinite(value))
      in.fail("an observation is outside its space");
  for (const auto action : said)
    if (action < 0 || action >= actions) in.fail("an action is out of range");
}

}  // namespace sandlot
