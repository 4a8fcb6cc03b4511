// ThreadPool: splits a range of rows over threads that live as long as the pool.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sandlot {

class ThreadPool {
 public:
  explicit ThreadPool(int threads);  // the caller's thread is one of them
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Calls work(begin, end) for disjoint ranges that cover 0 … rows−1, and returns when all are done.
  // The first exception (in order of range) is thrown again here.
  void run(int rows, const std::function<void(int, int)>& work);

 private:
  void work_on(int part);

  int parts_;
  std::mutex mutex_;
  std::condition_variable start_, done_;
  std::uint64_t round_ = 0;
  int pending_ = 0;
  bool stop_ = false;
  int rows_ = 0;
  const std::function<void(int, int)>* work_ = nullptr;
  std::vector<std::exception_ptr> errors_;
  std::vector<std::thread> threads_;
};

}  // namespace sandlot
