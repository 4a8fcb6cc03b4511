// metrics.csv: one row per log interval, the same bytes for the same config, seed and build.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sandlot {

// Appends rows; after a crash the file is cut back to what the checkpoint knew of. Throws
// ArchiveError where it is shorter than that.
class MetricsFile {
 public:
  MetricsFile(const std::filesystem::path& path, std::vector<std::string> columns,
              std::uint64_t length = 0);
  ~MetricsFile();
  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

  // One value per column; an absent one is left blank.
  void row(const std::vector<std::optional<double>>& values);
  void flush();
  void sync();  // to the disk
  std::uint64_t length() const { return length_; }

 private:
  void append(const std::string& text);

  std::filesystem::path path_;
  std::size_t width_;
  int file_ = -1;
  std::string buffer_;
  std::uint64_t length_ = 0;
};

struct MetricsTable {
  std::vector<std::string> columns;
  std::vector<std::vector<double>> rows;    // NaN where blank
  int column(std::string_view name) const;  // −1: none
};

// Throws std::runtime_error that names file and line.
MetricsTable read_metrics(const std::filesystem::path& path);

}  // namespace sandlot
