// What is configured of AlphaZero.
#pragma once

#include "agents/alpha_zero/evaluator.h"
#include "agents/alpha_zero/puct_tree.h"
#include "learners/network/network.h"

namespace sandlot {

struct ResignationSettings {
  double below = 0;  // 0: nobody resigns
  double play_on = 0.1;
  double most_wrong = 0.05;
  void fields(Fields& f);
};

struct SelfPlaySettings {
  std::int64_t simulations = 64;
  std::int64_t fast_simulations = 0;
  double fast_share = 0.75;
  double noise = 0.25;
  double noise_alpha = 0;
  double temperature = 1;
  int sampled_moves = 30;
  int random_moves = 0;
  bool keep_tree = false;
  ResignationSettings resign;
  void fields(Fields& f);
};

struct PlaySettings : PuctSettings {
  std::int64_t simulations = 100;
  double seconds = 0;
  void fields(Fields& f);
};

struct GatingSettings {
  int games = 0;  // 0: the newest network plays
  int every = 500;
  double win_rate = 0.55;
  std::int64_t simulations = 32;
  void fields(Fields& f);
};

struct PositionSettings {
  std::int64_t capacity = 50000;
  std::int64_t start = 2000;
  void fields(Fields& f);
};

struct AlphaZeroSettings {
  NetworkSettings network;
  std::vector<std::int64_t> heads{64};
  OptimizerSettings optimizer;
  PlaySettings search;
  SelfPlaySettings self_play;
  bool augment = true;
  SymmetricEvaluation symmetric = SymmetricEvaluation::none;
  PositionSettings replay;
  int batch = 256;
  double reuse = 4;
  double value_weight = 1;
  GatingSettings gating;

  AlphaZeroSettings();
  void fields(Fields& f);
  void check(const EnvironmentSpec& spec, int copies, Issues& issues) const;
  Architecture architecture(const EnvironmentSpec& spec) const;
};

}  // namespace sandlot
