// The processes that mpirun, or Slurm's srun, has started this program as.
#pragma once

#include <memory>

#include "sim/core/ranks.h"

namespace sandlot {

// Null where this is the only process, or where Sandlot was built without MPI: more than one then
// is an error. Called once, before anything else; the end of its life is the end of MPI.
std::unique_ptr<Ranks> start_ranks();

// Ends all processes, after what went wrong has been said.
[[noreturn]] void abort_ranks(int exit_code);

}  // namespace sandlot
