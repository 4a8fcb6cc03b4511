// The picture of a network without layers: inputs at the left or, where they are a picture's, as
// that picture; outputs at the right, hidden nodes between by depth, links in the colour of their
// weight and the brighter the more they carry.
#pragma once

#include <span>
#include <string>

#include "sim/core/environment.h"
#include "sim/core/policy.h"
#include "sim/core/scene.h"

namespace sandlot {

struct GraphBox {
  float left = 0, top = 0, right = 0, bottom = 0;  // in pixels of the scene
  float unit = 1;                                  // size of type and lines, as in panel.h
};

// `shape`: of the observation; with three numbers, [planes, height, width], and a grid it is a
// picture. `inputs` and `outputs` are names, and may be empty.
void draw_graph(Scene& scene, const GraphView& graph, const GraphBox& box,
                std::span<const int> shape, const ObservationGrid* grid,
                std::span<const std::string> inputs, std::span<const std::string> outputs);

}  // namespace sandlot
