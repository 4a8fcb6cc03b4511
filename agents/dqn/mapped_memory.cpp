#include "agents/dqn/mapped_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace sandlot {
namespace {

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

[[noreturn]] void refuse(int error, const std::string& folder) {
  throw std::system_error(error, std::generic_category(),
                          "cannot map memory to a file in " + folder);
}

int open_nameless(const std::string& folder) {
#ifdef O_TMPFILE
  const int nameless = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (nameless >= 0) return nameless;
#endif
  // Some file systems know no files without a name: one that is removed at once is the next best.
  std::string name = folder + "/.sandlot-replay-XXXXXX";
  const int fd = ::mkstemp(name.data());
  if (fd < 0) refuse(errno, folder);
  ::unlink(name.c_str());
  return fd;
}

}  // namespace

MappedMemory::MappedMemory(std::size_t size, const std::string& folder) {
  if (size == 0) return;
  Descriptor file;
  if (!folder.empty()) {
    file.fd = open_nameless(folder);
    if (const int error = ::posix_fallocate(file.fd, 0, static_cast<off_t>(size)); error != 0)
      refuse(error, folder);
  }
  const int flags = folder.empty() ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED;
  void* const data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, file.fd, 0);
  if (data == MAP_FAILED) {
    if (folder.empty())
      throw std::system_error(errno, std::generic_category(),
                              "cannot reserve " + std::to_string(size) + " bytes of memory");
    refuse(errno, folder);
  }
  data_ = data;
  size_ = size;
}

MappedMemory::~MappedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace sandlot
