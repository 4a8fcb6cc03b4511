#include "learners/encoders/register.h"

#include "learners/encoders/dbscan_novelty.h"
#include "learners/encoders/dimensionality_reduction.h"
#include "learners/encoders/state_aggregation.h"

namespace sandlot {

void register_encoders(Registry& registry) {
  add_encoder<StateAggregation>(registry, "state_aggregation",
                                "The number of a cell, found by a clusterer");
  add_encoder<DimensionalityReduction>(registry, "dimensionality_reduction",
                                       "Fewer numbers, made by a transformer");
  add_novelty_detector<DbscanNovelty>(registry, "dbscan",
                                      "New is what is noise among a sample of training");
}

}  // namespace sandlot
