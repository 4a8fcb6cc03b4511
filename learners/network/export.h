// A network as arrays that other programs read: docs/networks.md.
#pragma once

#include <string>

#include "learners/network/fit.h"
#include "learners/network/network.h"
#include "sim/core/array_sink.h"

namespace sandlot {

// Layers with their sizes, as JSON.
std::string architecture_json(const Architecture& architecture);
// `architecture`, and each block of parameters by its name.
void export_network(const Network& network, ArraySink& sink);
// `observation`, as JSON: how a row becomes the network's input; `input.mean` and `input.deviation`
// where it is standardised.
void export_space(const Space& space, ArraySink& sink);
void export_inputs(const NetworkInputs& inputs, ArraySink& sink);

}  // namespace sandlot
