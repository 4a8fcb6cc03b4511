#include "sim/core/archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace sandlot {
namespace {

constexpr std::string_view magic = "SANDLOT\n";

std::array<std::array<std::uint32_t, 256>, 8> make_crc_tables() {
  std::array<std::array<std::uint32_t, 256>, 8> tables{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82f63b78u : 0);
    tables[0][i] = crc;
  }
  for (std::size_t k = 1; k < 8; ++k)
    for (std::size_t i = 0; i < 256; ++i)
      tables[k][i] = (tables[k - 1][i] >> 8) ^ tables[0][tables[k - 1][i] & 0xff];
  return tables;
}

[[noreturn]] void throw_errno(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// Closes the descriptor when it goes out of scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t previous) {
  // Eight bytes at a time ("slicing-by-8", Kounavis & Berry 2005).
  static const auto tables = make_crc_tables();
  std::uint32_t crc = ~previous;
  std::size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + i, 8);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xff];
  }
  for (; i < bytes.size(); ++i)
    crc = (crc >> 8) ^ tables[0][(crc ^ static_cast<std::uint32_t>(bytes[i])) & 0xff];
  return ~crc;
}

void Reader::expect_tag(std::string_view name) {
  std::string found;
  read(found);
  if (found != name) fail("expected the part \"" + std::string(name) + "\"");
}

void Reader::fail(const std::string& what) const {
  throw ArchiveError(source_ + ": cannot be read: " + what + " (at byte " +
                     std::to_string(position_) + ")");
}

void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  std::filesystem::create_directories(folder);
  const std::filesystem::path temporary = path.string() + ".partial";
  {
    Descriptor file{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)};
    if (file.fd < 0) throw_errno("cannot write " + temporary.string());
    std::size_t written = 0;
    while (written < bytes.size()) {
      const ssize_t n = ::write(file.fd, bytes.data() + written, bytes.size() - written);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) throw_errno("cannot write " + temporary.string());
      written += static_cast<std::size_t>(n);
    }
    if (::fsync(file.fd) != 0) throw_errno("cannot write " + temporary.string());
  }
  std::filesystem::rename(temporary, path);
  const Descriptor directory{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.fd >= 0) ::fsync(directory.fd);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text)));
}

std::vector<std::byte> read_file(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) throw_errno("cannot read " + path.string());
  struct stat status {};
  if (::fstat(file.fd, &status) != 0) throw_errno("cannot read " + path.string());
  if (S_ISDIR(status.st_mode)) {
    errno = EISDIR;
    throw_errno("cannot read " + path.string());
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(status.st_size));
  std::size_t done = 0;
  for (;;) {
    if (done == bytes.size()) bytes.resize(bytes.size() + 4096);  // it may have grown, or be a pipe
    const ssize_t n = ::read(file.fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw_errno("cannot read " + path.string());
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  bytes.resize(done);
  return bytes;
}

void save_archive(const std::filesystem::path& path, std::string_view kind, std::uint32_t version,
                  const Writer& content) {
  Writer out;
  out.write_bytes(magic.data(), magic.size());
  out.write(kind);
  out.write(version);
  out.write<std::uint64_t>(content.bytes().size());
  out.write_bytes(content.bytes().data(), content.bytes().size());
  out.write(crc32c(out.bytes()));
  write_file_atomically(path, out.bytes());
}

ArchiveFile::ArchiveFile(const std::filesystem::path& path, std::string_view kind,
                         std::uint32_t newest_version)
    : bytes_(read_file(path)), source_(path.string()) {
  verify(kind, newest_version);
}

ArchiveFile::ArchiveFile(std::vector<std::byte> bytes, const std::string& source,
                         std::string_view kind, std::uint32_t newest_version)
    : bytes_(std::move(bytes)), source_(source) {
  verify(kind, newest_version);
}

void ArchiveFile::verify(std::string_view kind, std::uint32_t newest_version) {
  Reader in(bytes_, source_);
  std::array<char, magic.size()> start{};
  if (bytes_.size() < magic.size() + sizeof(std::uint32_t)) in.fail("it is too short");
  in.read(start);
  if (std::string_view(start.data(), start.size()) != magic)
    in.fail("it is not a Sandlot file");
  std::uint32_t stored = 0;
  const std::size_t body = bytes_.size() - sizeof stored;
  std::memcpy(&stored, bytes_.data() + body, sizeof stored);
  if (crc32c(std::span(bytes_).first(body)) != stored)
    in.fail("its checksum does not match: it was cut off or damaged");
  std::string found;
  in.read(found);
  if (found != kind) in.fail("it holds a " + found + ", not a " + std::string(kind));
  in.read(version_);
  if (version_ < 1 || version_ > newest_version)
    in.fail("it has version " + std::to_string(version_) + ", this program reads up to " +
            std::to_string(newest_version));
  if (in.read<std::uint64_t>() != in.remaining() - sizeof stored)
    in.fail("its length is wrong");
  content_offset_ = body - (in.remaining() - sizeof stored);
}

Reader ArchiveFile::reader() const& {
  return Reader(std::span(bytes_).first(bytes_.size() - sizeof(std::uint32_t))
                    .subspan(content_offset_),
                source_);
}

}  // namespace sandlot
