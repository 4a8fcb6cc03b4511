// What a kind of learner can do, known before one is made: `static constexpr LearnerFacts kFacts`.
#pragma once

namespace sandlot {

struct LearnerFacts {
  bool incremental = false;    // partial_fit() works
  bool probabilities = false;  // classifiers: predict_probabilities() works
  bool importances = false;    // importances() says how much each input counts
  bool missing = false;        // x may hold NaN for what is not known
  bool inverse = false;        // transformers: inverse_transform() works
};

}  // namespace sandlot
