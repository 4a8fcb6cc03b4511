// Figure: what an agent shows of its way of learning in the report, as numbers; the report draws it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sandlot {

struct Figure {
  enum class Kind : std::uint8_t {
    lines,    // series over x
    stacked,  // series over x, none below 0, one on top of the other
    heat,     // a grid of values
    tree,     // points joined to their parents
  };
  struct Series {
    std::string name;       // "": the rest, in grey
    std::vector<double> y;  // one per x; not a number: nothing there
  };
  struct Point {
    double x = 0, y = 0;
    std::string label;
    std::int32_t parents[2] = {-1, -1};  // places in points, or −1
  };

  Kind kind = Kind::lines;
  std::string title = {}, caption = {};
  std::string x_label = {}, y_label = {};
  std::vector<double> x = {};
  std::vector<Series> series = {};
  // heat: [rows, columns] from the lowest y to the highest; not a number: nothing there.
  std::int32_t rows = 0, columns = 0;
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  std::vector<double> values = {};
  std::vector<Point> points = {};  // tree
};

}  // namespace sandlot
