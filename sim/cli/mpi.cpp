#include "sim/cli/mpi.h"

#define OMPI_SKIP_MPICXX 1  // its C++ interface, which is no more
#include <mpi.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "sim/cli/common.h"

namespace sandlot {
namespace {

using Clock = std::chrono::steady_clock;

void check(int code, const char* what) {
  if (code != MPI_SUCCESS) throw std::runtime_error(std::string("MPI failed in ") + what);
}

// What mpirun does when a rank dies: it asks the others to end, and kills them a second later. One
// that waits for the dead would never say why.
void wait(MPI_Request& request, int rank, const char* what) {
  Clock::time_point asked{};
  for (int tries = 0;; ++tries) {
    int done = 0;
    check(MPI_Test(&request, &done, MPI_STATUS_IGNORE), what);
    if (done) return;
    if (tries < 2000) continue;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
    if (!stop_requested || rank > 0) continue;  // rank 0 decides
    if (asked == Clock::time_point{}) asked = Clock::now();
    if (Clock::now() - asked > std::chrono::milliseconds(300))
      throw std::runtime_error(
          "asked to stop while another rank does not answer: it has died, or is in the middle of "
          "a generation; the newest checkpoint is whole, --resume goes on from it");
  }
}

int size_of(std::size_t bytes) {
  if (bytes > 0x7fffffff) throw std::runtime_error("more than 2 GiB for one message between ranks");
  return static_cast<int>(bytes);
}

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    int provided = 0;
    check(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    if (size_ > 1) make_counter();
  }
  ~MpiRanks() override {
    if (size_ > 1) {
      MPI_Win_unlock_all(window_);
      MPI_Win_free(&window_);
    }
    MPI_Finalize();
  }
  MpiRanks(const MpiRanks&) = delete;
  MpiRanks& operator=(const MpiRanks&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void broadcast(std::vector<std::byte>& bytes) override {
    std::uint64_t size = bytes.size();
    MPI_Request request;
    check(MPI_Ibcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD, &request), "MPI_Ibcast");
    wait(request, rank_, "MPI_Ibcast");
    bytes.resize(size);
    if (size == 0) return;
    check(MPI_Ibcast(bytes.data(), size_of(size), MPI_BYTE, 0, MPI_COMM_WORLD, &request),
          "MPI_Ibcast");
    wait(request, rank_, "MPI_Ibcast");
  }

  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) override {
    const int own = size_of(bytes.size());
    std::vector<int> sizes(static_cast<std::size_t>(size_)), starts(sizes.size());
    MPI_Request request;
    check(MPI_Igather(&own, 1, MPI_INT, sizes.data(), 1, MPI_INT, 0, MPI_COMM_WORLD, &request),
          "MPI_Igather");
    wait(request, rank_, "MPI_Igather");
    std::vector<std::byte> all;
    if (rank_ == 0) {
      std::exclusive_scan(sizes.begin(), sizes.end(), starts.begin(), 0);
      all.resize(static_cast<std::size_t>(starts.back()) + static_cast<std::size_t>(sizes.back()));
      size_of(all.size());
    }
    check(MPI_Igatherv(bytes.data(), own, MPI_BYTE, all.data(), sizes.data(), starts.data(),
                       MPI_BYTE, 0, MPI_COMM_WORLD, &request),
          "MPI_Igatherv");
    wait(request, rank_, "MPI_Igatherv");
    std::vector<std::vector<std::byte>> parts;
    for (std::size_t r = 0; rank_ == 0 && r < sizes.size(); ++r)
      parts.emplace_back(all.begin() + starts[r], all.begin() + starts[r] + sizes[r]);
    return parts;
  }

  void open_claims() override { at_counter(0, MPI_REPLACE); }
  // Over a network rank 0 may answer only when it calls MPI itself, which it does for its own
  // claims: between individuals.
  std::uint64_t claim() override { return at_counter(1, MPI_SUM); }

 private:
  // The counter lies in the memory of rank 0, where all may reach it (MPI-3.1, section 11).
  void make_counter() {
    const MPI_Aint bytes = rank_ == 0 ? sizeof(std::uint64_t) : 0;
    std::uint64_t* counter = nullptr;
    check(MPI_Win_allocate(bytes, sizeof(std::uint64_t), MPI_INFO_NULL, MPI_COMM_WORLD, &counter,
                           &window_),
          "MPI_Win_allocate");
    check(MPI_Win_lock_all(MPI_MODE_NOCHECK, window_), "MPI_Win_lock_all");
  }

  std::uint64_t at_counter(std::uint64_t operand, MPI_Op operation) {
    std::uint64_t before = 0;
    check(MPI_Fetch_and_op(&operand, &before, MPI_UINT64_T, 0, 0, operation, window_),
          "MPI_Fetch_and_op");
    check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    return before;
  }

  int rank_ = 0, size_ = 1;
  MPI_Win window_ = MPI_WIN_NULL;
};

}  // namespace

std::unique_ptr<Ranks> start_ranks() {
  // MPI takes long to start and opens files and sockets: only where there are others.
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"})
    if (std::getenv(name)) {
      auto ranks = std::make_unique<MpiRanks>();
      if (ranks->size() > 1) return ranks;
      return nullptr;
    }
  return nullptr;
}

void abort_ranks(int exit_code) {
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

}  // namespace sandlot
