// The LibTorch backend, on CPU or CUDA. This header knows nothing of LibTorch.
#pragma once

#include "learners/network/network.h"

namespace sandlot {

bool torch_cuda_available();
std::unique_ptr<Network> make_torch_network(const Architecture& architecture,
                                            const OptimizerSettings& optimizer,
                                            const BackendSettings& backend, Seed seed);

}  // namespace sandlot
