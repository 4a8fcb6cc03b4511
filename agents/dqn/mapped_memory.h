// Mapped memory: a large block of zeros that takes real memory page by page, as it is written.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace sandlot {

class MappedMemory {
 public:
  MappedMemory() = default;
  // With `folder` the block is backed by a file there, which has no name and is gone with the
  // process, however it ends: the system writes pages out when memory is short. The disk space is
  // reserved here, so that a full disk is an error now and not a signal later. Throws
  // std::system_error that names the folder.
  MappedMemory(std::size_t size, const std::string& folder);
  ~MappedMemory();
  MappedMemory(MappedMemory&& other) noexcept { *this = std::move(other); }
  MappedMemory& operator=(MappedMemory&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }

  std::byte* data() const { return static_cast<std::byte*>(data_); }
  std::size_t size() const { return size_; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sandlot
