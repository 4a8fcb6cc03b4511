#!/usr/bin/python3
"""Sandlot's clusterers and decompositions beside scikit-learn's: as good, and how fast?

Each method gets the same rows with the same settings, one program after the other on this machine. Times
are the processor's, of one thread; ratios are the peer's time divided by ours, above 1 ours is faster. What
begins at random once, and may end well or badly, is run with eight seeds; figures are means.

  bench/peers/unsupervised.py --bench build/release/bench/bench_unsupervised

Prints a table in Markdown. Needs python3-sklearn and python3-numpy.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")

import numpy  # noqa: E402
import sklearn  # noqa: E402
from sklearn import cluster, datasets, decomposition, manifold, metrics  # noqa: E402


def blobs(rows, columns, groups, seed):
    random = numpy.random.RandomState(seed)
    centres = random.uniform(-10, 10, size=(groups, columns))
    return (centres[random.randint(groups, size=rows)] +
            random.normal(size=(rows, columns))).astype(numpy.float32)


def falling(rows, columns, seed):
    """Columns mixed from others whose deviations fall."""
    random = numpy.random.RandomState(seed)
    x = random.normal(size=(rows, columns)) * 0.97 ** numpy.arange(columns)
    return (x @ random.normal(size=(columns, columns))).astype(numpy.float32)


def documents(rows, words, topics, seed):
    random = numpy.random.RandomState(seed)
    of_topic = random.dirichlet(numpy.full(words, 0.05), size=topics)
    shares = random.dirichlet(numpy.full(topics, 0.2), size=rows) @ of_topic
    return numpy.array([random.multinomial(80, share / share.sum()) for share in shares],
                       dtype=numpy.float32)


def inertia(x, labels):
    return sum(((x[labels == c].astype(float) - x[labels == c].mean(0, dtype=float)) ** 2).sum()
               for c in numpy.unique(labels) if c >= 0)


def labels_of(model):
    return model.labels_


def compare_inertia(x, ours, model, _):
    return compare_inertias(x, [(ours, model, None)])


def compare_inertias(x, runs):
    mine = numpy.mean([inertia(x, ours[:, 0].astype(int)) for ours, _, _ in runs])
    other = numpy.mean([inertia(x, model.labels_) for _, model, _ in runs])
    return "inertia %.5g / %.5g (%+.2f%%)" % (mine, other, 100 * (mine / other - 1))


def compare_labels(x, ours, model, _):
    mine, other = ours[:, 0].astype(int), model.labels_
    pairs = set(zip(mine, other))
    same = (len(pairs) == len(set(mine)) == len(set(other)) and
            bool(numpy.all((mine == -1) == (other == -1))))
    return "%d / %d clusters, %s" % (len(set(mine) - {-1}), len(set(other) - {-1}),
                                     "labels equal up to names" if same else
                                     "adjusted Rand index %.5f" %
                                     metrics.adjusted_rand_score(mine, other))


def compare_components(x, ours, model, _):
    signs = numpy.sign((ours * model.components_).sum(1, keepdims=True))
    return "largest difference of a component %.1e" % numpy.abs(ours * signs -
                                                                model.components_).max()


def compare_perplexity(x, ours, model, figures):
    return "perplexity %.2f / %.2f" % (figures["perplexity"], model.perplexity(x))


def compare_maps(x, runs):
    mine = numpy.mean([figures["divergence"] for _, _, figures in runs])
    other = numpy.mean([model.kl_divergence_ for _, model, _ in runs])
    found = "divergence %.4f / %.4f (%+.1f%%)" % (mine, other, 100 * (mine / other - 1))
    for near in 5, 12:
        of = numpy.array([[manifold.trustworthiness(x, m, n_neighbors=near)
                           for m in (ours, model.embedding_)] for ours, model, _ in runs])
        error = (of.var(axis=0, ddof=1).sum() / len(runs)) ** 0.5
        found += ", trustworthiness of %d neighbours %.4f / %.4f (%+.4f ± %.4f)" % (
            near, *of.mean(axis=0), of[:, 0].mean() - of[:, 1].mean(), error)
    return found


def noisy_map(seed):
    """t-SNE from the principal components and a little noise, so that seeds differ."""
    model = manifold.TSNE(learning_rate="auto", random_state=seed)

    def fit(x):
        places = decomposition.PCA(2, svd_solver="full").fit_transform(x)
        places *= 1e-4 / places[:, 0].std()
        noise = 1e-6 * numpy.random.default_rng(seed).standard_normal(places.shape)
        model.set_params(init=(places + noise).astype(numpy.float32))
        return manifold.TSNE.fit(model, x)

    model.fit = fit
    return model


def table(name):
    return getattr(datasets, "load_" + name)().data.astype(numpy.float32)


# Name, rows, ours, the peer, what is compared.
METHODS = [
    ("k-means, iris", lambda: table("iris"), "k_means, clusters: 3, restarts: 10",
     lambda: cluster.KMeans(3, n_init=10, random_state=1), compare_inertia),
    ("k-means, wine", lambda: table("wine"), "k_means, clusters: 3, restarts: 10",
     lambda: cluster.KMeans(3, n_init=10, random_state=1), compare_inertia),
    ("k-means, digits", lambda: table("digits"), "k_means, clusters: 10, restarts: 10",
     lambda: cluster.KMeans(10, n_init=10, random_state=1), compare_inertia),
    ("k-means of 32, 100,000 × 20", lambda: blobs(100000, 20, 40, 1),
     "k_means, clusters: 32, restarts: 10",
     lambda: cluster.KMeans(32, n_init=10, random_state=1), compare_inertia),
    ("the same by bounds (Elkan's)", lambda: blobs(100000, 20, 40, 1),
     "k_means, clusters: 32, restarts: 10, method: bounds",
     lambda: cluster.KMeans(32, n_init=10, algorithm="elkan", random_state=1), compare_inertia),
    ("the same in mini-batches, one start, eight seeds", lambda: blobs(100000, 20, 40, 1),
     "k_means, clusters: 32, method: mini_batch",
     lambda seed: cluster.MiniBatchKMeans(32, n_init=1, random_state=seed), compare_inertias),
    ("k-means of 64, no groups, 50,000 × 10", lambda: blobs(50000, 10, 1, 1),
     "k_means, clusters: 64",
     lambda: cluster.KMeans(64, n_init=1, random_state=1), compare_inertia),
    ("mean-shift, iris", lambda: table("iris"), "mean_shift", cluster.MeanShift, compare_labels),
    ("mean-shift, 2,000 × 2", lambda: blobs(2000, 2, 6, 1), "mean_shift, bandwidth: 2",
     lambda: cluster.MeanShift(bandwidth=2), compare_labels),
    ("DBSCAN, iris", lambda: table("iris"), "dbscan", cluster.DBSCAN, compare_labels),
    ("DBSCAN, wine", lambda: table("wine"), "dbscan, radius: 30",
     lambda: cluster.DBSCAN(eps=30), compare_labels),
    ("DBSCAN, digits", lambda: table("digits"), "dbscan, radius: 22",
     lambda: cluster.DBSCAN(eps=22), compare_labels),
    ("DBSCAN, 100,000 × 2", lambda: blobs(100000, 2, 40, 1), "dbscan, radius: 0.1, min_rows: 10",
     lambda: cluster.DBSCAN(eps=0.1, min_samples=10), compare_labels),
    ("PCA, iris", lambda: table("iris"), "pca, components: 4",
     lambda: decomposition.PCA(4), compare_components),
    ("PCA, wine", lambda: table("wine"), "pca, components: 5",
     lambda: decomposition.PCA(5), compare_components),
    ("PCA, digits", lambda: table("digits"), "pca, components: 10",
     lambda: decomposition.PCA(10, svd_solver="full"), compare_components),
    ("PCA, 20,000 × 100", lambda: falling(20000, 100, 1), "pca, components: 10",
     lambda: decomposition.PCA(10, svd_solver="full"), compare_components),
    ("PCA, randomised, 5,000 × 800", lambda: falling(5000, 800, 1),
     "pca, components: 10, method: randomized, power_iterations: 7",
     lambda: decomposition.PCA(10, svd_solver="randomized", iterated_power=7, random_state=1),
     compare_components),
    ("truncated SVD, randomised, 5,000 × 800", lambda: falling(5000, 800, 1),
     "truncated_svd, components: 10, method: randomized, power_iterations: 5",
     lambda: decomposition.TruncatedSVD(10, random_state=1), compare_components),
    ("latent Dirichlet, 1,000 × 300", lambda: documents(1000, 300, 8, 1),
     "latent_dirichlet, topics: 8, passes: 10",
     lambda: decomposition.LatentDirichletAllocation(8, max_iter=10, random_state=1),
     compare_perplexity),
    ("t-SNE, Barnes–Hut, iris, eight seeds", lambda: table("iris"),
     "t_sne, method: barnes_hut", noisy_map, compare_maps),
    ("t-SNE, Barnes–Hut, digits, eight seeds", lambda: table("digits"), "t_sne", noisy_map,
     compare_maps),
]


def our_result(bench, folder, settings, x, seed=1):
    numpy.savetxt(folder / "x.csv", x, delimiter=",", fmt="%.9g")
    done = subprocess.run(
        [bench, "--method", "{learner: %s}" % settings, "--data", folder / "x.csv", "--out",
         folder / "out.csv", "--processor-time", "--seed", str(seed)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(settings + ": " + done.stderr)
    found = numpy.loadtxt(folder / "out.csv", delimiter=",", ndmin=2, dtype=numpy.float32)
    return json.loads(done.stdout), found


def timed(model, x):
    begin = time.process_time()
    model.fit(x)
    return model, time.process_time() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bench", default="build/release/bench/bench_unsupervised")
    parser.add_argument("--only", help="part of a method's name")
    options = parser.parse_args()
    print("scikit-learn %s; ours / peer.\n" % sklearn.__version__)
    print("| method | found | seconds | × |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        for label, make, settings, peer, compare in METHODS:
            if options.only and options.only not in label:
                continue
            x = make()
            if "eight seeds" in label:
                runs, mine, theirs = [], 0, 0
                for seed in range(1, 9):
                    figures, ours = our_result(options.bench, pathlib.Path(name), settings, x, seed)
                    model, seconds = timed(peer(seed), x)
                    runs.append((ours, model, figures))
                    mine, theirs = mine + figures["fit_s"] / 8, theirs + seconds / 8
                found = compare(x, runs)
            else:
                figures, ours = our_result(options.bench, pathlib.Path(name), settings, x)
                model, theirs = timed(peer(), x)
                mine, found = figures["fit_s"], compare(x, ours, model, figures)
            print("| %s | %s | %.3g / %.3g | %.2g |" %
                  (label, found, mine, theirs, theirs / max(mine, 1e-6)), flush=True)


if __name__ == "__main__":
    main()
