// NpzFile: named arrays in one file that numpy.load reads: a ZIP archive of .npy files, not compressed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/core/array_sink.h"

namespace sandlot {

class NpzFile final : public ArraySink {
 public:
  // Floats become <f4, a text an array of no dimensions that holds it (<U, its length).
  void add(std::string_view name, std::span<const int> shape,
           std::span<const float> values) override;
  void add_text(std::string_view name, std::string_view text) override;  // UTF-8
  std::size_t size() const { return entries_.size(); }

  // All or nothing. Nothing in it tells when it was written: the same arrays give the same bytes.
  void save(const std::filesystem::path& path) const;

 private:
  struct Entry {
    std::string name, content;
  };
  void add_entry(std::string_view name, const std::string& type, const std::string& shape,
                 const void* data, std::size_t bytes);

  std::vector<Entry> entries_;
};

}  // namespace sandlot
