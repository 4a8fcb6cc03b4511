#!/usr/bin/python3
"""Sandlot's learners beside scikit-learn's and XGBoost's: as good, and how fast?

Accuracy: iris, wine, breast cancer, digits (classes) and diabetes (numbers), which scikit-learn brings,
are written as CSV files with a column of folds; `sandlot fit` and the peer learn the same rows with the
same settings and predict the same held-out ones. Printed are the means over the folds with their standard
errors, and whether ours is within one of the peer's score; beside it the difference fold by fold with its own
error, which is finer: beyond two of them it is more than chance.

Speed: the same learner on the same made-up table, one after the other on this machine: the seconds to
learn, to predict as many rows, and the microseconds for one row alone. Ratios are the peer's time
divided by ours: above 1 ours is faster. With one thread times are the processor's, which other programs
on the machine disturb little; with more they are the clock's, and mean something on an idle machine only.

  bench/peers/learners.py --sandlot build/release/sim/cli/sandlot accuracy
  bench/peers/learners.py --bench build/release/bench/bench_learner speed [--rows N] [--threads N …]

Both print tables in Markdown. Needs python3-sklearn, python3-xgboost and python3-numpy.
"""

import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import numpy
import sklearn
import xgboost
from sklearn import datasets, ensemble, linear_model, naive_bayes, neighbors, svm, tree
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

FOLDS = 5
BOOSTING = dict(n_estimators=100, learning_rate=0.1, max_leaves=31, max_depth=0, reg_lambda=1,
                grow_policy="lossguide", tree_method="hist", min_child_weight=1, n_jobs=1)
MEMBERS = "members: [decision_tree, random_forest]"


def members(kind):
    forest = ensemble.RandomForestClassifier if kind == "classes" else ensemble.RandomForestRegressor
    single = tree.DecisionTreeClassifier if kind == "classes" else tree.DecisionTreeRegressor
    return [("tree", single()), ("forest", forest())]


# Name, ours, whether inputs are standardised, the peer.
CLASSIFIERS = [
    ("decision_tree", "", False, tree.DecisionTreeClassifier),
    ("random_forest", "trees: 100", False, ensemble.RandomForestClassifier),
    ("extra_trees", "trees: 100", False, ensemble.ExtraTreesClassifier),
    ("gradient_boosting", "rounds: 100", False, lambda: xgboost.XGBClassifier(**BOOSTING)),
    ("bagging", "count: 10", False, lambda: ensemble.BaggingClassifier(n_estimators=10)),
    ("adaboost", "rounds: 50", False,
     lambda: ensemble.AdaBoostClassifier(n_estimators=50, algorithm="SAMME")),
    ("voting", MEMBERS, False,
     lambda: ensemble.VotingClassifier(members("classes"), voting="soft")),
    ("stacking", MEMBERS + ", final: {learner: random_forest}", False,
     lambda: ensemble.StackingClassifier(members("classes"), ensemble.RandomForestClassifier())),
    ("logistic_regression", "c: 1", True, lambda: linear_model.LogisticRegression(max_iter=1000)),
    ("naive_bayes", "distribution: gaussian", False, naive_bayes.GaussianNB),
    ("knn", "k: 5", True, neighbors.KNeighborsClassifier),
    ("knn", "k: 5, weights: distance", True,
     lambda: neighbors.KNeighborsClassifier(weights="distance")),
    ("svm", "c: 1, probabilities: false", True, svm.SVC),
    ("sgd_linear", "epochs: 200", True, lambda: linear_model.SGDClassifier(loss="log_loss")),
]
REGRESSORS = [
    ("decision_tree", "", False, tree.DecisionTreeRegressor),
    ("random_forest", "trees: 100", False, ensemble.RandomForestRegressor),
    ("extra_trees", "trees: 100", False, ensemble.ExtraTreesRegressor),
    ("gradient_boosting", "rounds: 100", False, lambda: xgboost.XGBRegressor(**BOOSTING)),
    ("bagging", "count: 10", False, lambda: ensemble.BaggingRegressor(n_estimators=10)),
    ("adaboost", "rounds: 50", False, lambda: ensemble.AdaBoostRegressor(n_estimators=50)),
    ("voting", MEMBERS, False, lambda: ensemble.VotingRegressor(members("numbers"))),
    ("stacking", MEMBERS + ", final: {learner: random_forest}", False,
     lambda: ensemble.StackingRegressor(members("numbers"), ensemble.RandomForestRegressor())),
    ("linear_regression", "l2: 0", False, linear_model.LinearRegression),
    ("polynomial_regression", "degree: 2, l2: 0", True,
     lambda: make_pipeline(PolynomialFeatures(2), linear_model.LinearRegression())),
    ("knn", "k: 5", True, neighbors.KNeighborsRegressor),
    ("svm", "c: 1", True, svm.SVR),
    ("sgd_linear", "", True, linear_model.SGDRegressor),
]


def learner_yaml(name, settings):
    return "{learner: %s%s}" % (name, ", " + settings if settings else "")


def tables():
    for name, kind in (("iris", "classes"), ("wine", "classes"), ("breast_cancer", "classes"),
                       ("digits", "classes"), ("diabetes", "numbers")):
        data = getattr(datasets, "load_" + name)()
        yield name, kind, data.data.astype(numpy.float32), data.target


def folds_of(kind, x, y):
    split = StratifiedKFold if kind == "classes" else KFold
    fold = numpy.zeros(len(y), int)
    for number, (_, test) in enumerate(split(FOLDS, shuffle=True, random_state=1).split(x, y)):
        fold[test] = number
    return fold


def write_table(path, x, y, fold):
    with open(path, "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["x%d" % i for i in range(x.shape[1])] + ["fold", "target"])
        for row, of, target in zip(x, fold, y):
            out.writerow([repr(float(v)) for v in row] + [of, target])


class Refused(Exception):
    """What the program said that it cannot do."""


def reason(errors):
    first = errors.strip().splitlines()[0]  # "error: FILE:1:2: learner.learner: there is no …; …"
    return first.split(": ", 2)[-1].split(";")[0]


def our_scores(sandlot, folder, data, kind, learner, standardize, seeds):
    """[seeds, folds]; Refused with the program's words where it cannot."""
    config = folder / "config.yaml"
    config.write_text(
        "name: peer\ntarget: target\nstandardize: %s\ntask: %s\nlearner: %s\n"
        "permutation: {repeats: 0}\ncross_validation: {fold_column: fold}\n"
        % ("true" if standardize else "false",
           "classification" if kind == "classes" else "regression", learner))
    scores = []
    for seed in range(1, seeds + 1):
        done = subprocess.run(
            [sandlot, "fit", config, "--data", data, "--out", folder / "out", "--overwrite",
             "--jobs", "1", "--set", "seed=%d" % seed], capture_output=True, text=True)
        if done.returncode != 0:
            raise Refused(reason(done.stderr))
        with open(folder / "out" / "scores.csv") as file:
            scores.append([float(row["accuracy" if kind == "classes" else "r2"])
                           for row in csv.DictReader(file)])
    return numpy.array(scores)


def peer_scores(make, standardize, x, y, fold, seeds):
    scores = []
    for seed in range(seeds):
        numpy.random.seed(seed)
        scores.append([])
        for number in range(FOLDS):
            model = make()
            if "random_state" in model.get_params():
                model.set_params(random_state=seed)
            if standardize:
                model = make_pipeline(StandardScaler(), model)
            held = fold == number
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                scores[-1].append(model.fit(x[~held], y[~held]).score(x[held], y[held]))
    return numpy.array(scores)


def accuracy(options):
    print("Score: accuracy, for diabetes R²; mean over %d folds and %d seeds. scikit-learn %s, "
          "XGBoost %s.\n" % (FOLDS, options.seeds, sklearn.__version__, xgboost.__version__))
    print("| learner | data | ours ± SE | peer ± SE | within one SE | difference by folds ± SE |\n"
          "|---|---|---|---|---|---|")
    skipped = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for data_name, kind, x, y in tables():
            fold = folds_of(kind, x, y)
            data = folder / (data_name + ".csv")
            write_table(data, x, y, fold)
            for learner, settings, standardize, make in (
                    CLASSIFIERS if kind == "classes" else REGRESSORS):
                if options.only and learner not in options.only:
                    continue
                yaml = learner_yaml(learner, settings)
                try:
                    ours = our_scores(options.sandlot, folder, data, kind, yaml, standardize,
                                      options.seeds).mean(axis=0)
                except Refused as refusal:
                    skipped.setdefault((kind, learner, settings), str(refusal))
                    continue
                theirs = peer_scores(make, standardize, x, y, fold, options.seeds).mean(axis=0)
                difference = ours - theirs
                error = difference.std(ddof=1) / FOLDS ** 0.5
                peer_error = theirs.std(ddof=1) / FOLDS ** 0.5
                off = difference.mean() / peer_error
                verdict = "yes" if abs(off) <= 1 else "%.1f SE %s" % (
                    abs(off), "better" if off > 0 else "worse")
                print("| %s%s | %s | %.4f ± %.4f | %.4f ± %.4f | %s | %+.4f ± %.4f |" % (
                    learner, " (%s)" % settings if settings and "members" not in settings else "",
                    data_name, ours.mean(), ours.std(ddof=1) / FOLDS ** 0.5, theirs.mean(),
                    peer_error, verdict, difference.mean(), error), flush=True)
    for (_, learner, settings), why in skipped.items():
        print("Skipped: %s (%s): %s" % (learner, settings, why), file=sys.stderr)


def made_up(rows, columns, kind, seed):
    """A table with some order in it: products, steps, and noise."""
    random = numpy.random.RandomState(seed)
    x = random.normal(size=(rows, columns)).astype(numpy.float32)
    y = x[:, 0] * x[:, 1] + numpy.sin(3 * x[:, 2]) + (x[:, 3] > 0) * x[:, 4] + x[:, 5] / 2
    y = y + 0.5 * random.normal(size=rows)
    return x, (y > 0).astype(int) if kind == "classifier" else y.astype(numpy.float32)


def hist(kind, threads):
    base = xgboost.XGBClassifier if kind == "classifier" else xgboost.XGBRegressor
    return base(n_estimators=100, max_depth=6, learning_rate=0.1, tree_method="hist", max_bin=256,
                n_jobs=threads)


# Name, kind, rows at most, ours, the peer with so many threads, whether threads apply.
SPEEDS = [
    ("decision_tree, depth 10", "classifier", 10**9, "decision_tree, max_depth: 10",
     lambda n: tree.DecisionTreeClassifier(max_depth=10), False),
    ("random_forest, 100 × depth 10", "classifier", 10**9,
     "random_forest, trees: 100, max_depth: 10",
     lambda n: ensemble.RandomForestClassifier(100, max_depth=10, n_jobs=n), True),
    ("extra_trees, 50 × depth 10", "classifier", 10**9, "extra_trees, trees: 50, max_depth: 10",
     lambda n: ensemble.ExtraTreesClassifier(50, max_depth=10, n_jobs=n), True),
    ("gradient_boosting, 100 × depth 6 (XGBoost hist)", "classifier", 10**9,
     "gradient_boosting, rounds: 100, max_depth: 6, max_leaves: 64",
     lambda n: hist("classifier", n), True),
    ("gradient_boosting, 100 × depth 6 (scikit-learn hist)", "classifier", 10**9,
     "gradient_boosting, rounds: 100, max_depth: 6, max_leaves: 64",
     lambda n: ensemble.HistGradientBoostingClassifier(
         max_iter=100, max_depth=6, max_leaf_nodes=64, early_stopping=False), True),
    ("decision_tree, depth 10", "regressor", 10**9, "decision_tree, max_depth: 10",
     lambda n: tree.DecisionTreeRegressor(max_depth=10), False),
    ("gradient_boosting, 100 × depth 6 (XGBoost hist)", "regressor", 10**9,
     "gradient_boosting, rounds: 100, max_depth: 6, max_leaves: 64",
     lambda n: hist("regressor", n), True),
    ("linear_regression", "regressor", 10**9, "linear_regression",
     lambda n: linear_model.LinearRegression(n_jobs=n), False),
    ("logistic_regression", "classifier", 10**9, "logistic_regression, c: 1",
     lambda n: linear_model.LogisticRegression(), False),
    ("naive_bayes", "classifier", 10**9, "naive_bayes, distribution: gaussian",
     lambda n: naive_bayes.GaussianNB(), False),
    ("knn, k 5", "classifier", 10000, "knn, k: 5",
     lambda n: neighbors.KNeighborsClassifier(5, n_jobs=n), False),
    ("svm, RBF", "classifier", 10000, "svm, c: 1, probabilities: false", lambda n: svm.SVC(), False),
    ("svm, RBF", "regressor", 10000, "svm, c: 1", lambda n: svm.SVR(), False),
]


def write_examples(path, x, y):
    numpy.savetxt(path, numpy.column_stack([x, y]), delimiter=",", fmt="%.9g")


def our_times(options, folder, kind, learner, rows, threads):
    done = subprocess.run(
        [options.bench, "--kind", kind, "--learner", "{learner: %s}" % learner, "--train",
         folder / ("%s-%d-train.csv" % (kind, rows)), "--test",
         folder / ("%s-%d-test.csv" % (kind, rows)), "--rows", "1000"]
        + (["--processor-time"] if threads == 1 else []), capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(reason(done.stderr))
    return json.loads(done.stdout)


def peer_times(make, threads, train, test):
    now = time.process_time if threads == 1 else time.perf_counter
    model = make(threads)
    start = now()
    model.fit(*train)
    fitted = now()
    model.predict(test[0])
    predicted = now()
    passes = []
    few = test[0][:30]
    for _ in range(3):
        begin = now()
        for row in few:
            model.predict(row.reshape(1, -1))
        passes.append((now() - begin) / len(few) * 1e6)
    return {"fit_s": fitted - start, "predict_s": predicted - fitted, "row_us": sorted(passes)[1],
            "score": model.score(*test)}


def peer_in_own_process(index, threads, rows):
    """OpenMP reads its number of threads once, when it is loaded."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads),
                       OMP_WAIT_POLICY="passive")
    done = subprocess.run([sys.executable, __file__, "peer", str(index), str(threads), str(rows)],
                          env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def best(times):
    """The least of each time: what else runs on the machine only adds to it."""
    return {key: min(t[key] for t in times) for key in times[0]}


def speed(options):
    print("Seconds on %s rows × 20 columns, as many predicted; best of %d. scikit-learn %s, XGBoost "
          "%s. ×: the peer's time by ours.\n" % ("{:,}".format(options.rows), options.repeats,
                                                 sklearn.__version__, xgboost.__version__))
    print("| learner | kind | threads | score, ours / peer | learn, s | × | predict, s | × | one row, "
          "µs | × |\n|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for index, (label, kind, most, ours_settings, _, threaded) in enumerate(SPEEDS):
            rows = min(most, options.rows)
            for part, seed in (("train", 1), ("test", 2)):
                path = folder / ("%s-%d-%s.csv" % (kind, rows, part))
                if not path.exists():
                    write_examples(path, *made_up(rows, 20, kind, seed))
            for threads in options.threads:
                if threads > 1 and not threaded:
                    continue
                settings = ours_settings + (", threads: %d" % threads if threaded else "")
                ours, theirs = [], []
                try:
                    for _ in range(options.repeats):
                        ours.append(our_times(options, folder, kind, settings, rows, threads))
                        theirs.append(peer_in_own_process(index, threads, rows))
                except Refused as refusal:
                    print("Skipped: %s: %s" % (label, refusal), file=sys.stderr)
                    continue
                score = "%.4f / %.4f" % (ours[0]["score"], theirs[0]["score"])
                ours, theirs = best(ours), best(theirs)
                cells = []
                for key in ("fit_s", "predict_s", "row_us"):
                    mine, other = ours[key], theirs[key]
                    cells.append("%.3g / %.3g | %s" % (mine, other,
                                                       "%.2g" % (other / mine) if mine > 0 else "–"))
                rows_text = "" if rows == options.rows else ", {:,} rows".format(rows)
                print("| %s%s | %s | %d | %s | %s |" % (label, rows_text, kind, threads, score,
                                                        " | ".join(cells)), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sandlot", default="build/release/sim/cli/sandlot")
    parser.add_argument("--bench", default="build/release/bench/bench_learner")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verb = verbs.add_parser("accuracy")
    verb.add_argument("--seeds", type=int, default=3)
    verb.add_argument("--only", nargs="*", help="names of learners")
    verb = verbs.add_parser("speed")
    verb.add_argument("--rows", type=int, default=100000)
    verb.add_argument("--repeats", type=int, default=2)
    verb.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    verb = verbs.add_parser("peer")  # one measurement, for `speed`
    for name in ("index", "threads", "rows"):
        verb.add_argument(name, type=int)
    options = parser.parse_args()
    if options.verb == "peer":
        _, kind, _, _, make, _ = SPEEDS[options.index]
        train, test = (made_up(options.rows, 20, kind, seed) for seed in (1, 2))
        print(json.dumps(peer_times(make, options.threads, train, test)))
    else:
        {"accuracy": accuracy, "speed": speed}[options.verb](options)


if __name__ == "__main__":
    main()
