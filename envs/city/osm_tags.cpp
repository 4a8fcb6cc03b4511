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
  };
  // Great Britain and Ireland, Malta, Cyprus; South Asia; Thailand, Malaysia, Singapore, Indonesia;
  // Japan; Hong Kong, Macau; Australia, New Zealand, Papua New Guinea, Pacific; southern and
  // eastern Africa; Caribbean, Guyana. Boxes within boxes that drive on the right are cut by hand.
  static constexpr std::array boxes = {
      Box{49.85, -11, 61, 1.78},      Box{35.7, 14.1, 36.15, 14.65}, Box{34.5, 32.2, 35.75, 34.65},
      Box{5.5, 68.0, 31, 92.5},       Box{24, 61, 37, 77},           Box{26, 80, 30.5, 92.2},
      Box{5.6, 97.3, 20.5, 102.3},    Box{12, 100, 18.4, 105.6},     Box{0.8, 99.5, 6.6, 104.6},
      Box{-11.2, 95, 5.9, 141.1},     Box{30, 129, 45.6, 146},       Box{24, 122.9, 30, 131.5},
      Box{22.1, 113.5, 22.57, 114.5}, Box{-44, 112, -10, 154},       Box{-48, 165.5, -34, 179.5},
      Box{-12, 140.8, 0, 156},        Box{-35, 16.4, -17, 33},       Box{-27, 30, -10.5, 41},
      Box{-18.1, 21.9, -8.2, 36},     Box{-12, 33.5, 4.7, 42},       Box{-1.5, 29.5, 4.3, 35.1},
      Box{-20.6, 57.2, -19.9, 57.9},  Box{17.6, -78.5, 18.6, -76.1}, Box{20.8, -79.4, 27.4, -72.6},
      Box{10, -61.95, 11.4, -60.4},   Box{13, -59.7, 13.4, -59.3},   Box{1.1, -61.4, 8.6, -56.4},
  };
  const bool left = std::any_of(boxes.begin(), boxes.end(), [&](const Box& b) {
    return latitude >= b.south && latitude <= b.north && longitude >= b.west && longitude <= b.east;
  });
  // France's and Belgium's coast, Korea, Afghanistan, the Philippines, Congo and Cuba lie in them.
  const bool right = (latitude < 51.12 && longitude > 1.5 && latitude > 49) ||
                     (latitude > 33 && longitude < 129.2 && longitude > 124 && latitude < 39) ||
                     (latitude > 29.5 && latitude < 38 && longitude > 60 && longitude < 66.5) ||
                     (latitude > 4.9 && longitude > 117 && longitude < 127 && latitude < 21) ||
                     (latitude > 19.8 && latitude < 23.3 && longitude > -85 && longitude < -74.1);
  return left && !right;
}

}  // namespace sandlot::city
