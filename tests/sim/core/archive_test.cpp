#include "sim/core/archive.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string_view>

using namespace sandlot;

namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

Writer sample() {
  Writer out;
  out.tag("sample");
  out.write(42);
  out.write(std::vector<float>{1, 2, 3});
  out.write("text");
  out.write(true);
  return out;
}

std::filesystem::path temporary(std::string_view name) {
  const auto folder = std::filesystem::temp_directory_path() / "sandlot_archive_test";
  std::filesystem::create_directories(folder);
  return folder / name;
}

}  // namespace

TEST_CASE("CRC-32C gives its check value, whole and in parts") {
  CHECK(crc32c(bytes_of("123456789")) == 0xe3069283u);
  CHECK(crc32c(bytes_of("56789"), crc32c(bytes_of("1234"))) == 0xe3069283u);
  CHECK(crc32c(bytes_of("9"), crc32c(bytes_of("12345678"))) == 0xe3069283u);
}

TEST_CASE("an archive comes back as it was written") {
  const auto path = temporary("round_trip");
  save_archive(path, "thing", 3, sample());
  const ArchiveFile file(path, "thing", 3);
  CHECK(file.version() == 3);
  Reader in = file.reader();
  in.expect_tag("sample");
  CHECK(in.read<int>() == 42);
  std::vector<float> values;
  in.read(values);
  CHECK(values == std::vector<float>{1, 2, 3});
  std::string text;
  in.read(text);
  CHECK(text == "text");
  CHECK(in.read<bool>());
  CHECK(in.remaining() == 0);
  CHECK_FALSE(std::filesystem::exists(path.string() + ".partial"));
}

TEST_CASE("every cut and every flipped byte is detected") {
  const auto path = temporary("damage");
  save_archive(path, "thing", 1, sample());
  const auto good = read_file(path);
  for (std::size_t size = 0; size < good.size(); ++size) {
    std::vector<std::byte> cut(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    CHECK_THROWS_AS(ArchiveFile(cut, "cut", "thing", 1), ArchiveError);
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    auto flipped = good;
    flipped[i] ^= std::byte{0x10};
    CHECK_THROWS_AS(ArchiveFile(flipped, "flipped", "thing", 1), ArchiveError);
  }
}

TEST_CASE("errors name the file and the reason") {
  const auto path = temporary("kind");
  save_archive(path, "policy", 2, sample());
  CHECK_THROWS_WITH_AS(ArchiveFile(path, "checkpoint", 2),
                       doctest::Contains("it holds a policy, not a checkpoint"), ArchiveError);
  CHECK_THROWS_WITH_AS(ArchiveFile(path, "policy", 1),
                       doctest::Contains("it has version 2, this program reads up to 1"),
                       ArchiveError);
}

TEST_CASE("a count that the file cannot hold is refused before memory is taken") {
  Writer out;
  out.write<std::uint64_t>(std::uint64_t{1} << 60);
  Reader in(out.bytes());
  std::vector<double> values;
  CHECK_THROWS_AS(in.read(values), ArchiveError);
}
