#include "learners/ensemble/register.h"

#include "learners/ensemble/gradient_boosting.h"
#include "learners/ensemble/random_forest.h"

namespace sandlot {

void register_ensemble(Registry& registry) {
  const char* forest = "Trees of bootstrap samples and drawn columns (Breiman 2001)";
  add_regressor<RandomForestRegressor>(registry, "random_forest", forest);
  add_classifier<RandomForestClassifier>(registry, "random_forest", forest);
  const char* extra = "Trees whose thresholds are drawn too (Geurts et al. 2006)";
  add_regressor<ExtraTreesRegressor>(registry, "extra_trees", extra);
  add_classifier<ExtraTreesClassifier>(registry, "extra_trees", extra);
  const char* boosting = "Trees that each correct those before (Friedman 2001)";
  add_regressor<BoostingRegressor>(registry, "gradient_boosting", boosting);
  add_classifier<BoostingClassifier>(registry, "gradient_boosting", boosting);
}

}  // namespace sandlot
