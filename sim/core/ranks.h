// Ranks: processes that train together, such as those that mpirun starts. Rank 0 runs the training
// and writes its files; the others serve it.
#pragma once

#include <cstddef>
#include <cstdint>
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

  // Work that is dealt out as ranks get to it. claim() gives 0, 1, 2 … in turn, each to one rank
  // only; open_claims(), called by rank 0 alone, begins anew at 0. It comes before a broadcast that
  // the others wait for, so that nobody claims meanwhile.
  virtual void open_claims() = 0;
  virtual std::uint64_t claim() = 0;
};

}  // namespace sandlot
