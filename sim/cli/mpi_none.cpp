#include <cstdlib>
#include <stdexcept>
#include <string>

#include "sim/cli/mpi.h"

namespace sandlot {

std::unique_ptr<Ranks> start_ranks() {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (size && std::string(size) != "1")
    throw std::runtime_error(
        "mpirun has started " + std::string(size) +
        " processes, but this build has no MPI; install libopenmpi-dev and build again");
  return nullptr;
}

void abort_ranks(int exit_code) { std::_Exit(exit_code); }

}  // namespace sandlot
