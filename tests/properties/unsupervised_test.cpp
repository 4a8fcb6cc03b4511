// What holds for every registered clusterer and transformer.
#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "learners/clusterer.h"
#include "learners/transformer.h"
#include "sim/cli/register_all.h"
#include "sim/config/reader.h"
#include "sim/core/random.h"

using namespace sandlot;

namespace {

const Registry& registry() {
  static const Registry* all = [] {
    auto* r = new Registry;
    register_all(*r);
    return r;
  }();
  return *all;
}

const std::multimap<std::string, std::string> kSettings{
    {"autoencoder", "hidden: [6], epochs: 3, batch: 8"},
    {"k_means", "clusters: 4"},
    {"k_means", "clusters: 4, method: bounds"},
    {"k_means", "clusters: 4, method: mini_batch, batch: 16"},
    {"mean_shift", "bandwidth: 0.4"},
    {"mean_shift", "bandwidth: 0.4, kernel: gaussian, keep_outliers: false"},
    {"mean_shift", "bandwidth: 0.4, bin_seeding: true"},
    {"dbscan", "radius: 0.2, min_rows: 3"},
    {"pca", "components: 2"},
    {"pca", "components: 2, whiten: true, method: randomized"},
    {"latent_dirichlet", "topics: 3, passes: 5"},
    {"latent_dirichlet", "topics: 3, passes: 3, online: true, batch: 16"},
};

// Whether a row of weight 2 must be the row twice. Where it need not be, the reason.
const std::map<std::string, std::string> kOwnWeights{
    {"autoencoder", "batches are drawn from rows"},
    {"k_means", "the first centres are drawn from rows"},
    {"latent_dirichlet, online", "batches are of rows"},
};

const Space kInput = Space::box({3}, 0, 1);

Matrix make_rows(int rows, Seed seed) {
  Random random(seed);
  Matrix x(rows, 3);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = random.uniform_float();
  return x;
}

Matrix output(const Clusterer& c, const Matrix& x) {
  const auto labels = c.predict(x);
  Matrix table(x.rows(), 1);
  for (std::size_t i = 0; i < labels.size(); ++i)
    table(static_cast<Eigen::Index>(i), 0) = static_cast<float>(labels[i]);
  return table;
}
Matrix output(const Transformer& t, const Matrix& x) { return t.transform(x); }

template <class Learner>
std::vector<std::byte> saved(const Learner& learner) {
  Writer out;
  learner.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

template <class Factory>
struct Case {
  std::string name, settings;
  Slot<Factory> slot{""};
  auto make() const { return slot->make(kInput, 5); }
  bool has_own_weights() const {
    for (const auto& [key, reason] : kOwnWeights) {
      const std::size_t comma = key.find(", ");
      if (key.substr(0, comma) == name &&
          (comma == std::string::npos || settings.find(key.substr(comma + 2)) != std::string::npos))
        return true;
    }
    return false;
  }
};

template <class Factory>
int for_each_case(const std::function<void(const Case<Factory>&)>& property) {
  int count = 0;
  for (const auto& entry : registry().list(Factory::kind)) {
    std::vector<std::string> settings;
    const auto [first, last] = kSettings.equal_range(entry.name);
    for (auto it = first; it != last; ++it) settings.push_back(it->second);
    if (settings.empty()) settings.push_back("");
    for (const std::string& some : settings) {
      Case<Factory> c{entry.name, some};
      const Tree tree =
          parse_yaml("{learner: " + entry.name + (some.empty() ? "" : ", ") + some + "}", "test");
      std::vector<Problem> problems;
      SettingsReader reader(registry(), tree, "", problems);
      reader.chosen("learner", c.slot, "");
      reader.finish();
      TreeIssues issues(tree, "", problems);
      CAPTURE(c.name);
      CAPTURE(c.settings);
      REQUIRE(problems.empty());
      c.slot->check(kInput, issues);
      REQUIRE(problems.empty());
      property(c);
      // A discrete input has no distances and no directions.
      c.slot->check(Space::discrete(4), issues);
      CHECK_FALSE(problems.empty());
      ++count;
    }
  }
  return count;
}

template <class Factory>
void go_on_as_if_unbroken(const Case<Factory>& c) {
  const Matrix x = make_rows(40, 1), more = make_rows(30, 2);
  const auto whole = c.make(), again = c.make(), loaded = c.make();
  CHECK_THROWS_AS(output(*whole, x), std::logic_error);
  whole->fit(x);
  again->fit(more);  // fit() forgets
  again->fit(x);
  const auto bytes = saved(*whole);
  CHECK(saved(*again) == bytes);
  Reader in(bytes);
  loaded->load(in);
  CHECK(in.remaining() == 0);
  CHECK(saved(*loaded) == bytes);
  CHECK(output(*loaded, more) == output(*whole, more));
  const Matrix alone = output(*whole, more.middleRows(7, 1));
  CHECK((output(*whole, more).middleRows(7, 1) - alone).cwiseAbs().maxCoeff() < 1e-5f);
  if (c.slot->facts().incremental) {
    whole->partial_fit(more);
    loaded->partial_fit(more);
    CHECK(saved(*loaded) == saved(*whole));
  } else {
    CHECK_THROWS_AS(whole->partial_fit(more), std::logic_error);
  }
  for (std::size_t size = 0; size < bytes.size(); size += 1 + bytes.size() / 50) {
    Reader cut(std::span<const std::byte>(bytes).first(size));
    CHECK_THROWS_AS(loaded->load(cut), ArchiveError);
  }
}

template <class Factory>
void weights_count_rows(const Case<Factory>& c) {
  const Matrix x = make_rows(40, 1);
  std::vector<float> weights(40, 1);
  std::vector<Eigen::Index> kept, repeated;
  for (Eigen::Index row = 0; row < 40; ++row) {
    if (row % 7 == 3)
      weights[static_cast<std::size_t>(row)] = 0;
    else
      kept.push_back(row);
  }
  const auto weighted = c.make(), plain = c.make();
  weighted->fit(x, weights);
  plain->fit(Matrix(x(kept, Eigen::all)));
  CHECK(saved(*weighted) == saved(*plain));
  if (c.has_own_weights()) return;
  for (Eigen::Index row = 0; row < 40; ++row) {
    weights[static_cast<std::size_t>(row)] = static_cast<float>(1 + row % 3);
    for (int i = 0; i <= row % 3; ++i) repeated.push_back(row);
  }
  weighted->fit(x, weights);
  plain->fit(Matrix(x(repeated, Eigen::all)));
  CHECK((output(*weighted, x) - output(*plain, x)).cwiseAbs().maxCoeff() < 1e-3f);
}

template <class Factory>
void refusals(const Case<Factory>& c) {
  Matrix x = make_rows(20, 1);
  const auto model = c.make();
  CHECK_THROWS_AS(model->fit(Matrix(0, 3)), std::invalid_argument);
  CHECK_THROWS_AS(model->fit(Matrix::Zero(20, 4)), std::invalid_argument);
  CHECK_THROWS_AS(model->fit(x, std::vector<float>{1, 2}), std::invalid_argument);
  for (const float bad :
       {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN()}) {
    x(4, 0) = bad;
    CHECK_THROWS_AS(model->fit(x), std::invalid_argument);
    CHECK_FALSE(model->fitted());
  }
}

// One row, rows that are equal, a constant column: a result, or a clear refusal.
template <class Factory>
void odd_rows(const Case<Factory>& c) {
  Matrix constant = make_rows(20, 1);
  constant.col(1).setConstant(0.25f);
  for (const Matrix& odd :
       {constant, Matrix(make_rows(1, 2)), Matrix(Matrix::Constant(20, 3, 0.5f))}) {
    const auto model = c.make();
    try {
      model->fit(odd);
    } catch (const std::invalid_argument& error) {
      const std::string text = error.what();
      CHECK(
          (text.find("expected") != std::string::npos || text.find("set it") != std::string::npos));
      CHECK_FALSE(model->fitted());
      continue;
    }
    CHECK(output(*model, odd).allFinite());
  }
}

template <class Factory>
void all_properties(int least) {
  const int count = for_each_case<Factory>([](const Case<Factory>& c) {
    CAPTURE(c.name);
    CAPTURE(c.settings);
    go_on_as_if_unbroken(c);
    weights_count_rows(c);
    refusals(c);
    odd_rows(c);
  });
  CHECK(count >= least);
}

}  // namespace

TEST_CASE("clusterers: what holds for every one") { all_properties<ClustererFactory>(7); }

TEST_CASE("transformers: what holds for every one") { all_properties<TransformerFactory>(6); }

TEST_CASE("transformers: there is a way back where facts say so") {
  for_each_case<TransformerFactory>([](const Case<TransformerFactory>& c) {
    const Matrix x = make_rows(60, 1);
    const auto model = c.make();
    model->fit(x);
    const Matrix z = model->transform(x);
    CHECK(z.cols() == model->outputs());
    if (c.slot->facts().inverse)
      CHECK(model->inverse_transform(z).cols() == 3);
    else
      CHECK_THROWS_AS(model->inverse_transform(z), std::logic_error);
  });
}
