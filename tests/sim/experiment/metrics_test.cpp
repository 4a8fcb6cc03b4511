#include "sim/experiment/metrics.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <map>

#include "sim/experiment/tensorboard.h"
#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

TEST_CASE("metrics: rows are written as they are, blanks stay blank") {
  const TemporaryFolder folder;
  {
    MetricsFile file(folder / "metrics.csv", {"steps", "loss"});
    file.row({1.0, 0.1});
    file.row({2.0, std::nullopt});
    file.row({3e15, -1.0 / 3});
    CHECK(file.length() == std::filesystem::file_size(folder / "metrics.csv"));
    CHECK_THROWS_AS(file.row({1.0}), std::logic_error);
  }
  CHECK(text_of(folder / "metrics.csv") == "steps,loss\n1,0.1\n2,\n3e+15,-0.3333333333333333\n");
  const MetricsTable table = read_metrics(folder / "metrics.csv");
  REQUIRE(table.rows.size() == 3);
  CHECK(table.column("loss") == 1);
  CHECK(table.column("gain") == -1);
  CHECK(std::isnan(table.rows[1][1]));
  CHECK(table.rows[2][1] == -1.0 / 3);
}

TEST_CASE("metrics: a file is cut back to what the checkpoint knew of") {
  const TemporaryFolder folder;
  const auto path = folder / "metrics.csv";
  std::uint64_t known = 0;
  {
    MetricsFile file(path, {"steps", "loss"});
    file.row({1.0, 4.0});
    file.sync();
    known = file.length();
    file.row({2.0, 5.0});
  }
  write_text(path, text_of(path) + "3,half a ro");
  {
    MetricsFile file(path, {"steps", "loss"}, known);
    file.row({2.0, 6.0});
  }
  CHECK(text_of(path) == "steps,loss\n1,4\n2,6\n");
  const std::string message = path.string() + ": the file is shorter than its checkpoint says";
  CHECK_THROWS_WITH_AS(MetricsFile(path, {"steps", "loss"}, 1000), message.c_str(), ArchiveError);
  CHECK(text_of(path) == "steps,loss\n1,4\n2,6\n");
}

TEST_CASE("metrics: a broken table is refused by file and line") {
  const TemporaryFolder folder;
  const auto path = folder / "metrics.csv";
  const auto message = [&](const std::string& text) -> std::string {
    write_text(path, text);
    try {
      read_metrics(path);
    } catch (const std::runtime_error& e) {
      return std::string(e.what()).substr(path.string().size());
    }
    return "accepted";
  };
  CHECK(message("a,b\n1,2\n3\n") == ":3: expected 2 cells, not 1");
  CHECK(message("a,b\n1,x\n") == ":2: 'x' is not a number");
  CHECK(message("") == ": the file is empty");
}

namespace {

// Bit by bit from the polynomial, unlike the table in the core.
std::uint32_t slow_crc32c(const std::string& bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int i = 0; i < 8; ++i) crc = crc & 1 ? crc >> 1 ^ 0x82f63b78u : crc >> 1;
  }
  return ~crc;
}

std::uint32_t masked(const std::string& bytes) {
  const std::uint32_t crc = slow_crc32c(bytes);
  return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

template <class T>
T fixed(const std::string& bytes, std::size_t at) {
  REQUIRE(at + sizeof(T) <= bytes.size());
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::vector<std::string> records(const std::string& file) {
  std::vector<std::string> found;
  for (std::size_t at = 0; at < file.size();) {
    const auto length = fixed<std::uint64_t>(file, at);
    CHECK(fixed<std::uint32_t>(file, at + 8) == masked(file.substr(at, 8)));
    REQUIRE(at + 16 + length <= file.size());
    found.push_back(file.substr(at + 12, length));
    CHECK(fixed<std::uint32_t>(file, at + 12 + length) == masked(found.back()));
    at += 16 + length;
  }
  return found;
}

// The fields of a protocol buffer message: numbers as their bits, texts and messages as bytes.
struct Message {
  std::map<int, std::uint64_t> numbers;
  std::map<int, std::string> texts;
};

Message parse(const std::string& bytes) {
  Message message;
  std::size_t at = 0;
  const auto varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = fixed<std::uint8_t>(bytes, at++);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.size()) {
    const std::uint64_t key = varint();
    const int field = static_cast<int>(key >> 3);
    if ((key & 7) == 0) {
      message.numbers[field] = varint();
    } else if ((key & 7) == 1) {
      message.numbers[field] = fixed<std::uint64_t>(bytes, at);
      at += 8;
    } else if ((key & 7) == 5) {
      message.numbers[field] = fixed<std::uint32_t>(bytes, at);
      at += 4;
    } else {
      REQUIRE((key & 7) == 2);
      const std::uint64_t length = varint();
      message.texts[field] = bytes.substr(at, length);
      at += length;
    }
  }
  return message;
}

struct Scalar {
  std::int64_t step;
  std::string tag;
  float value;
};

Scalar scalar_of(const std::string& record) {
  const Message event = parse(record);
  const Message entry = parse(parse(event.texts.at(5)).texts.at(1));
  const auto bits = static_cast<std::uint32_t>(entry.numbers.at(2));
  float value;
  std::memcpy(&value, &bits, sizeof value);
  CHECK(event.numbers.count(1) == 1);
  return {static_cast<std::int64_t>(event.numbers.at(2)), entry.texts.at(1), value};
}

}  // namespace

TEST_CASE("TensorBoard: the file parses back, record by record, with its checksums") {
  CHECK(slow_crc32c("123456789") == 0xe3069283u);
  const TemporaryFolder folder;
  std::string name;
  std::uint64_t length = 0, known = 0;
  {
    EventFile file(folder.path());
    name = file.name();
    file.scalar("loss", 1, 0.5);
    file.flush();
    known = file.length();
    file.scalar("episode_return", 123456789012, -200.25);
    file.flush();
    length = file.length();
  }
  CHECK(name.starts_with("events.out.tfevents."));
  std::string text = text_of(folder / name);
  CHECK(text.size() == length);
  auto found = records(text);
  REQUIRE(found.size() == 3);
  CHECK(parse(found[0]).texts.at(3) == "brain.Event:2");
  const Scalar second = scalar_of(found[2]);
  CHECK(second.step == 123456789012);
  CHECK(second.tag == "episode_return");
  CHECK(second.value == -200.25f);
  // A resumed run cuts it back and goes on.
  write_text(folder / name, text + "torn");
  {
    EventFile file(folder.path(), name, known);
    file.scalar("loss", 2, 0.25);
  }
  found = records(text_of(folder / name));
  REQUIRE(found.size() == 3);
  CHECK(scalar_of(found[1]).value == 0.5f);
  CHECK(scalar_of(found[2]).step == 2);
}
