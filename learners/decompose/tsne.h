// t-SNE: rows as points of a plane, so that near ones stay near (van der Maaten & Hinton 2008,
// "Visualizing data using t-SNE").
//
// exact: all pairs. barnes_hut: of the attraction only 3 · perplexity neighbours, of the repulsion
// far points in groups, by a quadtree (van der Maaten 2014, "Accelerating t-SNE using tree-based
// algorithms"), for thousands of rows. The first places are the two principal components, so that
// the map keeps its large-scale order (Kobak & Berens 2019). A map has no place for rows that come
// later.
#pragma once

#include <cstdint>

#include "learners/matrix.h"
#include "sim/core/random.h"
#include "sim/core/settings.h"

namespace sandlot {

enum class TsneMethod : std::uint8_t { automatic, exact, barnes_hut };

struct TsneSettings {
  TsneMethod method = TsneMethod::automatic;
  double perplexity = 30;
  int iterations = 1000;
  double exaggeration = 12;
  int exaggerated_iterations = 250;
  double learning_rate = 0;
  double angle = 0.5;
  int threads = 1;
  void fields(Fields& f);
};

struct TsneMap {
  Matrix points;          // [rows, 2]
  double divergence = 0;  // Kullback–Leibler, of the plane's neighbourhoods from those of the rows
};

// Throws std::invalid_argument for values that are not finite, and where the perplexity is not
// below rows / 3.
TsneMap tsne(const MatrixView& x, const TsneSettings& settings, Seed seed);

// How far the nearest `neighbours` in the map are near in x as well: 1 where all are (Venna & Kaski
// 2001, eq. 1). neighbours < rows / 2.
double trustworthiness(const MatrixView& x, const MatrixView& map, int neighbours);

}  // namespace sandlot
