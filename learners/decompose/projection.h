// Projections onto a few directions.
//
// pca: principal components, the directions of the largest variance (Pearson 1901; Hotelling 1933);
// with `whiten` each has variance 1. truncated_svd: the same of the rows as they are, not about
// their mean. lsa: latent semantic analysis (Deerwester et al. 1990): of counts, as of words or
// events in documents, weighted by tf-idf (Salton & Buckley 1988): count · (ln((1 + n) / (1 + n_i))
// + 1), where n_i of the n rows have column i, each row then brought to length 1.
//
// partial_fit() merges what was learnt with new rows (Ross, Lim, Lin & Yang 2008, "Incremental
// learning for robust visual tracking", §3); what lies outside the directions kept is forgotten.
#pragma once

#include "learners/decompose/spectrum.h"
#include "learners/transformer.h"

namespace sandlot {

struct ProjectionSettings : SpectrumSettings {
  int components = 2;
  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const;
};

// Throws std::invalid_argument for fewer rows than components.
class Projection : public Transformer {
 public:
  int outputs() const override { return settings_.components; }
  // [components, columns], orthonormal, those that matter most first.
  const RowMatrixXd& components() const { return components_; }
  // [components]: of the rows along each, n − 1 in the denominator for pca, n otherwise.
  Eigen::VectorXd explained_variance() const;
  // The same as shares of the variance of all columns together.
  Eigen::VectorXd explained_share() const { return explained_variance() / total_variance_; }

 protected:
  Projection(const ProjectionSettings& settings, const Space& input, Seed seed, bool centred,
             bool whiten);

  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const float> weights) override;
  Matrix do_transform(const MatrixView& x) const override;
  Matrix do_inverse(const MatrixView& z) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void require_rows(const MatrixView& x) const;
  void keep(const Spectrum& spectrum);
  double denominator() const;
  void prepare();

  ProjectionSettings settings_;
  Seed seed_;
  bool centred_, whiten_;
  double count_ = 0;  // weight of the rows so far
  Eigen::RowVectorXd mean_;
  Eigen::RowVectorXd squares_;  // sum of squared distances from the mean, or from 0
  double total_variance_ = 0;
  RowMatrixXd components_;
  Eigen::VectorXd singular_;
  Matrix forward_;  // [columns, components]: components, whitened where asked for
};

class Pca final : public Projection {
 public:
  struct Settings : ProjectionSettings {
    bool whiten = false;
    void fields(Fields& f);
  };
  static constexpr LearnerFacts kFacts{.incremental = true, .inverse = true};
  Pca(const Settings& settings, const Space& input, Seed seed)
      : Projection(settings, input, seed, true, settings.whiten) {}
};

class TruncatedSvd final : public Projection {
 public:
  using Settings = ProjectionSettings;
  static constexpr LearnerFacts kFacts{.incremental = true, .inverse = true};
  TruncatedSvd(const Settings& settings, const Space& input, Seed seed)
      : Projection(settings, input, seed, false, false) {}
};

// Throws std::invalid_argument for counts below 0.
class Lsa final : public Projection {
 public:
  using Settings = ProjectionSettings;
  static constexpr LearnerFacts kFacts{};
  Lsa(const Settings& settings, const Space& input, Seed seed);

 protected:
  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const float> weights) override;
  Matrix do_transform(const MatrixView& x) const override;
  Matrix do_inverse(const MatrixView& z) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  Matrix weigh(const MatrixView& x) const;

  Eigen::RowVectorXf idf_;  // [columns]
};

// Refuses counts below 0.
void check_counts(const MatrixView& x);

}  // namespace sandlot
