// Regressor: learns numbers from numbers.
//
//   const auto model = factory.make(Space::box({3}, -1, 1), /*outputs=*/2, seed);
//   model->fit(x, y);                    // x [rows, 3], y [rows, 2]
//   const Matrix guess = model->predict(more);
//
// An example's weight says how often it counts: 0 as if it were not there, 2 as if it were there
// twice. What cannot be learnt from (NaN, infinities, no rows, sizes that do not match) is refused
// with std::invalid_argument, and nothing changes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "learners/facts.h"
#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/registry.h"

namespace sandlot {

class Regressor {
 public:
  virtual ~Regressor() = default;

  const Space& input() const { return input_; }
  int outputs() const { return outputs_; }

  // Forgets what was learnt before; the same data give the same result. x [rows, input().size()], y
  // [rows, outputs()], weights [rows] or none.
  void fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights = {});
  // Goes on from what was learnt. Throws std::logic_error where facts() says that it cannot.
  void partial_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights = {});
  bool fitted() const { return fitted_; }
  // [rows, outputs()]; may be called by several threads at once.
  Matrix predict(const MatrixView& x) const;
  // The same for one row, unchecked, where acting must be quick: x [input().size()], out [outputs()].
  void predict_row(std::span<const float> x, std::span<float> out) const { do_predict_row(x, out); }
  // How much each input counts, at least 0, with sum 1; empty where it cannot say.
  virtual std::vector<double> importances() const { return {}; }

  // Everything: what follows load() is the same as unbroken.
  void save(Writer& out) const;
  void load(Reader& in);

 protected:
  Regressor(Space input, int outputs);

  // What arrives here is checked: at least one row, each weight above 0.
  virtual void do_fit(const MatrixView& x, const MatrixView& y, std::span<const float> weights) = 0;
  virtual void do_partial_fit(const MatrixView& x, const MatrixView& y,
                              std::span<const float> weights);
  virtual Matrix do_predict(const MatrixView& x) const = 0;
  virtual void do_predict_row(std::span<const float> x, std::span<float> out) const;
  virtual bool takes_missing() const { return false; }  // as facts() says
  virtual void do_save(Writer& out) const = 0;
  virtual void do_load(Reader& in) = 0;

 private:
  Space input_;
  int outputs_;
  bool fitted_ = false;
};

class RegressorFactory : public Component {
 public:
  static constexpr std::string_view kind = "regressor";
  virtual LearnerFacts facts() const = 0;
  // Refuses inputs that it cannot take.
  virtual void check(const Space& input, Issues& issues) const = 0;
  // A discrete input is one column that holds its number, and is learnt from as a category.
  virtual std::unique_ptr<Regressor> make(const Space& input, int outputs, Seed seed) const = 0;
};

template <class R>
class TypedRegressorFactory final : public RegressorFactory {
 public:
  typename R::Settings settings;

  LearnerFacts facts() const override { return R::kFacts; }
  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& input, Issues& issues) const override { settings.check(input, issues); }
  std::unique_ptr<Regressor> make(const Space& input, int outputs, Seed seed) const override {
    return std::make_unique<R>(settings, input, outputs, seed);
  }
};

// R: `struct Settings` with fields(Fields&) and check(const Space&, Issues&) const; kFacts; a
// constructor R(const Settings&, const Space&, int outputs, Seed).
template <class R>
void add_regressor(Registry& registry, std::string name, std::string help) {
  registry.add(RegressorFactory::kind, {std::move(name), std::move(help), [] {
                                          return std::make_unique<TypedRegressorFactory<R>>();
                                        }});
}

}  // namespace sandlot
