#include "sim/experiment/fit_config.h"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/sim/experiment/fit_files.h"

using namespace sandlot;

namespace {

using Texts = std::vector<std::string>;
std::string all_regressors() {
  std::string names;
  for (const auto& entry : all_registered().list(RegressorFactory::kind))
    names += (names.empty() ? "" : ", ") + entry.name;
  return names;
}

const char* kTree = "name: t\nlearner: {learner: decision_tree}\n";

}  // namespace

TEST_CASE("fit: columns become inputs, targets, weights and folds") {
  const TemporaryFolder folder;
  const Fit fit = fit_of(folder,
                         "name: t\ntarget: y\nweight: w\ncategories: [zip]\n"
                         "cross_validation: {fold_column: f}\nlearner: {learner: decision_tree}\n",
                         "a,color,zip,y,w,f\n1,red,10,yes,1,b\n2,blue,9,no,2,a\n?,red,10,no,0,b\n");
  const FitProblem& p = fit.problem;
  CHECK(fit.config.task == FitTask::classification);
  CHECK(fit.config.features == Texts{"a", "color", "zip"});
  CHECK(p.targets.classes == Texts{"no", "yes"});
  CHECK(p.targets.labels == std::vector<std::int32_t>{1, 0, 0});
  CHECK(p.features.features()[1].categories == Texts{"blue", "red"});
  CHECK(p.features.features()[2].categories == Texts{"9", "10"});
  REQUIRE(p.x.cols() == 5);
  Matrix expected(3, 5);
  expected << 1, 0, 1, 0, 1, 2, 1, 0, 1, 0, 0, 0, 1, 0, 1;
  CHECK(std::isnan(p.x(2, 0)));
  CHECK(p.x.topRows(2) == expected.topRows(2));
  CHECK(p.x.rightCols(4) == expected.rightCols(4));
  CHECK(p.weights == std::vector<float>{1, 2, 0});
  CHECK(p.folds == 2);
  CHECK(fit.fold_names == Texts{"a", "b"});
  CHECK(p.fold_of == std::vector<std::vector<int>>{{1, 0, 1}});
  // What was resolved reads back the same.
  const std::string resolved = fit.config.resolved(all_registered());
  const Fit again = parse_fit(all_registered(), parse_yaml(resolved, "r.yaml"), "/", std::nullopt);
  CHECK(again.config.resolved(all_registered()) == resolved);
}

TEST_CASE("fit: the task follows from the target") {
  const TemporaryFolder folder;
  const auto task = [&](const std::string& column, const std::string& target) {
    return fit_of(folder, std::string(kTree) + "cross_validation: {folds: 2}\ntarget: " + target,
                  column)
        .config.task;
  };
  CHECK(task("a,b\n1,x\n2,y\n", "b") == FitTask::classification);
  CHECK(task("a,b\n1,0\n2,1\n", "2") == FitTask::classification);
  CHECK(task("a,b\n1,0.5\n2,1\n", "b") == FitTask::regression);
  CHECK(task("a,b,c\n1,0,1\n2,1,0\n", "[b, c]") == FitTask::regression);
  std::string many = "a,b\n";
  for (int i = 0; i < 21; ++i) many += "0," + std::to_string(i) + "\n";
  CHECK(task(many, "b") == FitTask::regression);
  // The last column, where nothing is said; numbers in order of value.
  const Fit fit = fit_of(folder, std::string(kTree) + "cross_validation: {folds: 2}",
                         "a,b\n1,10\n2,9\n3,10.0\n");
  CHECK(fit.config.target == Texts{"b"});
  CHECK(fit.problem.targets.classes == Texts{"9", "10"});
  CHECK(fit.problem.targets.labels == std::vector<std::int32_t>{1, 0, 1});
}

TEST_CASE("fit: what is wrong in the config is said by place, all at once") {
  CHECK(
      fit_errors("name: t\ntarget: speces\nsed: 3\nlearner: {learner: desicion_tree}\n"
                 "cross_validation: {folds: 1, shufle: true}\n",
                 "a,species\n1,x\n2,y\n") ==
      "f.yaml:2:1: target: there is no column 'speces' in t.csv; did you mean 'species'?\n"
      "f.yaml:3:1: sed: there is no such setting; did you mean 'seed'?\n"
      "f.yaml:4:20: learner.learner: there is no regressor 'desicion_tree'; did you mean "
      "'decision_tree'? (there are " +
          all_regressors() +
          ")\n"
          "f.yaml:5:27: cross_validation.folds: expected a whole number between 2 and 100000, not "
          "'1'\n"
          "f.yaml:5:30: cross_validation.shufle: there is no such setting; did you mean "
          "'shuffle'?\n");
  CHECK(fit_errors("name: t\nfeatures: [a, y]\ntarget: y\nlearner: {learner: decision_tree}\n"
                   "cross_validation: {folds: 3}\n",
                   "a,y\n1,x\n2,z\n") ==
        "f.yaml:2:1: features: column 'y' is the target, the weight or the fold: it cannot be "
        "learnt from\n"
        "f.yaml:5:20: cross_validation.folds: expected at most 2 folds, as many as there are rows, "
        "not 3\n");
  CHECK(fit_errors("name: a/b\ntarget: [a, b]\ntask: classification\n"
                   "learner: {learner: decision_tree}\ncross_validation: {folds: 2}\n",
                   "a,b,c\n1,2,3\n4,5,6\n") ==
        "f.yaml:1:1: name: expected a name of letters, digits, '-', '_' and '.': it names the "
        "results' folder\n"
        "f.yaml:2:1: target: expected one column: only regression learns several\n");
  CHECK(fit_errors("name: t\nlearner: {learner: decision_tree, trees: 3}\n"
                   "cross_validation: {fold_column: a, folds: 2}\n",
                   "a,b,c\n1,2,3\n4,5,6\n") ==
        "f.yaml:2:35: learner.trees: there is no such setting; known here: learner, criterion, "
        "max_depth, min_samples_split, min_samples_leaf, max_leaf_nodes, min_impurity_decrease, "
        "alpha, splitter\n"
        "f.yaml:3:36: cross_validation.folds: applies only with no fold_column\n");
  CHECK_THROWS_WITH_AS(parse_fit(all_registered(), parse_yaml(kTree, "f.yaml"), "/", std::nullopt),
                       "f.yaml:1:1: data: is needed: the CSV file, here or as --data FILE",
                       ConfigError);
}

TEST_CASE("fit: what is wrong in the table is said by place") {
  const std::string folds = "cross_validation: {folds: 2}\n";
  CHECK(fit_errors(kTree + folds, "age,y\n31,a\nabc,b\n30,a\n") ==
        "t.csv:3:1: expected a number, not 'abc' (column 'age')\n");
  CHECK(fit_errors(kTree + folds, "age,y\n31,a\n32,\n30,a\n") ==
        "t.csv:2:4: expected between 2 and 1000 classes in column 'y', not 1\n"
        "t.csv:3:4: expected a class as the target, it is missing (column 'y')\n");
  CHECK(fit_errors(kTree + folds + "task: regression\n", "age,y\n31,1.5\n32,b\n30,NA\n33,2\n") ==
        "t.csv:3:4: expected a number as the target, not 'b' (column 'y')\n"
        "t.csv:4:4: expected a number as the target, it is missing (column 'y')\n");
  CHECK(fit_errors(kTree + folds + "weight: w\n", "a,w,y\n1,-1,a\n2,x,b\n3,1,a\n4,1,a\n") ==
        "t.csv:2:3: expected a weight of at least 0, not '-1' (column 'w')\n"
        "t.csv:3:3: expected a weight of at least 0, not 'x' (column 'w')\n");
  CHECK(fit_errors("name: t\nlearner: {learner: mlp}\n" + folds, "a,b,y\n1,x,0\n?,y,1\n2,,0\n") ==
        "t.csv:3:1: expected a number: this learner takes no missing values, it is missing (column "
        "'a')\n"
        "t.csv:4:3: expected a text: this learner takes no missing values, it is missing (column "
        "'b')\n");
  std::string names = "name,y\n";
  for (int i = 0; i < 101; ++i)
    names += "n" + std::to_string(i) + "," + std::to_string(i % 2) + "\n";
  CHECK(fit_errors(kTree, names) ==
        "t.csv:2:1: column 'name' holds 101 different texts; expected numbers or at most 100 "
        "categories: leave it out of `features`\n");
  // A table of which all is wrong does not fill the screen.
  std::string wrong = "y,a\n0.5,1\n";
  for (int i = 0; i < 1000; ++i) wrong += "1.5,1\n-,2\n";
  const std::string all = fit_errors(kTree + folds + "target: y\ntask: regression\n", wrong);
  CHECK(std::count(all.begin(), all.end(), '\n') == 20);
}
