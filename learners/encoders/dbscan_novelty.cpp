#include "learners/encoders/dbscan_novelty.h"

#include <algorithm>

namespace sandlot {
void DbscanNovelty::Settings::fields(Fields& f) {
  f.number("radius", radius, "in deviations; what lies within it is near", Range::above(0));
  f.integer("min_rows", min_rows, "as many near each other are familiar", Range::between(1, 1000));
  f.integer("memory", memory, "observations kept, a uniform sample of all of training",
            Range::between(10, 1000000));
  f.integer("every", every, "observations after which clusters are found anew",
            Range::between(10, 1e9));
}

void DbscanNovelty::Settings::check(const Space& observation, Issues& issues) const {
  if (observation.is_discrete())
    issues.add("", "a discrete observation's numbers have no distances; expected a box");
}

DbscanNovelty::DbscanNovelty(const Settings& settings, const Space& observation, Seed seed)
    : settings_(settings),
      width_(observation.size()),
      random_(derive(seed, "reservoir")),
      scaling_(width_),
      dbscan_({.radius = settings.radius, .min_rows = settings.min_rows}, scaled_space(width_),
              derive(seed, "dbscan")) {}

void DbscanNovelty::keep(std::span<const float> observation) {
  ++seen_;
  const auto memory = static_cast<std::size_t>(settings_.memory);
  if (sample_.size() < memory * width_) {
    sample_.insert(sample_.end(), observation.begin(), observation.end());
    return;
  }
  const auto at = static_cast<std::uint64_t>(random_.uniform() * static_cast<double>(seen_));
  if (at < memory)
    std::copy(observation.begin(), observation.end(),
              sample_.begin() + static_cast<std::ptrdiff_t>(at * width_));
}

void DbscanNovelty::find() {
  scaling_.fit(sample_);
  std::vector<float> rows(sample_.size());
  scaling_.apply(sample_, rows);
  dbscan_.fit(MatrixMap(rows.data(), static_cast<Eigen::Index>(rows.size() / width_),
                        static_cast<Eigen::Index>(width_)));
}

void DbscanNovelty::learn(std::span<const float> observations) {
  for (std::size_t at = 0; at < observations.size(); at += width_) {
    keep(observations.subspan(at, width_));
    if (seen_ % settings_.every == 0) find();
  }
}

bool DbscanNovelty::unfamiliar(std::span<const float> observation) const {
  if (!dbscan_.fitted()) return false;
  scratch_.resize(width_);
  scaling_.apply(observation, scratch_);
  return dbscan_.predict_row(scratch_) == kNoCluster;
}

void DbscanNovelty::save(Writer& out) const {
  random_.save(out);
  out.write(seen_);
  out.write(sample_);
  scaling_.save(out);
  dbscan_.save(out);
}

void DbscanNovelty::load(Reader& in) {
  random_.load(in);
  in.read(seen_);
  in.read(sample_);
  if (seen_ < 0 || sample_.size() % width_ != 0 ||
      sample_.size() > static_cast<std::size_t>(settings_.memory) * width_)
    in.fail("the sample has another size");
  scaling_.load(in);
  dbscan_.load(in);
}

}  // namespace sandlot
