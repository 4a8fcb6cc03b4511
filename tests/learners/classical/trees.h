// Data and checks that the tests of trees and ensembles share.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "learners/matrix.h"
#include "sim/core/archive.h"
#include "sim/core/random.h"
#include "sim/core/space.h"

namespace sandlot::tests {

inline Space numbers(int columns) { return Space::box({columns}, -1e30f, 1e30f); }

struct Examples {
  Matrix x, y;
  std::vector<std::int32_t> labels;
};

// Normal inputs; targets that depend on the first two of them, with noise; labels that say in which
// of `classes` equal parts of the first output a row falls.
inline Examples noisy(int rows, int columns, int outputs, Seed seed, int classes = 2,
                      double noise = 0.5) {
  Random random(seed);
  Examples e{Matrix(rows, columns), Matrix(rows, outputs), {}};
  for (Eigen::Index i = 0; i < e.x.size(); ++i) e.x.data()[i] = static_cast<float>(random.normal());
  for (int row = 0; row < rows; ++row) {
    const double a = static_cast<double>(e.x(row, 0));
    const double b = columns > 1 ? static_cast<double>(e.x(row, 1)) : 0;
    for (int k = 0; k < outputs; ++k)
      e.y(row, k) = static_cast<float>(std::sin(2 * a) + (k + 1) * b + noise * random.normal());
    const double part = 0.5 + 0.5 * std::tanh(static_cast<double>(e.y(row, 0)));
    e.labels.push_back(std::min(static_cast<std::int32_t>(part * classes), classes - 1));
  }
  return e;
}

// Each row as often as its weight says, beside its copies.
inline Examples repeat(const Examples& e, const std::vector<float>& weights) {
  std::vector<Eigen::Index> rows;
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (int k = 0; k < static_cast<int>(weights[i]); ++k)
      rows.push_back(static_cast<Eigen::Index>(i));
  Examples r{e.x(rows, Eigen::all), e.y(rows, Eigen::all), {}};
  for (const Eigen::Index row : rows) r.labels.push_back(e.labels[static_cast<std::size_t>(row)]);
  return r;
}

template <class Learner>
std::vector<std::byte> saved(const Learner& learner) {
  Writer out;
  learner.save(out);
  return {out.bytes().begin(), out.bytes().end()};
}

template <class Model>
double accuracy(const Model& model, const Examples& e) {
  const auto guesses = model.predict(e.x);
  double right = 0;
  for (std::size_t i = 0; i < guesses.size(); ++i) right += guesses[i] == e.labels[i];
  return right / static_cast<double>(guesses.size());
}

template <class Model>
double r_squared(const Model& model, const Examples& e) {
  const auto error = static_cast<double>((model.predict(e.x) - e.y).squaredNorm());
  return 1 - error / static_cast<double>((e.y.array() - e.y.mean()).square().sum());
}

// Cut short anywhere, or with one byte changed, an archive is refused or gives a model that can be
// used.
template <class Make>
void survives_damage(const std::vector<std::byte>& bytes, const Matrix& x, Make make) {
  for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 97) {
    auto model = make();
    Reader in(std::span<const std::byte>(bytes).first(cut));
    CHECK_THROWS_AS(model.load(in), ArchiveError);
  }
  Random random(1);
  int refused = 0;
  for (int i = 0; i < 300; ++i) {
    auto damaged = bytes;
    // Every other time near the start, where names and counts are.
    const std::size_t reach = i % 2 == 0 ? bytes.size() : std::min<std::size_t>(bytes.size(), 64);
    damaged[random.below(static_cast<std::uint32_t>(reach))] ^=
        static_cast<std::byte>(1u << random.below(8));
    auto model = make();
    Reader in(damaged);
    try {
      model.load(in);
      if (model.fitted()) CHECK(model.predict(x).size() > 0);
    } catch (const ArchiveError&) {
      ++refused;
    }
  }
  CHECK(refused > 0);
}

}  // namespace sandlot::tests
