// Bytes of map files: recognised, unpacked and measured before anything is stored of them.
#include <bzlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <protozero/pbf_reader.hpp>

#include "envs/city/osm_reader.h"

namespace sandlot::city {
namespace {

constexpr const char* kNoMap =
    "this is no map; expected OpenStreetMap data: .osm (XML), .osm.bz2 or .osm.pbf";

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MB"; }

[[noreturn]] void too_large(std::uint64_t limit, const char* what) {
  throw MapError(std::string(what) + " is larger than " + megabytes(limit) +
                 "; cut out a smaller part, with `osmium extract` say");
}

std::string unpack_bzip2(const std::string& packed, std::uint64_t limit) {
  bz_stream stream{};
  if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) throw MapError("bzip2 does not start");
  const auto end = [](bz_stream* s) { BZ2_bzDecompressEnd(s); };
  std::unique_ptr<bz_stream, decltype(end)> guard(&stream, end);
  std::string text;
  std::string block(1u << 18, '\0');
  stream.next_in = const_cast<char*>(packed.data());  // bzlib reads only
  stream.avail_in = static_cast<unsigned>(packed.size());
  while (true) {
    stream.next_out = block.data();
    stream.avail_out = static_cast<unsigned>(block.size());
    const int result = BZ2_bzDecompress(&stream);
    if (result != BZ_OK && result != BZ_STREAM_END)
      throw MapError("its bzip2 compression is damaged");
    const std::size_t got = block.size() - stream.avail_out;
    if (text.size() + got > limit) too_large(limit, "what is packed in it");
    text.append(block, 0, got);
    if (result == BZ_STREAM_END) {
      // Parallel packers write several streams one after the other.
      if (stream.avail_in == 0) return text;
      const char* rest = stream.next_in;
      const unsigned left = stream.avail_in;
      BZ2_bzDecompressEnd(&stream);
      stream = bz_stream{};
      if (BZ2_bzDecompressInit(&stream, 0, 0) != BZ_OK) throw MapError("bzip2 does not start");
      stream.next_in = const_cast<char*>(rest);
      stream.avail_in = left;
    } else if (got == 0 && stream.avail_in == 0) {
      throw MapError("its bzip2 compression ends too early");
    }
  }
}

// An XML parser holds the element that it is in, so none may be too long.
void check_xml(const std::string& text, const OsmLimits& limits) {
  std::size_t last = 0;
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    if (at - last > limits.element_bytes) too_large(limits.element_bytes, "one of its elements");
    last = at;
  }
  if (text.size() - last > limits.element_bytes)
    too_large(limits.element_bytes, "one of its elements");
}

// The blocks of a PBF file, whose headers say how large they will be.
void check_pbf(const std::string& bytes, const OsmLimits& limits) {
  std::uint64_t unpacked = 0;
  std::size_t at = 0;
  try {
    while (at < bytes.size()) {
      if (bytes.size() - at < 4) throw MapError("it ends within a block");
      std::uint32_t header = 0;
      for (int k = 0; k < 4; ++k)
        header = header << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(k)]);
      at += 4;
      if (header > 64 * 1024 || header > bytes.size() - at)
        throw MapError("a block's header is damaged");
      std::int32_t size = -1;
      protozero::pbf_reader blob_header(bytes.data() + at, header);
      while (blob_header.next()) {
        if (blob_header.tag() == 3)
          size = blob_header.get_int32();
        else
          blob_header.skip();
      }
      at += header;
      if (size < 0 || static_cast<std::size_t>(size) > bytes.size() - at)
        throw MapError("it ends within a block");
      std::int64_t raw = size;
      protozero::pbf_reader blob(bytes.data() + at, static_cast<std::size_t>(size));
      while (blob.next()) {
        if (blob.tag() == 2)
          raw = blob.get_int32();
        else
          blob.skip();
      }
      if (raw < 0) throw MapError("a block's header is damaged");
      unpacked += static_cast<std::uint64_t>(raw);
      if (unpacked > limits.block_bytes) too_large(limits.block_bytes, "what is packed in it");
      at += static_cast<std::size_t>(size);
    }
  } catch (const protozero::exception&) {
    throw MapError("a block's header is damaged");
  }
}

}  // namespace

OsmBytes recognize_osm(std::string bytes, const OsmLimits& limits) {
  OsmBytes file;
  if (bytes.size() > limits.file_bytes) too_large(limits.file_bytes, "the file");
  if (bytes.starts_with("BZh")) bytes = unpack_bzip2(bytes, limits.file_bytes);
  const std::size_t start = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start != std::string::npos && bytes[start] == '<') {
    check_xml(bytes, limits);
  } else if (bytes.size() > 15 && bytes.substr(0, 32).find("OSMHeader") != std::string::npos) {
    check_pbf(bytes, limits);
    file.format = OsmFormat::pbf;
  } else {
    throw MapError(kNoMap);
  }
  file.bytes = std::move(bytes);
  return file;
}

OsmBytes read_osm_file(const std::string& path, const OsmLimits& limits) {
  if (std::filesystem::is_directory(path)) throw MapError("this is a folder, not a map");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw MapError("there is no such file, or it cannot be read");
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (!error && size > limits.file_bytes) too_large(limits.file_bytes, "the file");
  std::string bytes;
  std::string block(1u << 18, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    bytes.append(block, 0, static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > limits.file_bytes) too_large(limits.file_bytes, "the file");
  }
  return recognize_osm(std::move(bytes), limits);
}

}  // namespace sandlot::city
