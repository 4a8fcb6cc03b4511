#include "sim/experiment/tensorboard.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "sim/core/archive.h"

namespace sandlot {
namespace {

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

template <class T>
void put_fixed(std::string& out, T value) {
  char bytes[sizeof(T)];
  std::memcpy(bytes, &value, sizeof(T));
  out.append(bytes, sizeof(T));
}

// Protocol-buffer keys: field number << 3 | wire type (0 varint, 1 64 bits, 2 length, 5 32 bits).
void put_text(std::string& out, int field, std::string_view text) {
  put_varint(out, static_cast<std::uint64_t>(field << 3 | 2));
  put_varint(out, text.size());
  out.append(text);
}

void put_double(std::string& out, int field, double value) {
  put_varint(out, static_cast<std::uint64_t>(field << 3 | 1));
  put_fixed(out, value);
}

std::uint32_t masked_crc(std::string_view bytes) {
  const std::uint32_t crc = crc32c(std::as_bytes(std::span(bytes.data(), bytes.size())));
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string new_name() {
  static std::atomic<int> count{0};
  char host[256] = "localhost";
  gethostname(host, sizeof host - 1);
  return "events.out.tfevents." + std::to_string(static_cast<std::int64_t>(wall_time())) + "." +
         host + "." + std::to_string(getpid()) + "." + std::to_string(count++);
}

}  // namespace

EventFile::EventFile(const std::filesystem::path& folder, const std::string& name,
                     std::uint64_t length)
    : name_(name.empty() ? new_name() : name) {
  const auto path = folder / name_;
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::runtime_error(path.string() + ": " + std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(lseek(file_, 0, SEEK_END));
  length_ = std::min(length, size);
  if (ftruncate(file_, static_cast<off_t>(length_)) != 0 ||
      lseek(file_, static_cast<off_t>(length_), SEEK_SET) < 0) {
    close(file_);
    throw std::runtime_error(path.string() + ": " + std::strerror(errno));
  }
  if (length_ == 0) {
    std::string event;
    put_double(event, 1, wall_time());
    put_text(event, 3, "brain.Event:2");
    record(event);
  }
}

EventFile::~EventFile() {
  try {
    flush();
  } catch (const std::exception&) {
    // The metrics file holds the same figures; a destructor has nobody to tell.
  }
  close(file_);
}

void EventFile::scalar(std::string_view tag, std::int64_t step, double value) {
  std::string entry;
  put_text(entry, 1, tag);
  put_varint(entry, 2 << 3 | 5);
  put_fixed(entry, static_cast<float>(value));
  std::string summary;
  put_text(summary, 1, entry);
  std::string event;
  put_double(event, 1, wall_time());
  put_varint(event, 2 << 3 | 0);
  put_varint(event, static_cast<std::uint64_t>(step));
  put_text(event, 5, summary);
  record(event);
}

void EventFile::record(const std::string& data) {
  std::string frame;
  put_fixed(frame, static_cast<std::uint64_t>(data.size()));
  put_fixed(frame, masked_crc(frame));
  frame += data;
  put_fixed(frame, masked_crc(data));
  buffer_ += frame;
  length_ += frame.size();
}

void EventFile::flush() {
  for (std::size_t done = 0; done < buffer_.size();) {
    const ssize_t n = write(file_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::runtime_error(name_ + ": " + std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
  buffer_.clear();
}

}  // namespace sandlot
