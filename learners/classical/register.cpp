#include "learners/classical/register.h"

#include "learners/classical/knn.h"
#include "learners/classical/linear_regression.h"
#include "learners/classical/logistic_regression.h"
#include "learners/classical/naive_bayes.h"
#include "learners/classical/recursive_least_squares.h"
#include "learners/classical/sgd_linear.h"
#include "learners/classical/sgt.h"
#include "learners/classical/svm.h"
#include "learners/classical/tree_learners.h"
#include "learners/ensemble/nested.h"

namespace sandlot {

void register_classical(Registry& registry) {
  add_regressor<LinearRegression>(
      registry, "linear_regression",
      "Least squares; with l2, ridge regression (Hoerl & Kennard 1970)");
  add_regressor<PolynomialRegression>(registry, "polynomial_regression",
                                      "Least squares on products of columns");
  add_regressor<RecursiveLeastSquares>(registry, "recursive_least_squares",
                                       "Ridge regression one example at a time, which may forget");
  const char* descent = "A linear model by stochastic gradient descent, one example at a time";
  add_regressor<SgdRegressor>(registry, "sgd_linear", descent);
  add_nested_classifier<SgdClassifier>(registry, "sgd_linear", descent);
  add_classifier<LogisticRegression>(
      registry, "logistic_regression",
      "Logistic regression with an L2 penalty, for any number of classes");
  add_nested_classifier<NaiveBayes>(
      registry, "naive_bayes", "Inputs independent given the class: numbers, counts, on or off");
  const char* near = "The mean, or the vote, of the k nearest examples (Cover & Hart 1967)";
  add_regressor<KnnRegressor>(registry, "knn", near);
  add_classifier<KnnClassifier>(registry, "knn", near);
  const char* vectors =
      "Support vector machine: linear, RBF or polynomial kernel (Cortes & Vapnik 1995)";
  add_regressor<SvmRegressor>(registry, "svm", vectors);
  add_nested_classifier<SvmClassifier>(registry, "svm", vectors);
  add_regressor<TreeRegressor>(registry, "decision_tree", "CART (Breiman et al. 1984)");
  add_classifier<TreeClassifier>(registry, "decision_tree", "CART (Breiman et al. 1984)");
  const char* online = "A tree that learns one example at a time (Gouk et al. 2019)";
  add_regressor<SgtRegressor>(registry, "stochastic_gradient_tree", online);
  add_classifier<SgtClassifier>(registry, "stochastic_gradient_tree", online);
}

}  // namespace sandlot
