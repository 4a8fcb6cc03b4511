#include "sim/experiment/npz.h"

#include <zlib.h>

#include <algorithm>
#include <stdexcept>

#include "sim/core/archive.h"

namespace sandlot {
namespace {

// APPNOTE.TXT of PKWARE, sections 4.3.7, 4.3.12 and 4.3.16, of which only the oldest parts are
// used.
constexpr std::uint16_t kVersion = 20;
constexpr std::uint16_t kNoDate = 0x21;  // 1 January 1980, the first there is

std::uint32_t checksum(const std::string& content) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

// What both headers of an entry have in common, from the version on.
void write_facts(Writer& out, const std::string& name, const std::string& content) {
  out.write(kVersion);
  out.write<std::uint16_t>(0x800);  // the name is UTF-8
  out.write<std::uint16_t>(0);      // stored
  out.write<std::uint16_t>(0);      // time
  out.write(kNoDate);
  out.write(checksum(content));
  out.write(static_cast<std::uint32_t>(content.size()));
  out.write(static_cast<std::uint32_t>(content.size()));
  out.write(static_cast<std::uint16_t>(name.size()));
  out.write<std::uint16_t>(0);  // no extra field
}

std::u32string decode(std::string_view text) {
  std::u32string decoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) == 0x80 && !decoded.empty())
      decoded.back() = decoded.back() << 6 | (byte & 0x3f);
    else
      decoded += byte < 0x80   ? byte
                 : byte < 0xe0 ? byte & 0x1f
                 : byte < 0xf0 ? byte & 0x0f
                               : byte & 0x07;
  }
  return decoded;
}

}  // namespace

void NpzFile::add_entry(std::string_view name, const std::string& type, const std::string& shape,
                        const void* data, std::size_t bytes) {
  Entry entry;
  entry.name = std::string(name) + ".npy";
  for (const Entry& other : entries_)
    if (other.name == entry.name)
      throw std::logic_error("two arrays are named " + std::string(name));
  // NEP 1: a head that ends at a multiple of 64 bytes.
  std::string head =
      "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  while ((10 + head.size() + 1) % 64 != 0) head += ' ';
  head += '\n';
  entry.content = std::string("\x93NUMPY\x01\x00", 8);
  entry.content += static_cast<char>(head.size() & 0xff);
  entry.content += static_cast<char>(head.size() >> 8);
  entry.content += head;
  entry.content.append(static_cast<const char*>(data), bytes);
  entries_.push_back(std::move(entry));
}

void NpzFile::add(std::string_view name, std::span<const int> shape,
                  std::span<const float> values) {
  std::string dimensions;
  std::size_t size = 1;
  for (const int n : shape) {
    dimensions += std::to_string(n) + ", ";
    size *= static_cast<std::size_t>(n);
  }
  if (size != values.size())
    throw std::logic_error(std::string(name) + " does not have the values that its shape says");
  add_entry(name, "<f4", dimensions, values.data(), values.size_bytes());
}

void NpzFile::add_text(std::string_view name, std::string_view text) {
  const std::u32string wide = decode(text);
  add_entry(name, "<U" + std::to_string(std::max<std::size_t>(1, wide.size())), "",
            wide.empty() ? U"\0" : wide.data(), 4 * std::max<std::size_t>(1, wide.size()));
}

void NpzFile::save(const std::filesystem::path& path) const {
  Writer out, directory;
  for (const Entry& entry : entries_) {
    // Sizes beyond 32 bits need another form of archive, and networks of a billion weights.
    if (out.bytes().size() + entry.content.size() > 0xffff0000u)
      throw std::runtime_error(path.string() + ": the arrays take more than 4 GB");
    const auto offset = static_cast<std::uint32_t>(out.bytes().size());
    out.write<std::uint32_t>(0x04034b50);
    write_facts(out, entry.name, entry.content);
    out.write_bytes(entry.name.data(), entry.name.size());
    out.write_bytes(entry.content.data(), entry.content.size());
    directory.write<std::uint32_t>(0x02014b50);
    directory.write(kVersion);  // made by
    write_facts(directory, entry.name, entry.content);
    directory.write<std::uint16_t>(0);  // no comment
    directory.write<std::uint16_t>(0);  // on the first disk
    directory.write<std::uint16_t>(0);  // no attributes
    directory.write<std::uint32_t>(0);
    directory.write(offset);
    directory.write_bytes(entry.name.data(), entry.name.size());
  }
  const auto start = static_cast<std::uint32_t>(out.bytes().size());
  out.write_bytes(directory.bytes().data(), directory.bytes().size());
  out.write<std::uint32_t>(0x06054b50);
  out.write<std::uint16_t>(0);
  out.write<std::uint16_t>(0);
  out.write(static_cast<std::uint16_t>(entries_.size()));
  out.write(static_cast<std::uint16_t>(entries_.size()));
  out.write(static_cast<std::uint32_t>(directory.bytes().size()));
  out.write(start);
  out.write<std::uint16_t>(0);  // no comment
  write_file_atomically(path, out.bytes());
}

}  // namespace sandlot
