#include "envs/city/osm_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace sandlot::city {
namespace {

constexpr float kKilometresPerHour = 1 / 3.6f;
constexpr float kMilesPerHour = 0.44704f;
constexpr float kKnots = 0.514444f;
constexpr float kFoot = 0.3048f;
constexpr float kWalk = 7 * kKilometresPerHour;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// The number at the start of the text, which is cut off.
std::optional<float> take_number(std::string_view& text) {
  text = trimmed(text);
  float value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{}) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  text = trimmed(text);
  return value;
}

struct Zone {
  std::string_view suffix;
  float kilometres_per_hour;
};
constexpr std::array zones = {Zone{":urban", 50},        Zone{":rural", 90},
                              Zone{":trunk", 100},       Zone{":motorway", 120},
                              Zone{":living_street", 7}, Zone{":zone30", 30},
                              Zone{":zone:30", 30},      Zone{":bicycle_road", 30}};

}  // namespace

std::optional<float> parse_speed(std::string_view value) {
  value = trimmed(value.substr(0, value.find(';')));
  if (value == "walk") return kWalk;
  if (value == "none") return 120 * kKilometresPerHour;
  for (const Zone& zone : zones)
    if (value.ends_with(zone.suffix)) return zone.kilometres_per_hour * kKilometresPerHour;
  const auto number = take_number(value);
  if (!number) return {};
  float unit = 0;
  if (value.empty() || value == "km/h" || value == "kmh" || value == "kph")
    unit = kKilometresPerHour;
  else if (value == "mph")
    unit = kMilesPerHour;
  else if (value == "knots")
    unit = kKnots;
  const float speed = *number * unit;
  if (!(speed >= 1 && speed <= 60)) return {};
  return speed;
}

std::optional<float> parse_length(std::string_view value) {
  const auto number = take_number(value);
  if (!number) return {};
  float metres = 0;
  if (value.empty() || value == "m") {
    metres = *number;
  } else if (value == "ft" || value == "'" || value == "feet") {
    metres = *number * kFoot;
  } else if (value.front() == '\'') {
    value.remove_prefix(1);
    const auto inches = take_number(value);
    if (!inches || value != "\"") return {};
    metres = (*number + *inches / 12) * kFoot;
  }
  if (!(metres > 0 && metres <= 1000)) return {};
  return metres;
}

std::optional<int> parse_count(std::string_view value, int low, int high) {
  value = trimmed(value.substr(0, value.find(';')));
  int count = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
  const std::string_view rest(end, static_cast<std::size_t>(value.data() + value.size() - end));
  if (error != std::errc{} || !(rest.empty() || rest.front() == '.')) return {};
  if (count < low || count > high) return {};
  return count;
}

std::vector<std::uint8_t> parse_turn_lanes(std::string_view value) {
  std::vector<std::uint8_t> lanes;
  while (true) {
    const std::size_t bar = value.find('|');
    std::string_view lane = value.substr(0, bar);
    std::uint8_t mask = 0;
    while (true) {
      const std::size_t semicolon = lane.find(';');
      const std::string_view turn = trimmed(lane.substr(0, semicolon));
      if (turn == "left" || turn == "slight_left" || turn == "sharp_left") mask |= mark_left;
      if (turn == "right" || turn == "slight_right" || turn == "sharp_right") mask |= mark_right;
      if (turn == "through") mask |= mark_straight;
      if (turn == "reverse") mask |= mark_back;
      if (semicolon == std::string_view::npos) break;
      lane.remove_prefix(semicolon + 1);
    }
    lanes.push_back(mask);
    if (bar == std::string_view::npos || lanes.size() > 16) return lanes;
    value.remove_prefix(bar + 1);
  }
}

std::optional<StreetClass> street_class(std::string_view highway) {
  const bool link = highway.ends_with("_link");
  if (link) highway.remove_suffix(5);
  constexpr float kTown = 50 * kKilometresPerHour;
  if (highway == "motorway")
    return StreetClass{RoadClass::motorway, link, link ? 1 : 2, link ? 22.2f : 33.3f, true};
  if (highway == "trunk")
    return StreetClass{RoadClass::trunk, link, link ? 1 : 2, link ? 16.7f : 22.2f, false};
  if (highway == "primary")
    return StreetClass{RoadClass::primary, link, link ? 1 : 2, kTown, false};
  if (highway == "secondary") return StreetClass{RoadClass::secondary, link, 1, kTown, false};
  if (highway == "tertiary") return StreetClass{RoadClass::tertiary, link, 1, kTown, false};
  if (link) return {};
  if (highway == "unclassified" || highway == "residential" || highway == "road")
    return StreetClass{RoadClass::residential, false, 1, kTown, false};
  if (highway == "living_street")
    return StreetClass{RoadClass::living_street, false, 1, kWalk, false};
  if (highway == "service") return StreetClass{RoadClass::service, false, 1, 5.6f, false};
  return {};
}

bool drives_on_left(double latitude, double longitude) {
  struct Box {
    double south, west, north, east;
    bool holds(double latitude, double longitude) const {
      return latitude >= south && latitude <= north && longitude >= west && longitude <= east;
    }
  };
  static constexpr std::array left = {
      Box{49.85, -11, 61, 1.78},          // Great Britain, Ireland
      Box{35.7, 14.1, 36.15, 14.65},      // Malta
      Box{34.5, 32.2, 35.75, 34.65},      // Cyprus
      Box{5.5, 68, 31, 92.5},             // India, Sri Lanka, Nepal, Bhutan, Bangladesh
      Box{24, 61, 37, 77},                // Pakistan
      Box{31, 74, 35, 79.5},              // northern India
      Box{-1, 72, 7.5, 74},               // Maldives
      Box{5.6, 97.3, 20.5, 101},          // Thailand
      Box{12, 101, 18, 102.5},            //
      Box{14.4, 102.5, 17.9, 104.8},      //
      Box{0.8, 99.5, 6.6, 104.6},         // Malaysia, Singapore
      Box{-11.2, 95, 5.9, 141.1},         // Indonesia
      Box{4, 115, 7.4, 119.3},            // Sabah
      Box{30, 129, 45.6, 146},            // Japan
      Box{24, 122.9, 30, 131.5},          //
      Box{22.15, 113.82, 22.51, 114.45},  // Hong Kong
      Box{22.1, 113.52, 22.217, 113.61},  // Macau
      Box{-44, 112, -10, 154},            // Australia
      Box{-12, 140.8, 0, 156},            // Papua New Guinea
      Box{-48, 165.5, -34, 179.5},        // New Zealand
      Box{-19.5, 176.8, -15.5, 180},      // Fiji
      Box{-35, 16.4, -17, 33},            // southern Africa
      Box{-29, 11.7, -17, 20},            // Namibia
      Box{-27, 30, -10.5, 41},            // Mozambique, Malawi
      Box{-18.1, 21.9, -8.2, 34},         // Zambia
      Box{-11.7, 31, -1, 40.5},           // Tanzania
      Box{-4.7, 33.9, 4.7, 41.9},         // Kenya
      Box{-1.5, 29.5, 4.3, 35.1},         // Uganda
      Box{-20.6, 57.2, -19.9, 57.9},      // Mauritius
      Box{17.6, -78.5, 18.6, -76.1},      // Jamaica
      Box{20.8, -79.4, 27.4, -72.6},      // Bahamas
      Box{10, -61.95, 11.4, -60.4},       // Trinidad and Tobago
      Box{13, -59.7, 13.4, -59.3},        // Barbados
      Box{1.1, -61.4, 8.6, -56.4},        // Guyana
  };
  // Neighbours that lie in the boxes and drive on the right.
  static constexpr std::array right = {
      Box{49, 1.5, 51.12, 5},       // the coasts of France and Belgium
      Box{33, 124, 39, 129.2},      // Korea
      Box{41.5, 129, 46, 139.3},    // the Russian coast
      Box{29.5, 60, 38, 66.5},      // Afghanistan
      Box{31.5, 66.5, 38, 70.2},    //
      Box{34.1, 70.2, 38, 71},      //
      Box{29, 88, 31, 93},          // Tibet
      Box{-11.95, 22, -8, 28.5},    // Congo
      Box{19.8, -85, 23.3, -74.1},  // Cuba
  };
  const auto holds = [&](const Box& box) { return box.holds(latitude, longitude); };
  return std::any_of(left.begin(), left.end(), holds) &&
         std::none_of(right.begin(), right.end(), holds);
}

}  // namespace sandlot::city
