// Insight: what a policy looked at and what its network held, drawn beside and over the picture.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/environment.h"
#include "sim/core/policy.h"
#include "sim/core/scene.h"

namespace sandlot {

struct InsightInfo {
  bool saliency = false, network = false;  // the panels that are wanted

  // The gradient of the chosen action by each number of the observation; empty where there is none.
  std::span<const float> gradient = {};
  std::span<const std::string> names = {};  // of the numbers of one frame; may be empty
  // Where the numbers are a picture's, which is then heated instead of a list being shown.
  const ObservationGrid* grid = nullptr;
  std::span<const int> shape = {};  // of the observation

  std::span<const LayerView> layers = {};     // empty where the policy has no network
  const GraphView* graph = nullptr;           // or the network of one that has no layers
  std::span<const std::string> actions = {};  // names of its outputs; may be empty
};

// The squares of the grid that mattered, over the world's picture: by how much the action's worth
// depends on them, over all planes and frames, against the most of all. Call it between
// Environment::draw and draw_overlay.
void draw_heat(Scene& scene, const InsightInfo& info);

// A panel more to the right, for the list of numbers and for the network; nothing where neither is
// wanted. Call it after draw_overlay.
void draw_insight(Scene& scene, const InsightInfo& info);

// The panel's width in pixels for a picture of this height.
int insight_width(int height);

// By square, [height · width] row by row: the root of the sum of squares over planes and frames.
std::vector<float> heat_of(std::span<const float> gradient, std::span<const int> shape,
                           const ObservationGrid& grid);

}  // namespace sandlot
