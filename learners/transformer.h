// Transformer: learns another way to write inputs: fewer numbers, or better ones.
//
// Weights and refusals are those of Regressor.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "learners/facts.h"
#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/registry.h"

namespace sandlot {

class Transformer {
 public:
  virtual ~Transformer() = default;

  const Space& input() const { return input_; }
  virtual int outputs() const = 0;  // columns of what transform() returns

  // Forgets what was learnt before; the same data give the same result. x [rows, input().size()],
  // weights [rows] or none.
  void fit(const MatrixView& x, std::span<const float> weights = {});
  // Goes on from what was learnt. Throws std::logic_error where facts() says that it cannot.
  void partial_fit(const MatrixView& x, std::span<const float> weights = {});
  bool fitted() const { return fitted_; }
  // [rows, outputs()]; may be called by several threads at once, as may what follows.
  Matrix transform(const MatrixView& x) const;
  // [rows, input().size()]: back again, as well as it can. Throws std::logic_error where facts() says
  // that there is no way back.
  Matrix inverse_transform(const MatrixView& z) const;

  // Everything: what follows load() is the same as unbroken.
  void save(Writer& out) const;
  void load(Reader& in);

 protected:
  explicit Transformer(Space input) : input_(std::move(input)) {}

  // What arrives here is checked: at least one row, each weight above 0.
  virtual void do_fit(const MatrixView& x, std::span<const float> weights) = 0;
  virtual void do_partial_fit(const MatrixView& x, std::span<const float> weights);
  virtual Matrix do_transform(const MatrixView& x) const = 0;
  virtual Matrix do_inverse(const MatrixView& z) const;
  virtual void do_save(Writer& out) const = 0;
  virtual void do_load(Reader& in) = 0;

 private:
  Space input_;
  bool fitted_ = false;
};

class TransformerFactory : public Component {
 public:
  static constexpr std::string_view kind = "transformer";
  virtual LearnerFacts facts() const = 0;
  // Refuses inputs that it cannot take.
  virtual void check(const Space& input, Issues& issues) const = 0;
  virtual std::unique_ptr<Transformer> make(const Space& input, Seed seed) const = 0;
};

template <class T>
class TypedTransformerFactory final : public TransformerFactory {
 public:
  typename T::Settings settings;

  LearnerFacts facts() const override { return T::kFacts; }
  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& input, Issues& issues) const override { settings.check(input, issues); }
  std::unique_ptr<Transformer> make(const Space& input, Seed seed) const override {
    return std::make_unique<T>(settings, input, seed);
  }
};

// T: `struct Settings` with fields(Fields&) and check(const Space&, Issues&) const; kFacts; a
// constructor T(const Settings&, const Space&, Seed).
template <class T>
void add_transformer(Registry& registry, std::string name, std::string help) {
  registry.add(TransformerFactory::kind, {std::move(name), std::move(help), [] {
                                            return std::make_unique<TypedTransformerFactory<T>>();
                                          }});
}

}  // namespace sandlot
