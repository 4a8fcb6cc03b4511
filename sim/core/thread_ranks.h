// Ranks that are threads of this process: an agent that can spread its work over processes spreads
// it over threads in the same way, and comes to the same bytes.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "sim/core/ranks.h"

namespace sandlot {

class ThreadRanks final : public Ranks {
 public:
  // This object is rank 0, for the thread that makes it. Each of the others is a thread that calls
  // `serve` once, with its own Ranks.
  ThreadRanks(int size, std::function<void(Ranks&)> serve);
  // Those that wait for a broadcast get an empty one; waits until all have returned.
  ~ThreadRanks() override;
  ThreadRanks(const ThreadRanks&) = delete;
  ThreadRanks& operator=(const ThreadRanks&) = delete;

  int rank() const override { return 0; }
  int size() const override { return static_cast<int>(parts_.size()); }
  // Throw what `serve` threw, where it did.
  void broadcast(std::vector<std::byte>& bytes) override;
  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) override;
  void open_claims() override { claimed_ = 0; }
  std::uint64_t claim() override { return claimed_++; }

 private:
  class Other;

  void receive(std::uint64_t& seen, std::vector<std::byte>& bytes);
  void give(std::size_t rank, std::span<const std::byte> bytes);

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::byte> message_;
  std::uint64_t round_ = 0;  // of broadcasts
  int waited_for_ = 0;       // ranks that have not taken the last one yet
  std::vector<std::optional<std::vector<std::byte>>> parts_;  // of each rank, what it has given
  std::atomic<std::uint64_t> claimed_ = 0;
  bool closed_ = false;
  std::exception_ptr error_;
  std::vector<std::thread> threads_;
};

}  // namespace sandlot
