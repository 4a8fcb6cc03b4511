#include "learners/ensemble/register.h"

#include "learners/ensemble/adaboost.h"
#include "learners/ensemble/bagging.h"
#include "learners/ensemble/gradient_boosting.h"
#include "learners/ensemble/random_forest.h"
#include "learners/ensemble/stacking.h"
#include "learners/ensemble/voting.h"

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
  const char* bagging = "A learner taught by many bootstrap samples (Breiman 1996)";
  add_nested_regressor<BaggingRegressor>(registry, "bagging", bagging);
  add_nested_classifier<BaggingClassifier>(registry, "bagging", bagging);
  add_nested_regressor<AdaboostRegressor>(
      registry, "adaboost", "Learners that each weigh what was hard before (Drucker 1997)");
  add_nested_classifier<AdaboostClassifier>(
      registry, "adaboost", "Learners that each weigh what was wrong before (Zhu et al. 2009)");
  add_nested_regressor<VotingRegressor>(registry, "voting", "The mean of several learners");
  add_nested_classifier<VotingClassifier>(registry, "voting",
                                          "The vote, or the mean, of several learners");
  const char* stacking = "A learner that learns from what others predict (Wolpert 1992)";
  add_nested_regressor<StackingRegressor>(registry, "stacking", stacking);
  add_nested_classifier<StackingClassifier>(registry, "stacking", stacking);
}

}  // namespace sandlot
