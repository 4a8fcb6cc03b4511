#include "learners/ensemble/stacking.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace sandlot {
namespace {

Space open_box(std::size_t columns) {
  return Space::box({static_cast<int>(columns)}, std::numeric_limits<float>::lowest(),
                    std::numeric_limits<float>::max());
}

// What the final learner sees: `width` columns per member, then the inputs where it is to have
// them.
std::size_t seen(std::size_t members, int width, bool originals, const Space& input) {
  return members * static_cast<std::size_t>(width) + (originals ? input.size() : 0);
}

Matrix answer(const Regressor& member, const MatrixView& x, int) { return member.predict(x); }

Matrix answer(const Classifier& member, const MatrixView& x, int classes) {
  Matrix votes = Matrix::Zero(x.rows(), classes);
  add_votes(member, false, x, 1, votes);
  return votes;
}

Matrix some(const Matrix& y, const std::vector<Eigen::Index>& rows) { return y(rows, Eigen::all); }

std::vector<std::int32_t> some(std::span<const std::int32_t> labels,
                               const std::vector<Eigen::Index>& rows) {
  std::vector<std::int32_t> chosen;
  for (const Eigen::Index row : rows) chosen.push_back(labels[static_cast<std::size_t>(row)]);
  return chosen;
}

// Teaches members, and gives what they say of rows that they had not seen then.
template <class Member, class Targets>
Matrix teach(const std::vector<std::unique_ptr<Member>>& members, int width, bool originals,
             const MatrixView& x, const Targets& targets, std::span<const float> weights,
             const std::vector<int>& fold_of, int folds) {
  const auto columns = static_cast<Eigen::Index>(members.size()) * width;
  Matrix answers(x.rows(), columns + (originals ? x.cols() : 0));
  if (originals) answers.rightCols(x.cols()) = x;
  for (std::size_t m = 0; m < members.size(); ++m) {
    const Eigen::Index first = static_cast<Eigen::Index>(m) * width;
    for (int fold = 0; fold < folds; ++fold) {
      std::vector<Eigen::Index> others, these;
      std::vector<float> their_weights;
      for (std::size_t row = 0; row < fold_of.size(); ++row) {
        (fold_of[row] == fold ? these : others).push_back(static_cast<Eigen::Index>(row));
        if (fold_of[row] != fold) their_weights.push_back(weights[row]);
      }
      if (these.empty()) continue;
      if (others.empty()) {  // one row alone
        others = these;
        their_weights.assign(weights.begin(), weights.end());
      }
      members[m]->fit(x(others, Eigen::all), some(targets, others), their_weights);
      const Matrix guesses = answer(*members[m], x(these, Eigen::all), width);
      for (std::size_t i = 0; i < these.size(); ++i)
        answers.row(these[i]).segment(first, width) = guesses.row(static_cast<Eigen::Index>(i));
    }
    members[m]->fit(x, targets, weights);
  }
  return answers;
}

template <class Member>
Matrix answers_of(const std::vector<std::unique_ptr<Member>>& members, int width, bool originals,
                  const MatrixView& x) {
  const auto columns = static_cast<Eigen::Index>(members.size()) * width;
  Matrix answers(x.rows(), columns + (originals ? x.cols() : 0));
  if (originals) answers.rightCols(x.cols()) = x;
  for (std::size_t m = 0; m < members.size(); ++m)
    answers.middleCols(static_cast<Eigen::Index>(m) * width, width) = answer(*members[m], x, width);
  return answers;
}

template <class Member>
void load_all(Reader& in, const std::vector<std::unique_ptr<Member>>& members, Member& last) {
  for (const auto& member : members) member->load(in);
  last.load(in);
  for (const auto& member : members)
    if (member->fitted() != last.fitted()) in.fail("some members have learnt, others not");
}

}  // namespace

std::vector<int> deal_folds(std::size_t rows, std::span<const std::int32_t> labels, int folds,
                            Seed seed) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Random random(derive(seed, "folds"));
  random.shuffle(order);
  if (!labels.empty())
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return labels[a] < labels[b]; });
  std::vector<int> fold_of(rows);
  for (std::size_t i = 0; i < rows; ++i)
    fold_of[order[i]] = static_cast<int>(i % static_cast<std::size_t>(folds));
  return fold_of;
}

StackingRegressor::StackingRegressor(const Settings& settings, const Space& input, int outputs,
                                     Seed seed)
    : Regressor(input, outputs), settings_(settings), seed_(seed) {
  const auto& slots = settings.members.slots;
  for (std::size_t i = 0; i < slots.size(); ++i)
    members_.push_back(slots[i]->make(input, outputs, derive(seed, "member", i)));
  last_ = settings.last->make(open_box(seen(slots.size(), outputs, settings.originals, input)),
                              outputs, derive(seed, "final"));
}

void StackingRegressor::do_fit(const MatrixView& x, const MatrixView& y,
                               std::span<const float> weights) {
  const std::vector<int> folds = deal_folds(weights.size(), {}, settings_.folds, seed_);
  const Matrix targets = y;
  const Matrix answers =
      teach(members_, outputs(), settings_.originals, x, targets, weights, folds, settings_.folds);
  last_->fit(answers, y, weights);
}

Matrix StackingRegressor::do_predict(const MatrixView& x) const {
  return last_->predict(answers_of(members_, outputs(), settings_.originals, x));
}

void StackingRegressor::do_save(Writer& out) const {
  for (const auto& member : members_) member->save(out);
  last_->save(out);
}

void StackingRegressor::do_load(Reader& in) { load_all(in, members_, *last_); }

StackingClassifier::StackingClassifier(const Settings& settings, const Space& input, int classes,
                                       Seed seed)
    : Classifier(input, classes), settings_(settings), seed_(seed) {
  const auto& slots = settings.members.slots;
  for (std::size_t i = 0; i < slots.size(); ++i)
    members_.push_back(slots[i]->make(input, classes, derive(seed, "member", i)));
  last_ = settings.last->make(open_box(seen(slots.size(), classes, settings.originals, input)),
                              classes, derive(seed, "final"));
}

void StackingClassifier::do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                                std::span<const float> weights) {
  const std::vector<int> folds = deal_folds(weights.size(), labels, settings_.folds, seed_);
  const Matrix answers =
      teach(members_, classes(), settings_.originals, x, labels, weights, folds, settings_.folds);
  last_->fit(answers, labels, weights);
}

Matrix StackingClassifier::do_probabilities(const MatrixView& x) const {
  return last_->predict_probabilities(answers_of(members_, classes(), settings_.originals, x));
}

std::vector<std::int32_t> StackingClassifier::do_predict(const MatrixView& x) const {
  return last_->predict(answers_of(members_, classes(), settings_.originals, x));
}

void StackingClassifier::do_save(Writer& out) const {
  for (const auto& member : members_) member->save(out);
  last_->save(out);
}

void StackingClassifier::do_load(Reader& in) { load_all(in, members_, *last_); }

}  // namespace sandlot
