#include "learners/cluster/register.h"

#include "learners/cluster/dbscan.h"
#include "learners/cluster/k_means.h"
#include "learners/cluster/mean_shift.h"

namespace sandlot {

void register_clusterers(Registry& registry) {
  add_clusterer<KMeans>(registry, "k_means", "Means of what is nearest to them (Lloyd 1982)");
  add_clusterer<MeanShift>(registry, "mean_shift",
                           "Modes of the density (Fukunaga & Hostetler 1975)");
  add_clusterer<Dbscan>(registry, "dbscan",
                        "What is dense, and noise between it (Ester et al. 1996)");
}

}  // namespace sandlot
