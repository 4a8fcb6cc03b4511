#include "sim/core/thread_ranks.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sandlot {

class ThreadRanks::Other final : public Ranks {
 public:
  Other(ThreadRanks& all, int rank) : all_(all), rank_(rank) {}
  int rank() const override { return rank_; }
  int size() const override { return all_.size(); }
  void broadcast(std::vector<std::byte>& bytes) override { all_.receive(seen_, bytes); }
  std::vector<std::vector<std::byte>> gather(std::span<const std::byte> bytes) override {
    all_.give(static_cast<std::size_t>(rank_), bytes);
    return {};
  }
  void open_claims() override { throw std::logic_error("rank 0 alone opens claims"); }
  std::uint64_t claim() override { return all_.claim(); }

 private:
  ThreadRanks& all_;
  int rank_;
  std::uint64_t seen_ = 0;
};

ThreadRanks::ThreadRanks(int size, std::function<void(Ranks&)> serve)
    : parts_(static_cast<std::size_t>(std::max(size, 1))) {
  for (int rank = 1; rank < size; ++rank)
    threads_.emplace_back([this, rank, serve] {
      try {
        Other other(*this, rank);
        serve(other);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
      changed_.notify_all();
    });
}

ThreadRanks::~ThreadRanks() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ThreadRanks::broadcast(std::vector<std::byte>& bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return waited_for_ == 0 || error_; });
  if (error_) std::rethrow_exception(error_);
  message_ = bytes;
  waited_for_ = size() - 1;
  ++round_;
  lock.unlock();
  changed_.notify_all();
}

void ThreadRanks::receive(std::uint64_t& seen, std::vector<std::byte>& bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return round_ != seen || closed_; });
  if (round_ == seen) {
    bytes.clear();
    return;
  }
  seen = round_;
  bytes = message_;
  if (--waited_for_ == 0) changed_.notify_all();
}

void ThreadRanks::give(std::size_t rank, std::span<const std::byte> bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !parts_[rank] || closed_; });
  parts_[rank].emplace(bytes.begin(), bytes.end());
  lock.unlock();
  changed_.notify_all();
}

std::vector<std::vector<std::byte>> ThreadRanks::gather(std::span<const std::byte> bytes) {
  std::unique_lock lock(mutex_);
  parts_[0].emplace(bytes.begin(), bytes.end());
  changed_.wait(lock, [&] {
    return error_ ||
           std::all_of(parts_.begin(), parts_.end(), [](const auto& part) { return part; });
  });
  if (error_) std::rethrow_exception(error_);
  std::vector<std::vector<std::byte>> all;
  for (auto& part : parts_) all.push_back(std::move(*std::exchange(part, std::nullopt)));
  lock.unlock();
  changed_.notify_all();
  return all;
}

}  // namespace sandlot
