// The Eigen backend: forward, backward and optimiser written out, without allocation once warm.
#pragma once

#include "learners/network/network.h"

namespace sandlot {

std::unique_ptr<Network> make_eigen_network(const Architecture& architecture,
                                            const OptimizerSettings& optimizer, Seed seed);

}  // namespace sandlot
