#include "sim/experiment/csv_table.h"

#include <doctest/doctest.h>

#include "tests/sim/experiment/helpers.h"

using namespace sandlot;

namespace {

std::vector<std::string> cells(const CsvTable& table) {
  std::vector<std::string> all;
  for (std::size_t row = 0; row < table.rows(); ++row)
    for (std::size_t column = 0; column < table.columns(); ++column)
      all.emplace_back(table.cell(row, column));
  return all;
}

using Texts = std::vector<std::string>;

// Everything that is wrong, one per line.
std::string errors(const std::string& text) {
  try {
    CsvTable::parse(text, "f.csv");
  } catch (const ConfigError& e) {
    std::string all;
    for (const auto& problem : e.problems) all += problem.describe() + "\n";
    return all;
  }
  return "none";
}

}  // namespace

TEST_CASE("csv: a header, numbers and texts") {
  const CsvTable table = CsvTable::parse("a,b,name\n1,2.5,x\n-3e2,,yes no\n", "f.csv");
  CHECK(table.has_header());
  CHECK(table.names() == Texts{"a", "b", "name"});
  REQUIRE(table.rows() == 2);
  CHECK(cells(table) == Texts{"1", "2.5", "x", "-3e2", "", "yes no"});
  CHECK(table.number(1, 0) == -300.0);
  CHECK(!table.number(0, 2));
  CHECK(table.missing(1, 1));
  CHECK(table.holds_numbers(1));
  CHECK(!table.holds_numbers(2));
  CHECK(table.find("b") == 1u);
  CHECK(table.find("3") == 2u);
  CHECK(!table.find("4"));
  CHECK(!table.find("0"));
  CHECK(table.place(1, 2).describe() == "f.csv:3:7");
}

TEST_CASE("csv: the delimiter is found, line ends and a byte order mark are seen through") {
  const Texts expected{"1", "2", "3", "4"};
  for (const std::string text : {"a,b\n1,2\n3,4", "a;b\n1;2\n3;4\n", "a\tb\r\n1\t2\r\n3\t4\r\n",
                                 "\xef\xbb\xbf"
                                 "a,b\r1,2\r3,4\r",
                                 "a;b\n\n1;2\n  \n3;4\n\n\n", " a , b \n 1 ,2\t\n3, 4 \n",
                                 "\"a\",\"b\"\n\"1\",2\n3,\"4\" \n"}) {
    CAPTURE(text);
    const CsvTable table = CsvTable::parse(text, "f.csv");
    CHECK(table.names() == Texts{"a", "b"});
    CHECK(cells(table) == expected);
  }
  // Commas within: decimal commas, and a text in quotes.
  CHECK(CsvTable::parse("a;b\n1,5;2,5\n1;2\n", "f.csv").delimiter() == ';');
  CHECK(CsvTable::parse("a,b\n\"x;y\",\"z;w\"\n", "f.csv").delimiter() == ',');
  CHECK(CsvTable::parse("a\n1\n2\n", "f.csv").columns() == 1);
  // Places count lines of CRLF once, and characters, not bytes.
  CHECK(CsvTable::parse("a,b\r\nä,1\r\nöö,x\r\n", "f.csv").place(1, 1).describe() == "f.csv:3:4");
}

TEST_CASE("csv: quotes hold delimiters, quotes and line breaks") {
  const CsvTable table =
      CsvTable::parse("a,b\n\"x, \"\"y\"\"\n z\",1\n\" k \",\"\"\nl\"m,2\n", "f.csv");
  CHECK(cells(table) == Texts{"x, \"y\"\n z", "1", " k ", "", "l\"m", "2"});
  CHECK(table.place(1, 0).describe() == "f.csv:4:1");  // the break inside counts as a line
  CHECK(csv_field("plain text") == "plain text");
  for (const std::string& cell : cells(table))
    CHECK(cells(CsvTable::parse("q,r\n0," + csv_field(cell) + "\n", "f.csv"))[1] == cell);
}

TEST_CASE("csv: without a header columns are numbers") {
  const CsvTable table = CsvTable::parse("5.1,setosa\n4.9,virginica\n", "f.csv");
  CHECK(!table.has_header());
  CHECK(table.names() == Texts{"1", "2"});
  CHECK(table.rows() == 2);
  CHECK(table.place(0, 0).describe() == "f.csv:1:1");
  // A column without a name, as an index often is, is called by its number.
  CHECK(CsvTable::parse(",x\n0,1\n", "f.csv").names() == Texts{"1", "x"});
}

TEST_CASE("csv: what is missing, and what is a number") {
  const CsvTable table = CsvTable::parse("a,b,c,d,e,f\n,NA,nan,?,NaN,N/A\n0,0,0,0,0,0\n", "f.csv");
  for (std::size_t column = 0; column < 6; ++column)
    CHECK(table.missing(0, column) == (column < 5));
  CHECK(parse_number("+1.5") == 1.5);
  CHECK(parse_number(".5") == 0.5);
  CHECK(parse_number("1E3") == 1000.0);
  for (const char* text : {"", "+", "+-1", "1,5", "0x10", "1 2", "inf", "1e39", "--1", "1e"})
    CHECK_MESSAGE(!parse_number(text), text);
}

TEST_CASE("csv: what is wrong is said with its place") {
  CHECK(errors("") == "f.csv: expected a table; the file is empty\n");
  CHECK(errors("\xef\xbb\xbf\n\n") == "f.csv: expected a table; the file is empty\n");
  CHECK(errors("a,b\n") == "f.csv: there are no rows below the header\n");
  CHECK(errors("a,b\n1,2\n3\n4,5,6\n") ==
        "f.csv:3:1: expected 2 fields as in the first line, not 1\n"
        "f.csv:4:1: expected 2 fields as in the first line, not 3\n");
  CHECK(errors("a,b,a\n1,2,3\n") == "f.csv:1:5: there are two columns 'a'\n");
  CHECK(errors(std::string("a,b\n1,\0002\n", 9)) ==
        "f.csv:2:3: expected text; there is a NUL byte\n");
  CHECK(errors("a,b\n1,\xff\n") == "f.csv:2:3: expected text in UTF-8; this byte is not\n");
  CHECK(errors("a,b\n1,\xc0\x80\n") == "f.csv:2:3: expected text in UTF-8; this byte is not\n");
  CHECK(errors("a,b\n1,\"2\n3,4\n") == "f.csv:2:3: the quote that opens here is not closed\n");
  CHECK(errors("a,b\n\"1\"x,2\n") ==
        "f.csv:2:4: expected the end of the field after its closing quote\n");
  CHECK_THROWS_WITH_AS(CsvTable::read("/nowhere/f.csv"), "/nowhere/f.csv: there is no such file",
                       ConfigError);
  CHECK_THROWS_WITH_AS(CsvTable::read("/tmp"), "/tmp: expected a CSV file, not a folder",
                       ConfigError);
}

TEST_CASE("csv: a delimiter that would tear quotes apart is none") {
  // With ; the quotes of both lines would be one field over two lines, in a record of three.
  const CsvTable table = CsvTable::parse("a,\";.\"\"k;\"\r\nb,\";.\"\"c\"\r\n", "t.csv");
  CHECK(table.delimiter() == ',');
  CHECK(table.columns() == 2);
  CHECK(table.rows() == 1);
  CHECK(table.cell(0, 1) == ";.\"c");
}
