#include "learners/ensemble/bagging.h"

#include <algorithm>
#include <cmath>

#include "learners/ensemble/random_forest.h"
#include "sim/core/thread_pool.h"

namespace sandlot {
namespace {

// Above that mean a Poisson number is as good as normal.
constexpr double kLargeMean = 50;

float poisson(double mean, Random& random) {
  if (mean > kLargeMean)
    return static_cast<float>(std::max(0.0, std::round(mean + std::sqrt(mean) * random.normal())));
  const double limit = std::exp(-mean);  // Knuth
  int count = 0;
  for (double product = random.uniform(); product > limit; product *= random.uniform()) ++count;
  return static_cast<float>(count);
}

void refuse_batch_only(const LearnerFacts& facts) {
  if (!facts.incremental)
    throw std::logic_error("bagging learns in parts only where its base learner does");
}

}  // namespace

std::vector<float> poisson_counts(std::span<const float> weights, Random& random) {
  std::vector<float> counts;
  for (const float weight : weights) counts.push_back(poisson(static_cast<double>(weight), random));
  return counts;
}

template <class Member>
template <class Work>
void Bag<Member>::for_members(Work work) {
  ThreadPool pool(threads_);
  pool.run(static_cast<int>(members.size()), [&](int begin, int end) {
    for (int i = begin; i < end; ++i) work(static_cast<std::size_t>(i));
  });
}

template <class Member>
template <class Targets>
void Bag<Member>::fit(const MatrixView& x, const Targets& targets, std::span<const float> weights) {
  for_members([&](std::size_t i) {
    Random random(derive(seed_, "bootstrap", i));
    members[i]->fit(x, targets, bootstrap_counts(weights, random));
    online_[i] = Random(derive(seed_, "online", i));
  });
}

template <class Member>
template <class Targets>
void Bag<Member>::partial_fit(const MatrixView& x, const Targets& targets,
                              std::span<const float> weights) {
  for_members([&](std::size_t i) {
    std::vector<float> counts = poisson_counts(weights, online_[i]);
    // A member that has learnt nothing could not answer: it learns from all of its first part.
    if (!members[i]->fitted()) counts.assign(weights.begin(), weights.end());
    const bool any = std::any_of(counts.begin(), counts.end(), [](float c) { return c > 0; });
    if (any) members[i]->partial_fit(x, targets, counts);
  });
}

template <class Member>
void Bag<Member>::save(Writer& out) const {
  for (const auto& member : members) member->save(out);
  for (const Random& random : online_) random.save(out);
}

template <class Member>
void Bag<Member>::load(Reader& in) {
  for (const auto& member : members) member->load(in);
  for (Random& random : online_) random.load(in);
  for (const auto& member : members)
    if (member->fitted() != members[0]->fitted()) in.fail("some members have learnt, others not");
}

BaggingRegressor::BaggingRegressor(const Settings& settings, const Space& input, int outputs,
                                   Seed seed)
    : Regressor(input, outputs),
      facts_(settings.base.facts()),
      bag_(settings.count, settings.threads, seed) {
  for (int i = 0; i < settings.count; ++i)
    bag_.members.push_back(
        settings.base->make(input, outputs, derive(seed, "member", static_cast<std::uint64_t>(i))));
}

void BaggingRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                              std::span<const float> weights) {
  bag_.fit(x, y, weights);
}

void BaggingRegressor::do_partial_fit(const MatrixView& x, const MatrixView& y,
                                      std::span<const float> weights) {
  refuse_batch_only(facts_);
  bag_.partial_fit(x, y, weights);
}

Matrix BaggingRegressor::do_predict(const MatrixView& x) const {
  Matrix mean = Matrix::Zero(x.rows(), outputs());
  for (const auto& member : bag_.members) mean += member->predict(x);
  return mean / static_cast<float>(bag_.members.size());
}

void BaggingRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  RowScratch scratch(out.size());
  std::fill(out.begin(), out.end(), 0.0f);
  for (const auto& member : bag_.members) {
    const std::span<float> one = scratch.span();
    member->predict_row(x, one);
    for (std::size_t k = 0; k < out.size(); ++k) out[k] += one[k];
  }
  for (float& value : out) value /= static_cast<float>(bag_.members.size());
}

BaggingClassifier::BaggingClassifier(const Settings& settings, const Space& input, int classes,
                                     Seed seed)
    : Classifier(input, classes),
      facts_(settings.base.facts()),
      bag_(settings.count, settings.threads, seed) {
  for (int i = 0; i < settings.count; ++i)
    bag_.members.push_back(
        settings.base->make(input, classes, derive(seed, "member", static_cast<std::uint64_t>(i))));
}

void BaggingClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                               std::span<const float> weights) {
  bag_.fit(x, labels, weights);
}

void BaggingClassifier::do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                       std::span<const float> weights) {
  refuse_batch_only(facts_);
  bag_.partial_fit(x, labels, weights);
}

Matrix BaggingClassifier::do_probabilities(const MatrixView& x) const {
  Matrix sum = Matrix::Zero(x.rows(), classes());
  for (const auto& member : bag_.members) add_votes(*member, !facts_.probabilities, x, 1, sum);
  normalise_rows(sum);
  return sum;
}

void BaggingClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  for (const auto& member : bag_.members) add_votes_row(*member, !facts_.probabilities, x, 1, out);
  normalise_row(out);
}

}  // namespace sandlot
