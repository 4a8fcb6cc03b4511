// CMA-ES: a normal distribution that learns where to search, and along which directions (Hansen
// 2016, "The CMA evolution strategy: a tutorial", figure 6, with the constants of its table 1).
#pragma once

#include <Eigen/Core>

#include "agents/genetic/population_search.h"
#include "sim/core/settings.h"

namespace sandlot {

struct CmaEsSettings {
  int population = 0;
  double sigma = 0.5;
  void fields(Fields& f);
  void check(std::size_t genes, Issues& issues) const;
};

class CmaEs final : public PopulationSearch {
 public:
  using Settings = CmaEsSettings;

  CmaEs(const Settings& settings, std::span<const float> scale, Seed seed);

  const Matrix& population() const override { return population_; }
  void tell(std::span<const double> fitness) override;
  std::span<const float> best() const override { return best_; }  // the mean
  double step_size() const override { return sigma_; }
  void save(Writer& out) const override;
  void load(Reader& in) override;

 private:
  void set_constants();
  void decompose();
  void sample();

  Random random_;
  Eigen::Index genes_, lambda_, mu_ = 0;
  Eigen::VectorXd weights_;  // of the best mu_
  double mu_eff_ = 0, c_sigma_ = 0, d_sigma_ = 0, c_c_ = 0, c_1_ = 0, c_mu_ = 0, chi_ = 0;

  double sigma_;
  Eigen::VectorXd mean_, p_sigma_, p_c_;
  Eigen::MatrixXd covariance_, basis_;  // C = B D² Bᵀ
  Eigen::VectorXd axes_;                // D
  std::int64_t generation_ = 0, decomposed_ = 0;
  Matrix population_;
  std::vector<float> best_;
};

}  // namespace sandlot
