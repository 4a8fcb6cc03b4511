#include "learners/ensemble/voting.h"

#include <algorithm>

namespace sandlot {

VotingRegressor::VotingRegressor(const Settings& settings, const Space& input, int outputs,
                                 Seed seed)
    : Regressor(input, outputs), settings_(settings) {
  for (std::size_t i = 0; i < settings.members.slots.size(); ++i)
    members_.push_back(settings.members.slots[i]->make(input, outputs, derive(seed, "member", i)));
}

void VotingRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                             std::span<const float> weights) {
  for (const auto& member : members_) member->fit(x, y, weights);
}

Matrix VotingRegressor::do_predict(const MatrixView& x) const {
  Matrix sum = Matrix::Zero(x.rows(), outputs());
  for (std::size_t i = 0; i < members_.size(); ++i)
    sum += static_cast<float>(settings_.weight(i)) * members_[i]->predict(x);
  return sum;
}

void VotingRegressor::do_predict_row(std::span<const float> x, std::span<float> out) const {
  RowScratch scratch(out.size());
  std::fill(out.begin(), out.end(), 0.0f);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const std::span<float> one = scratch.span();
    members_[i]->predict_row(x, one);
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] += static_cast<float>(settings_.weight(i)) * one[k];
  }
}

void VotingRegressor::do_save(Writer& out) const {
  for (const auto& member : members_) member->save(out);
}

void VotingRegressor::do_load(Reader& in) {
  for (const auto& member : members_) member->load(in);
  for (const auto& member : members_)
    if (member->fitted() != members_[0]->fitted()) in.fail("some members have learnt, others not");
}

VotingClassifier::VotingClassifier(const Settings& settings, const Space& input, int classes,
                                   Seed seed)
    : Classifier(input, classes), settings_(settings) {
  for (std::size_t i = 0; i < settings.members.slots.size(); ++i)
    members_.push_back(settings.members.slots[i]->make(input, classes, derive(seed, "member", i)));
}

void VotingClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                              std::span<const float> weights) {
  for (const auto& member : members_) member->fit(x, labels, weights);
}

Matrix VotingClassifier::do_probabilities(const MatrixView& x) const {
  Matrix sum = Matrix::Zero(x.rows(), classes());
  for (std::size_t i = 0; i < members_.size(); ++i)
    add_votes(*members_[i], settings_.hard, x, static_cast<float>(settings_.weight(i)), sum);
  normalise_rows(sum);
  return sum;
}

void VotingClassifier::do_probabilities_row(std::span<const float> x, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0f);
  for (std::size_t i = 0; i < members_.size(); ++i)
    add_votes_row(*members_[i], settings_.hard, x, static_cast<float>(settings_.weight(i)), out);
  normalise_row(out);
}

void VotingClassifier::do_save(Writer& out) const {
  for (const auto& member : members_) member->save(out);
}

void VotingClassifier::do_load(Reader& in) {
  for (const auto& member : members_) member->load(in);
  for (const auto& member : members_)
    if (member->fitted() != members_[0]->fitted()) in.fail("some members have learnt, others not");
}

}  // namespace sandlot
