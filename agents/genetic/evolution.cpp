#include "agents/genetic/evolution.h"

#include <algorithm>
#include <cmath>

namespace sandlot {

void EvolvedPolicy::act(int rows, std::span<const float> observations,
                        std::span<const std::uint8_t> legal, std::span<std::int32_t> actions,
                        std::span<float> continuous, Random&) {
  network_.act(genome_, rows, observations, legal, actions, continuous);
}

void EvolvedPolicy::load(Reader& in) {
  const std::size_t genes = genome_.size();
  in.read(genome_);
  if (genome_.size() != genes) in.fail("the genome is of another size");
  for (const float gene : genome_)
    if (!std::isfinite(gene)) in.fail("a gene is not finite");
}

Evolution::Evolution(std::span<const std::int64_t> hidden, const EnvironmentSpec& spec, int copies)
    : policy_(spec, hidden), ended_(static_cast<std::size_t>(copies)) {
  if (spec.action.is_discrete())
    actions_.resize(ended_.size());
  else
    continuous_.resize(ended_.size() * spec.action.size());
}

void Evolution::set_search(std::unique_ptr<PopulationSearch> search) {
  search_ = std::move(search);
  policy_.set_genome(search_->best());
}

std::string Evolution::describe() const {
  const Matrix& all = search_->population();
  return std::to_string(all.rows()) + " genomes of " + std::to_string(all.cols()) + " weights, " +
         std::to_string(ended_.size()) + (ended_.size() == 1 ? " episode each" : " episodes each");
}

void Evolution::train(TrainingContext& training) {
  while (training.proceed(*this)) {
    VectorEnvironment& world = training.environment();
    world.reset();
    Writer start;
    world.save(start);
    const Matrix& all = search_->population();
    std::vector<double> fitness(static_cast<std::size_t>(all.rows()));
    for (std::size_t i = 0; i < fitness.size(); ++i) {
      if (i > 0) {
        Reader in(start.bytes());
        world.load(in);
      }
      fitness[i] = measure(training, {all.row(static_cast<Eigen::Index>(i)).data(),
                                      static_cast<std::size_t>(all.cols())});
    }
    double sum = 0;
    for (const double f : fitness) sum += f;
    training.report("best", *std::max_element(fitness.begin(), fitness.end()));
    training.report("mean", sum / static_cast<double>(fitness.size()));
    training.report("step_size", search_->step_size());
    search_->tell(fitness);
    policy_.set_genome(search_->best());
  }
}

// Rows that have ended play on until all have, and count no more.
double Evolution::measure(TrainingContext& training, std::span<const float> genome) {
  VectorEnvironment& world = training.environment();
  std::fill(ended_.begin(), ended_.end(), std::uint8_t{0});
  finished_.clear();
  double sum = 0;
  std::int64_t steps = 0;
  while (finished_.size() < ended_.size()) {
    policy_.network().act(genome, world.size(), world.observations(), world.legal_actions(),
                          actions_, continuous_);
    world.step({.discrete = actions_, .continuous = continuous_});
    steps += world.size();
    for (const EpisodeRecord& record : world.finished()) {
      auto& ended = ended_[static_cast<std::size_t>(record.row)];
      if (ended) continue;
      ended = 1;
      sum += record.episode_return;
      finished_.push_back(record);
    }
  }
  training.count(steps, finished_);
  return sum / static_cast<double>(ended_.size());
}

void Evolution::save(Writer& out) const {
  out.tag("evolution");
  policy_.save(out);
  search_->save(out);
}

void Evolution::load(Reader& in) {
  in.expect_tag("evolution");
  policy_.load(in);
  search_->load(in);
}

void check_evolution(const EnvironmentSpec& spec, Issues& issues) {
  if (spec.observation.is_discrete())
    issues.add("name", "evolves networks, which need observations in a box");
  if (spec.step_limit == 0)
    issues.add("name",
               "needs a world whose episodes end: set wrappers.step_limit, or one that never ends "
               "would never be measured");
}

}  // namespace sandlot
