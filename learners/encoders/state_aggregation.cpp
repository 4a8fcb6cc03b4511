#include "learners/encoders/state_aggregation.h"

namespace sandlot {
void StateAggregation::Settings::fields(Fields& f) {
  f.component("clusterer", "name", clusterer, "what finds the cells");
  f.integer("warm_up", warm_up, "steps of random play, over all copies, to find them in",
            Range::between(1, 1e8));
  const bool open = !clusterer.get() || clusterer->most_clusters() == 0;
  f.when(open, "a clusterer that finds its own number of clusters", [&] {
    f.integer("cells", cells, "the most cells; one more is for what belongs to none of them",
              Range::between(1, 1000000));
  });
  f.boolean("online", online, "whether cells go on moving with what training shows");
}

void StateAggregation::Settings::check(const Space& observation, Issues& issues) const {
  clusterer->check(observation, issues);
  if (online && !clusterer->facts().incremental)
    issues.add("online", std::string(clusterer.chosen()) +
                             " learns from all observations at once; expected false, or k_means");
  if (warm_up < clusterer->most_clusters())
    issues.add("warm_up", "expected at least as many steps as there are clusters, " +
                              std::to_string(clusterer->most_clusters()));
}

Space StateAggregation::Settings::output(const Space&) const {
  const int most = clusterer->most_clusters();
  return Space::discrete(most > 0 ? most : cells + 1);
}

StateAggregation::StateAggregation(const Settings& settings, const Space& observation, Seed seed)
    : width_(observation.size()),
      cells_(settings.output(observation).n),
      online_(settings.online),
      scaling_(width_),
      clusterer_(settings.clusterer->make(scaled_space(width_), seed)) {}

void StateAggregation::fit(std::span<const float> observations) {
  scaling_.fit(observations);
  pending_.clear();
  scratch_.resize(observations.size());
  scaling_.apply(observations, scratch_);
  clusterer_->fit(MatrixMap(scratch_.data(),
                            static_cast<Eigen::Index>(observations.size() / width_),
                            static_cast<Eigen::Index>(width_)));
}

void StateAggregation::learn(std::span<const float> observations) {
  if (!online_) return;
  for (std::size_t at = 0; at < observations.size(); at += width_) {
    pending_.resize(pending_.size() + width_);
    scaling_.apply(observations.subspan(at, width_), std::span(pending_).last(width_));
    if (pending_.size() < kRows * width_) continue;
    clusterer_->partial_fit(MatrixMap(pending_.data(), kRows, static_cast<Eigen::Index>(width_)));
    pending_.clear();
  }
}

void StateAggregation::encode(std::span<const float> from, std::span<float> to) const {
  scratch_.resize(width_);
  for (std::size_t row = 0; row < to.size(); ++row) {
    scaling_.apply(from.subspan(row * width_, width_), scratch_);
    const std::int32_t cell = clusterer_->predict_row(scratch_);
    to[row] = static_cast<float>(cell == kNoCluster || cell >= cells_ ? cells_ - 1 : cell);
  }
}

void StateAggregation::save(Writer& out) const {
  scaling_.save(out);
  clusterer_->save(out);
  out.write(pending_);
}

void StateAggregation::load(Reader& in) {
  scaling_.load(in);
  clusterer_->load(in);
  in.read(pending_);
  if (pending_.size() % width_ != 0 || pending_.size() >= kRows * width_)
    in.fail("what is to be learnt from has another size");
  if (!clusterer_->fitted()) in.fail("the cells were not found yet");
}

}  // namespace sandlot
