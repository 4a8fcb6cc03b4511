// Latent Dirichlet allocation: documents as mixtures of topics, topics as distributions over words
// (Blei, Ng & Jordan 2003), by online variational Bayes (Hoffman, Blei & Bach 2010, "Online
// learning for latent Dirichlet allocation", algorithm 2).
//
// Inputs are counts: of words in documents, or of events in episodes. transform() gives the share
// of each topic. fit() goes `passes` times over all rows, all of them at once, or, with `online`,
// in batches whose weight falls as (offset + t)^−decay; partial_fit() is one such batch.
#pragma once

#include "learners/decompose/spectrum.h"
#include "learners/transformer.h"

namespace sandlot {

struct LatentDirichletSettings {
  int topics = 5;
  double document_prior = 0;
  double word_prior = 0;
  int passes = 20;
  bool online = false;
  int batch = 128;
  double offset = 10;
  double decay = 0.7;
  int inner_iterations = 100;
  double inner_tolerance = 1e-3;

  void fields(Fields& f);
  void check(const Space& input, Issues& issues) const;
};

// Throws std::invalid_argument for counts below 0.
class LatentDirichlet final : public Transformer {
 public:
  using Settings = LatentDirichletSettings;
  static constexpr LearnerFacts kFacts{.incremental = true};

  LatentDirichlet(const Settings& settings, const Space& input, Seed seed);

  int outputs() const override { return settings_.topics; }
  // [topics, columns], each row with sum 1: the chance of each word in each topic.
  RowMatrixXd topics() const;
  // exp(−bound / words), the variational bound on the log-likelihood of x (Hoffman et al. 2010,
  // eq. 3 and 4): smaller is better.
  double perplexity(const MatrixView& x) const;

 protected:
  void do_fit(const MatrixView& x, std::span<const float> weights) override;
  void do_partial_fit(const MatrixView& x, std::span<const float> weights) override;
  Matrix do_transform(const MatrixView& x) const override;
  void do_save(Writer& out) const override;
  void do_load(Reader& in) override;

 private:
  void start();
  void prepare();
  // Shares of topics, unnormalised (γ), of each row; adds to `words` what they say of the topics.
  RowMatrixXd explain(const MatrixView& x, std::span<const float> weights,
                      RowMatrixXd* words) const;
  void update(const MatrixView& x, std::span<const float> weights, double documents, double rate);

  Settings settings_;
  Seed seed_;
  double alpha_, eta_;
  RowMatrixXd lambda_;    // [topics, columns]
  RowMatrixXd exp_beta_;  // exp E[log β]
  std::int64_t batches_ = 0;
  double seen_ = 0;  // weight of the documents so far
};

// d/dx ln Γ(x), x > 0, to 1e-12.
double digamma(double x);

}  // namespace sandlot
