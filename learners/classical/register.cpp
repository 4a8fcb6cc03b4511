#include "learners/classical/register.h"

#include "learners/classical/linear_regression.h"
#include "learners/classical/sgt.h"
#include "learners/classical/tree_learners.h"

namespace sandlot {

void register_classical(Registry& registry) {
  add_regressor<LinearRegression>(
      registry, "linear_regression",
      "Least squares; with l2, ridge regression (Hoerl & Kennard 1970)");
  add_regressor<PolynomialRegression>(registry, "polynomial_regression",
                                      "Least squares on products of columns");
  add_regressor<TreeRegressor>(registry, "decision_tree", "CART (Breiman et al. 1984)");
  add_classifier<TreeClassifier>(registry, "decision_tree", "CART (Breiman et al. 1984)");
  const char* online = "A tree that learns one example at a time (Gouk et al. 2019)";
  add_regressor<SgtRegressor>(registry, "stochastic_gradient_tree", online);
  add_classifier<SgtClassifier>(registry, "stochastic_gradient_tree", online);
}

}  // namespace sandlot
