#include "learners/decompose/register.h"

#include "learners/decompose/discriminant.h"
#include "learners/decompose/latent_dirichlet.h"
#include "learners/decompose/projection.h"

namespace sandlot {

void register_decompositions(Registry& registry) {
  add_transformer<Pca>(registry, "pca", "Principal components (Pearson 1901)");
  add_transformer<TruncatedSvd>(registry, "truncated_svd", "Leading singular vectors");
  add_transformer<Lsa>(registry, "lsa",
                       "Latent semantics of counts: tf-idf, then singular vectors (Deerwester et "
                       "al. 1990)");
  add_transformer<LatentDirichlet>(registry, "latent_dirichlet",
                                   "Topics of counts (Blei, Ng & Jordan 2003)");
  add_classifier<LinearDiscriminant>(registry, "linear_discriminant",
                                     "Normal classes with one covariance (Fisher 1936)");
}

}  // namespace sandlot
