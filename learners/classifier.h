// Classifier: learns which of a few classes examples belong to.
//
// Classes are the numbers from 0 to classes() − 1, known beforehand: not each of them must be among
// the examples. Weights and refusals are those of Regressor.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learners/facts.h"
#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/array_sink.h"
#include "sim/core/registry.h"

namespace sandlot {

class Classifier {
 public:
  virtual ~Classifier() = default;

  const Space& input() const { return input_; }
  int classes() const { return classes_; }

  // Forgets what was learnt before; the same data give the same result. x [rows, input().size()],
  // labels [rows], weights [rows] or none.
  void fit(const MatrixView& x, std::span<const std::int32_t> labels,
           std::span<const float> weights = {});
  // Goes on from what was learnt. Throws std::logic_error where facts() says that it cannot.
  void partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                   std::span<const float> weights = {});
  bool fitted() const { return fitted_; }
  // [rows, classes()], each row with sum 1; may be called by several threads at once. Throws
  // std::logic_error where facts() says that there are none.
  Matrix predict_probabilities(const MatrixView& x) const;
  // The same for one row, unchecked, where acting must be quick: x [input().size()], out [classes()].
  void probabilities_row(std::span<const float> x, std::span<float> out) const {
    do_probabilities_row(x, out);
  }
  // The likeliest class of each row, the first of equal ones.
  std::vector<std::int32_t> predict(const MatrixView& x) const;
  // How much each input counts, at least 0, with sum 1; empty where it cannot say.
  virtual std::vector<double> importances() const { return {}; }
  // What it has learnt, as arrays that other programs read; false where it is none.
  virtual bool export_arrays(ArraySink&) const { return false; }

  // Everything: what follows load() is the same as unbroken.
  void save(Writer& out) const;
  void load(Reader& in);

 protected:
  Classifier(Space input, int classes);

  // What arrives here is checked: at least one row, each weight above 0.
  virtual void do_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                      std::span<const float> weights) = 0;
  virtual void do_partial_fit(const MatrixView& x, std::span<const std::int32_t> labels,
                              std::span<const float> weights);
  virtual Matrix do_probabilities(const MatrixView& x) const;
  virtual void do_probabilities_row(std::span<const float> x, std::span<float> out) const;
  virtual bool takes_missing() const { return false; }  // as facts() says
  virtual std::vector<std::int32_t> do_predict(const MatrixView& x) const;  // by probabilities
  virtual void do_save(Writer& out) const = 0;
  virtual void do_load(Reader& in) = 0;

 private:
  Space input_;
  int classes_;
  bool fitted_ = false;
};

class ClassifierFactory : public Component {
 public:
  static constexpr std::string_view kind = "classifier";
  virtual LearnerFacts facts() const = 0;
  // Refuses inputs that it cannot take.
  virtual void check(const Space& input, Issues& issues) const = 0;
  // A discrete input is one column that holds its number, and is learnt from as a category.
  virtual std::unique_ptr<Classifier> make(const Space& input, int classes, Seed seed) const = 0;
};

template <class C>
class TypedClassifierFactory final : public ClassifierFactory {
 public:
  typename C::Settings settings;

  LearnerFacts facts() const override { return C::kFacts; }
  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& input, Issues& issues) const override { settings.check(input, issues); }
  std::unique_ptr<Classifier> make(const Space& input, int classes, Seed seed) const override {
    return std::make_unique<C>(settings, input, classes, seed);
  }
};

// C: `struct Settings` with fields(Fields&) and check(const Space&, Issues&) const; kFacts; a
// constructor C(const Settings&, const Space&, int classes, Seed).
template <class C>
void add_classifier(Registry& registry, std::string name, std::string help) {
  registry.add(ClassifierFactory::kind, {std::move(name), std::move(help), [] {
                                           return std::make_unique<TypedClassifierFactory<C>>();
                                         }});
}

}  // namespace sandlot
