// Archives: how state is saved and loaded.
//
// A Writer fills memory; `save_archive` frames it with a kind, a version and a checksum and puts it
// on the disk so that a reader sees the whole old file or the whole new one, never a part:
// temporary name, fsync, rename, fsync of the folder. Byte order is little-endian.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace sandlot {

static_assert(std::endian::native == std::endian::little, "archives are written little-endian");

struct ArchiveError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Values that are stored as their bytes. Structures with padding must not be, since padding bytes
// are indeterminate and files are compared byte by byte.
template <class T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                (std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>);

class Writer {
 public:
  void write_bytes(const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), bytes, bytes + size);
  }
  template <Plain T>
  void write(const T& value) {
    write_bytes(&value, sizeof value);
  }
  template <Plain T, std::size_t N>
  void write(const std::array<T, N>& values) {
    write_bytes(values.data(), sizeof(T) * N);
  }
  void write(std::string_view text) {
    write<std::uint64_t>(text.size());
    write_bytes(text.data(), text.size());
  }
  void write(const std::string& text) { write(std::string_view(text)); }
  void write(const char* text) { write(std::string_view(text)); }
  template <class T>
    requires Plain<T> && (!std::is_same_v<T, bool>)
  void write(const std::vector<T>& values) {
    write<std::uint64_t>(values.size());
    write_bytes(values.data(), values.size() * sizeof(T));
  }
  // Marks the start of a part; the reader checks it, so that a mismatch is found where it begins.
  void tag(std::string_view name) { write(name); }

  std::span<const std::byte> bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

 private:
  std::vector<std::byte> bytes_;
};

// Reads what a Writer wrote; throws ArchiveError on the first thing that does not fit. It never
// reads past the end and never allocates more than the archive's own size.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes, std::string source = "archive")
      : bytes_(bytes), source_(std::move(source)) {}

  void read_bytes(void* data, std::size_t size) {
    if (size > remaining()) fail("it ends too early");
    if (size > 0) std::memcpy(data, bytes_.data() + position_, size);
    position_ += size;
  }
  template <Plain T>
  void read(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      read(byte);
      if (byte > 1) fail("a truth value is neither 0 nor 1");
      value = byte == 1;
    } else {
      read_bytes(&value, sizeof value);
    }
  }
  template <Plain T>
  T read() {
    T value{};
    read(value);
    return value;
  }
  template <Plain T, std::size_t N>
  void read(std::array<T, N>& values) {
    read_bytes(values.data(), sizeof(T) * N);
  }
  void read(std::string& text) {
    text.resize(read_count(1));
    read_bytes(text.data(), text.size());
  }
  template <class T>
    requires Plain<T> && (!std::is_same_v<T, bool>)
  void read(std::vector<T>& values) {
    values.resize(read_count(sizeof(T)));
    read_bytes(values.data(), values.size() * sizeof(T));
  }
  // A count of items of at least `item_size` bytes each, checked against what is left.
  std::size_t read_count(std::size_t item_size) {
    const auto count = read<std::uint64_t>();
    if (count > remaining() / item_size) fail("a count is larger than the rest of the file");
    return static_cast<std::size_t>(count);
  }
  void expect_tag(std::string_view name);
  std::size_t remaining() const { return bytes_.size() - position_; }
  const std::string& source() const { return source_; }
  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  std::string source_;
};

// CRC-32C (Castagnoli), as in iSCSI and TFRecord; `previous` continues an earlier sum.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous = 0);

// Replaces `path` by `bytes`: all of them or nothing. Throws std::runtime_error with the reason.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);
std::vector<std::byte> read_file(const std::filesystem::path& path);

void save_archive(const std::filesystem::path& path, std::string_view kind, std::uint32_t version,
                  const Writer& content);

// A file read and verified: kind, version ≤ `newest_version`, length and checksum.
class ArchiveFile {
 public:
  ArchiveFile(const std::filesystem::path& path, std::string_view kind,
              std::uint32_t newest_version);
  // The same checks on bytes in memory, `source` names them in errors.
  ArchiveFile(std::vector<std::byte> bytes, const std::string& source, std::string_view kind,
              std::uint32_t newest_version);

  std::uint32_t version() const { return version_; }
  Reader reader() const&;  // refers to the file: it must outlive the reader
  Reader reader() const&& = delete;

 private:
  void verify(std::string_view kind, std::uint32_t newest_version);

  std::vector<std::byte> bytes_;
  std::string source_;
  std::uint32_t version_ = 0;
  std::size_t content_offset_ = 0;
};

}  // namespace sandlot
