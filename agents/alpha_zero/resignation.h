// Who may give up, and whether those who would have were right.
//
// In a share of the games nobody may (Silver et al. 2017, "Mastering the game of Go without human
// knowledge", methods: 10%). From them it is known what the lowest expectation was of those who did
// not lose, and the threshold is kept so low that they are no more than a share, 5% there, of all
// who would have given up.
#pragma once

#include <cstdint>
#include <vector>

#include "agents/alpha_zero/settings.h"
#include "sim/core/archive.h"

namespace sandlot {

class Resignation {
 public:
  explicit Resignation(const ResignationSettings& settings)
      : settings_(settings), threshold_(settings.below) {}

  bool enabled() const { return settings_.below < 0; }
  double threshold() const { return threshold_; }
  double play_on() const { return settings_.play_on; }
  // Of a side of a game that was played on: its lowest expectation, and whether it lost.
  void learn(double lowest, bool lost);
  // Of those remembered who would have given up, the share that did not lose; 0 where there are
  // none.
  double wrong_share() const { return wrong_share(threshold_); }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Side {
    double lowest;
    bool lost;
  };
  static constexpr std::size_t kRemembered = 400;
  double wrong_share(double threshold) const;
  void adjust();

  ResignationSettings settings_;
  double threshold_;
  std::vector<Side> sides_;  // a ring
  std::size_t next_ = 0;
};

}  // namespace sandlot
