// TensorBoard event files: TFRecord framing (length, masked CRC-32C) around Event messages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sandlot {

class EventFile {
 public:
  // Opens a new file in `folder`, or, with a name and a length from a checkpoint, that file
  // cut back to that length.
  explicit EventFile(const std::filesystem::path& folder, const std::string& name = "",
                     std::uint64_t length = 0);
  ~EventFile();
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;

  void scalar(std::string_view tag, std::int64_t step, double value);
  void flush();
  const std::string& name() const { return name_; }
  std::uint64_t length() const { return length_; }

 private:
  void record(const std::string& data);

  std::string name_;
  int file_ = -1;
  std::string buffer_;
  std::uint64_t length_ = 0;  // with what is still in the buffer
};

}  // namespace sandlot
