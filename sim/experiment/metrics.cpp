#include "sim/experiment/metrics.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>

#include "sim/core/archive.h"

namespace sandlot {

MetricsFile::MetricsFile(const std::filesystem::path& path, std::vector<std::string> columns,
                         std::uint64_t length)
    : path_(path), width_(columns.size()) {
  file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (file_ < 0) throw std::runtime_error(path.string() + ": " + std::strerror(errno));
  const auto size = static_cast<std::uint64_t>(lseek(file_, 0, SEEK_END));
  if (size < length) {
    close(file_);
    throw ArchiveError(path.string() + ": the file is shorter than its checkpoint says");
  }
  length_ = length;
  if (ftruncate(file_, static_cast<off_t>(length)) != 0) {
    close(file_);
    throw std::runtime_error(path.string() + ": " + std::strerror(errno));
  }
  lseek(file_, static_cast<off_t>(length), SEEK_SET);
  if (length == 0) {
    std::string header;
    for (const auto& column : columns) header += (header.empty() ? "" : ",") + column;
    append(header + "\n");
  }
}

MetricsFile::~MetricsFile() {
  try {
    flush();
  } catch (const std::exception&) {
    // A destructor has nobody to tell; every checkpoint has flushed before.
  }
  close(file_);
}

void MetricsFile::append(const std::string& text) {
  buffer_ += text;
  length_ += text.size();
}

void MetricsFile::row(const std::vector<std::optional<double>>& values) {
  if (values.size() != width_) throw std::logic_error("a metrics row has another width");
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += ',';
    if (!values[i]) continue;
    char number[32];
    const auto end = std::to_chars(number, number + sizeof number, *values[i]).ptr;
    text.append(number, end);
  }
  append(text + "\n");
  flush();
}

void MetricsFile::flush() {
  for (std::size_t done = 0; done < buffer_.size();) {
    const ssize_t n = write(file_, buffer_.data() + done, buffer_.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw std::runtime_error(path_.string() + ": " + std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
  buffer_.clear();
}

void MetricsFile::sync() {
  flush();
  if (fsync(file_) != 0) throw std::runtime_error(path_.string() + ": " + std::strerror(errno));
}

int MetricsTable::column(std::string_view name) const {
  const auto at = std::find(columns.begin(), columns.end(), name);
  return at == columns.end() ? -1 : static_cast<int>(at - columns.begin());
}

MetricsTable read_metrics(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error(path.string() + ": the file cannot be read");
  MetricsTable table;
  std::string line;
  for (int number = 1; std::getline(in, line); ++number) {
    std::vector<std::string> cells;
    std::stringstream split(line);
    for (std::string cell; std::getline(split, cell, ',');) cells.push_back(cell);
    if (line.ends_with(',')) cells.emplace_back();
    if (number == 1) {
      table.columns = cells;
      continue;
    }
    if (cells.size() != table.columns.size())
      throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": expected " +
                               std::to_string(table.columns.size()) + " cells, not " +
                               std::to_string(cells.size()));
    std::vector<double>& row = table.rows.emplace_back();
    for (const auto& cell : cells) {
      double value = std::numeric_limits<double>::quiet_NaN();
      if (!cell.empty()) {
        const auto result = std::from_chars(cell.data(), cell.data() + cell.size(), value);
        if (result.ec != std::errc() || result.ptr != cell.data() + cell.size())
          throw std::runtime_error(path.string() + ":" + std::to_string(number) + ": '" + cell +
                                   "' is not a number");
      }
      row.push_back(value);
    }
  }
  if (table.columns.empty()) throw std::runtime_error(path.string() + ": the file is empty");
  return table;
}

}  // namespace sandlot
