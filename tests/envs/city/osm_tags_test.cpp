// Tags against what their documentation in the OpenStreetMap wiki says.
#include "envs/city/osm_tags.h"

#include <doctest/doctest.h>

using namespace sandlot::city;
using doctest::Approx;

TEST_CASE("speeds in all units") {
  CHECK(*parse_speed("50") == Approx(50 / 3.6));
  CHECK(*parse_speed("30 mph") == Approx(13.4112));
  CHECK(*parse_speed("30mph") == Approx(13.4112));
  CHECK(*parse_speed("10 knots") == Approx(5.14444));
  CHECK(*parse_speed(" 30 km/h") == Approx(30 / 3.6));
  CHECK(*parse_speed("DE:urban") == Approx(50 / 3.6));
  CHECK(*parse_speed("walk") == Approx(7 / 3.6));
  CHECK(*parse_speed("50;30") == Approx(50 / 3.6));
  for (const char* wrong : {"", "fast", "mph", "-30", "5000", "30 furlongs", "1e9", "nan"})
    CHECK_MESSAGE(!parse_speed(wrong), wrong);
}

TEST_CASE("lengths in metres and feet") {
  CHECK(*parse_length("7.5") == Approx(7.5));
  CHECK(*parse_length("7.5 m") == Approx(7.5));
  CHECK(*parse_length("24'") == Approx(7.3152));
  CHECK(*parse_length("24'6\"") == Approx(7.4676));
  for (const char* wrong : {"", "wide", "-3", "0", "1e30", "7'6"})
    CHECK_MESSAGE(!parse_length(wrong), wrong);
}

TEST_CASE("counts") {
  CHECK(*parse_count("3", 1, 8) == 3);
  CHECK(*parse_count("2;3", 1, 8) == 2);
  CHECK(*parse_count("2.0", 1, 8) == 2);
  for (const char* wrong : {"", "many", "0", "9", "99999999999999", "-2", "3x"})
    CHECK_MESSAGE(!parse_count(wrong, 1, 8), wrong);
}

TEST_CASE("turn lanes, from the left") {
  CHECK(parse_turn_lanes("left|through|through;right") ==
        std::vector<std::uint8_t>{mark_left, mark_straight, mark_straight | mark_right});
  CHECK(parse_turn_lanes("left;reverse|||slight_right") ==
        std::vector<std::uint8_t>{mark_left | mark_back, 0, 0, mark_right});
  CHECK(parse_turn_lanes("none|merge_to_left") == std::vector<std::uint8_t>{0, 0});
  CHECK(parse_turn_lanes(std::string(5000, '|')).size() < 20);  // no more than anyone builds
}

TEST_CASE("streets for cars, and what is none") {
  CHECK(street_class("primary_link")->link);
  CHECK(street_class("motorway")->oneway);
  CHECK_FALSE(street_class("primary")->oneway);
  CHECK(street_class("unclassified")->kind == RoadClass::residential);
  CHECK(street_class("living_street")->speed == Approx(7 / 3.6));
  for (const char* other : {"", "footway", "cycleway", "construction", "residential_link", "_link"})
    CHECK_MESSAGE(!street_class(other), other);
}

TEST_CASE("the side that one drives on") {
  struct City {
    const char* name;
    double latitude, longitude;
    bool left;
  };
  const City cities[] = {
      {"London", 51.5, -0.1, true},       {"Dover", 51.13, 1.31, true},
      {"Dublin", 53.35, -6.26, true},     {"Tokyo", 35.68, 139.7, true},
      {"Sapporo", 43.06, 141.35, true},   {"Naha", 26.2, 127.7, true},
      {"Sydney", -33.9, 151.2, true},     {"Auckland", -36.85, 174.8, true},
      {"Delhi", 28.6, 77.2, true},        {"Karachi", 24.9, 67, true},
      {"Kathmandu", 27.7, 85.3, true},    {"Bangkok", 13.75, 100.5, true},
      {"Singapore", 1.35, 103.8, true},   {"Jakarta", -6.2, 106.8, true},
      {"Hong Kong", 22.3, 114.17, true},  {"Cape Town", -33.9, 18.4, true},
      {"Nairobi", -1.29, 36.8, true},     {"Windhoek", -22.56, 17.08, true},
      {"Kingston", 18, -76.8, true},      {"Nicosia", 35.17, 33.36, true},
      {"Paris", 48.86, 2.35, false},      {"Calais", 50.95, 1.86, false},
      {"Berlin", 52.5, 13.4, false},      {"Helsinki", 60.2, 24.9, false},
      {"Seattle", 47.6, -122.3, false},   {"New York", 40.7, -74, false},
      {"Havana", 23.1, -82.4, false},     {"Seoul", 37.57, 127, false},
      {"Busan", 35.18, 129.08, false},    {"Vladivostok", 43.1, 131.9, false},
      {"Shenzhen", 22.54, 114.06, false}, {"Kabul", 34.5, 69.2, false},
      {"Manila", 14.6, 121, false},       {"Hanoi", 21, 105.85, false},
      {"Vientiane", 17.97, 102.6, false}, {"Lhasa", 29.65, 91.1, false},
      {"Kigali", -1.95, 30.06, false},    {"Lubumbashi", -11.66, 27.48, false},
      {"Addis Ababa", 9, 38.75, false},   {"Buenos Aires", -34.6, -58.4, false},
  };
  for (const City& city : cities)
    CHECK_MESSAGE(drives_on_left(city.latitude, city.longitude) == city.left, city.name);
}
