// Ranks: processes that train together, such as those that mpirun starts. Rank 0 runs the training
// and writes its files; the others serve it.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace sandlot {

class Ranks {
 public:
  virtual ~Ranks() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  // Rank 0 gives `bytes` to all: on return they are in everyone's. All call it.
  virtual void broadcast(std::vector<std::byte>& bytes) = 0;
  // What every rank gives, in the order of ranks, on rank 0; nothing on the others. All call it.
  virtual std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) = 0;
};

}  // namespace sandlot
