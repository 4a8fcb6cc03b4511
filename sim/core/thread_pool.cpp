#include "sim/core/thread_pool.h"

namespace sandlot {

ThreadPool::ThreadPool(int threads) : parts_(threads < 1 ? 1 : threads) {
  errors_.resize(static_cast<std::size_t>(parts_));
  for (int part = 1; part < parts_; ++part) {
    threads_.emplace_back([this, part] {
      std::uint64_t seen = 0;
      for (;;) {
        {
          std::unique_lock lock(mutex_);
          start_.wait(lock, [&] { return stop_ || round_ != seen; });
          if (stop_) return;
          seen = round_;
        }
        work_on(part);
        std::lock_guard lock(mutex_);
        if (--pending_ == 0) done_.notify_one();
      }
    });
  }
}

ThreadPool::~ThreadPool() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  start_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void ThreadPool::work_on(int part) {
  const auto rows = static_cast<std::int64_t>(rows_);
  const int begin = static_cast<int>(rows * part / parts_);
  const int end = static_cast<int>(rows * (part + 1) / parts_);
  auto& error = errors_[static_cast<std::size_t>(part)];
  error = nullptr;
  try {
    if (begin < end) (*work_)(begin, end);
  } catch (...) {
    error = std::current_exception();
  }
}

void ThreadPool::run(int rows, const std::function<void(int, int)>& work) {
  {
    std::lock_guard lock(mutex_);
    rows_ = rows;
    work_ = &work;
    pending_ = parts_ - 1;
    ++round_;
  }
  start_.notify_all();
  work_on(0);
  std::unique_lock lock(mutex_);
  done_.wait(lock, [&] { return pending_ == 0; });
  for (const auto& error : errors_)
    if (error) std::rethrow_exception(error);
}

}  // namespace sandlot
