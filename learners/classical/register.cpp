#include "learners/classical/register.h"

#include "learners/classical/tree_learners.h"

namespace sandlot {

void register_classical(Registry& registry) {
  add_regressor<TreeRegressor>(registry, "decision_tree", "CART (Breiman et al. 1984)");
  add_classifier<TreeClassifier>(registry, "decision_tree", "CART (Breiman et al. 1984)");
}

}  // namespace sandlot
