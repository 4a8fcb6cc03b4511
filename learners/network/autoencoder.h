// Autoencoder: a network that passes its input through a few numbers, the code, and learns to restore
// it behind them (Hinton & Salakhutdinov 2006).
#pragma once

#include <memory>
#include <vector>

#include "learners/network/fit.h"
#include "learners/transformer.h"

namespace sandlot {

class Autoencoder final : public Transformer {
 public:
  struct Settings : FitSettings {
    int code = 2;
    std::vector<std::int64_t> hidden{64};
    std::vector<std::int64_t> decoder_hidden;  // [] : those of `hidden`, in reverse
    Activation activation = Activation::tanh;
    void fields(Fields& f);
    void check(const Space& input, Issues& issues) const;
  };
  static constexpr LearnerFacts kFacts{.incremental = true, .inverse = true};

  Autoencoder(const Settings& settings, const Space& input, Seed seed);

  int outputs() const override { return code_; }
  const FitReport& report() const { return fit_.report(); }

 protected:
  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const float> weights) override;
  Matrix do_transform(const MatrixView& x) const override;
  Matrix do_inverse(const MatrixView& z) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  NetworkFit::Loss loss(const Matrix& x) const;
  void divide();

  int code_;
  NetworkInputs inputs_;
  NetworkFit fit_;  // of both parts together
  NetworkFit encoder_, decoder_;
};

}  // namespace sandlot
