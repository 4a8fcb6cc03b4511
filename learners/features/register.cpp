#include "learners/features/register.h"

#include "learners/features/basis.h"
#include "learners/features/table.h"
#include "learners/features/tile_coding.h"

namespace sandlot {

void register_features(Registry& registry) {
  add_feature_map<TableFeatures>(registry, "table",
                                 "One feature per state; boxes are cut into bins");
  add_feature_map<TileCoding>(
      registry, "tile_coding",
      "Overlapping grids, one tile on in each (Sutton & Barto, section 9.5.4)");
  add_feature_map<RadialBasis>(registry, "rbf",
                               "Gaussian bumps on a grid (Sutton & Barto, section 9.5.5)");
  add_feature_map<FourierBasis>(registry, "fourier",
                                "Cosines (Konidaris, Osentoski & Thomas 2011)");
  add_feature_map<PolynomialBasis>(registry, "polynomial",
                                   "Products of powers (Sutton & Barto, section 9.5.1)");
}

}  // namespace sandlot
